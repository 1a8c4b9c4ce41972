"""Who may open the managers' pages, tried for every route of the list.

The tests are made from the app's own routes: a new page is tried as soon as it exists. To let one
join, give an example of each argument of its address:

- `<slug>` is always `pothole-repair`, a service of public works;
- any other argument needs a row in EXAMPLES: its name, and a function that makes (or finds) one
  thing of public works and returns its id or word; where an endpoint means another thing by the
  same name, the row's name is `endpoint:argument`;
- a page that shows the city as a whole, the same for every manager, stands in OF_THE_CITY.

Forms (POST) are tried with an empty form: whoever may not gets 303, 403 or 404 before anything is
read, and whoever may gets anything but those, for an empty form is an error of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal.assess.operations import assess_service
from portal.models.self_assessments import Barrier, SelfAssessment, SelfAssessmentEvidence
from portal.models.set_apart import SetApart
from portal.models.warnings import WarningRow
from portal.store.engine import Store
from portal.web.access import Access, access_of
from tests.features.manage.test_warnings import EVIDENCE
from tests.support.answers import Office, send
from tests.support.city import City
from tests.support.desk import Desk
from tests.support.history import NOW
from tests.support.moment import this_day
from tests.support.together import Table

Example = Callable[[Store, City], object]


def _criterion_of_assessed(store: Store, city: City) -> str:
    store.write(assess_service, service_id=city.potholes, as_of=NOW.date(), now=NOW)
    return "L3.1"


def _warn(session: Session, service_id: int) -> int:
    warning = WarningRow(
        service_id=service_id, kind="ratings", subject="", raised_on=NOW.date(),
        last_seen_on=NOW.date(), evidence=EVIDENCE["ratings"],
    )  # fmt: skip
    session.add(warning)
    session.flush()
    return warning.id


def _set_apart(session: Session, service_id: int) -> int:
    hour = SetApart(
        service_id=service_id, hour_at=NOW, cause="form", ratings=1, marked=1, found_at=NOW
    )
    session.add(hour)
    session.flush()
    return hour.id


def _hinder(session: Session, service_id: int, person_id: int) -> int:
    barrier = Barrier(
        service_id=service_id, block="teams", gap="A", barrier="B", owner="C", next_step="D",
        due_on=NOW.date(), created_by=person_id, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    session.add(barrier)
    session.flush()
    return barrier.id


def _assess(session: Session, service_id: int, person_id: int) -> int:
    """Of a dimension, with evidence, by somebody who is not the one who will review it."""
    today = NOW.date()
    row = SelfAssessment(
        service_id=service_id, dimension="B", level=1, assessed_by=person_id, assessed_at=NOW,
        assessed_on=today, valid_until=today + timedelta(days=365),
        evidence=[
            SelfAssessmentEvidence(position=0, kind="document", reference="A", dated_on=today)
        ],
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def _theme(store: Store, city: City) -> int:
    return Office(store, city).group([send(store, city.potholes)])


def _decide(store: Store, city: City) -> int:
    table = Table(store, city)
    return table.decide(_theme(store, city), table.partner(), [])


EXAMPLES: Mapping[str, Example] = {
    "lang": lambda _store, _city: "en",
    "slug": lambda _store, _city: "pothole-repair",
    "criterion_id": _criterion_of_assessed,
    "letter": lambda _store, _city: "B",
    "number": lambda store, city: store.write(_hinder, city.potholes, city.people["manager"]),
    "manage.review_assessment:number": lambda store, city: store.write(
        _assess, city.potholes, city.people["staff"]
    ),
    "co_decision_id": _decide,
    "partner_id": lambda store, city: Table(store, city).partner("Walkers of Elm Street"),
    "next_step_id": lambda store, city: Table(store, city).next_step(
        _theme(store, city), on=this_day() + timedelta(days=10)
    ),
    "warning_id": lambda store, city: store.write(_warn, city.potholes),
    "hour_id": lambda store, city: store.write(_set_apart, city.potholes),
}
# Endpoints whose page is the manager's own or the city's: any manager may open it.
OF_OUTSIDERS = frozenset({"manage.find_out_about_hour", "manage.decide_on_hour"})
OF_THE_CITY = frozenset(
    {
        "manage.show_overview",
        "manage.show_set_apart",
        "manage.show_hour",
        "manage.find_out_about_hour",
        "manage.decide_on_hour",
        "manage.show_overview_csv",
        "manage.show_city_trends",
        "manage.show_city_trends_csv",
        "manage.show_warnings",
        "manage.choose_warnings_digest",
        "manage.show_city_dimensions",
        "manage.export_dimensions",
        "manage.show_city_roadmap",
        "manage.list_co_decisions",
        "manage.show_new_co_decision",
        "manage.list_partners",
        "manage.add_partner",
        "manage.show_partner",
        "manage.set_address",
        "manage.remove_address",
        "manage.show_new_next_step",
        # An empty form names no theme; another department's theme is tried in test_together.py.
        "manage.begin_co_decision",
        "manage.name_next_step",
    }
)


@pytest.fixture
def pages(app: Flask, store: Store, desk_city: City) -> list[tuple[str, str, str]]:
    """(endpoint, method, address) of every route that asks for a manager."""
    made = {name: example(store, desk_city) for name, example in EXAMPLES.items()}
    found = []
    for rule in _rules(app):
        defaults = rule.defaults or {}
        own = {name: made.get(f"{rule.endpoint}:{name}", made.get(name)) for name in rule.arguments}
        missing = {name for name, value in own.items() if value is None} - set(defaults)
        assert not missing, f"{rule}: give examples of {sorted(missing)} in EXAMPLES"
        with app.test_request_context():
            address = app.url_map.bind("localhost").build(
                rule.endpoint,
                own | dict(defaults),
            )
        found += [(rule.endpoint, method, address) for method in _methods(rule)]
    assert found
    return found


def _rules(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if access_of(app, rule.endpoint) is Access.MANAGER:
            yield rule


def _methods(rule: Rule) -> set[str]:
    return (rule.methods or set()) & {"GET", "POST"}


def _ask(client: FlaskClient, method: str, address: str, csrf_token: str = "") -> int:
    data = {"csrf_token": csrf_token} if method == "POST" else None
    return client.open(address, method=method, data=data).status_code


def test_whoever_is_signed_out_is_sent_to_the_door(
    app: Flask, pages: list[tuple[str, str, str]]
) -> None:
    client = app.test_client()
    for _endpoint, method, address in pages:
        answer = client.open(address, method=method)
        if method == "GET":
            place = answer.location or ""
            assert (answer.status_code, place.split("?")[0]) == (303, "/en/sign-in"), address
        else:
            assert answer.status_code in {303, 400}, address


def test_staff_are_refused(app: Flask, pages: list[tuple[str, str, str]]) -> None:
    desk = Desk(app, "staff")
    for _endpoint, method, address in pages:
        assert _ask(desk.client, method, address, desk.csrf_token()) == 403, (method, address)


def test_a_manager_of_another_department_finds_nothing(
    app: Flask, pages: list[tuple[str, str, str]]
) -> None:
    desk = Desk(app, "parks-manager")
    for endpoint, method, address in pages:
        status = _ask(desk.client, method, address, desk.csrf_token())
        if endpoint in OF_THE_CITY:
            assert status not in {403, 404, 500}, (method, address)
        else:
            assert status == 404, (method, address)


@pytest.mark.parametrize("who", ["manager", "admin"])
def test_whoever_looks_after_the_service_may(
    app: Flask, pages: list[tuple[str, str, str]], who: str
) -> None:
    desk = Desk(app, who)
    for endpoint, method, address in pages:
        if endpoint in OF_OUTSIDERS:
            continue  # they may not: test_set_apart.py
        status = _ask(desk.client, method, address, desk.csrf_token())
        expected = {200} if method == "GET" else {200, 302, 303, 409, 422}
        assert status in expected, (method, address, status)
