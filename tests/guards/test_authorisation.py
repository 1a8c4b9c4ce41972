"""Who may do what: every signed-in address and form, tried as every role of two departments.

The tests are made from the app's own addresses and access classes: a new page is tried as soon as
it exists, and fails by name until make_examples says what stands in its address. Everything there
belongs to public works; parks is the other department. Forms are sent empty: whoever may not is
turned away before anything is read. What a form names inside itself (a case, a theme) is tried
in tests/features/respond/test_access.py, on both databases; what is tried here is decided
by one piece of Python before any query, or by a department's number, so one database is enough.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.assess.operations import assess_service
from portal.domain.short_code import short_code
from portal.models.case_work import CaseNote
from portal.models.doors import Kiosk, PaperBatch, PaperForm
from portal.models.running import AuditEvent
from portal.models.self_assessments import Barrier, SelfAssessment, SelfAssessmentEvidence
from portal.models.set_apart import SetApart
from portal.models.targets import Holiday
from portal.models.warnings import WarningRow
from portal.models.webhooks import Webhook
from portal.respond.operations.phrases import Said, add_phrase
from portal.respond.operations.views import save_view
from portal.settings import Settings
from portal.store.engine import Store
from portal.store.secrets import Secrets
from portal.web.access import SIGNED_IN, Access, access_of
from tests.support.answers import NOW, Office, send
from tests.support.city import PASSWORD, City, make_city, make_person
from tests.support.client import response_page
from tests.support.desk import Desk, open_desk
from tests.support.moment import StillClock, this_moment
from tests.support.remarks import say_missing, tell
from tests.support.soundness import TEST_SECRET
from tests.support.tables import fingerprint
from tests.support.together import Table

ZONE = ZoneInfo("UTC")
# name -> role, and whether in public works; None: in no department
PEOPLE: Mapping[str, tuple[str, bool | None]] = {
    "translator": ("translator", True),
    "staff": ("staff", True),
    "manager": ("manager", True),
    "parks-translator": ("translator", False),
    "parks": ("staff", False),
    "parks-manager": ("manager", False),
    "admin": ("administrator", None),
    "nobody": ("", None),
}
RANKS = {
    Access.SET_UP: 0, Access.ACCOUNT: 0, Access.STAFF: 1, Access.MANAGER: 2, Access.ADMINISTRATOR: 3
}  # fmt: skip
ROLE_RANKS = {"": 0, "translator": 1, "staff": 1, "manager": 2, "administrator": 3}
# What only staff do to a response, and what is done to one that is published.
BY_STAFF = {
    "respond.publish_response", "respond.unschedule_response", "respond.drop_response",
}  # fmt: skip
OF_PUBLISHED = {
    "respond.show_correction", "respond.correct_text", "respond.review_correction",
    "respond.drop_correction",
}  # fmt: skip
# Shown to every manager, and decided by those who have nothing to do with the department; and
# partners, which belong to no department.
BY_ALL_MANAGERS = {
    "manage.show_hour", "manage.show_partner", "manage.set_address", "manage.remove_address",
}  # fmt: skip
BY_OTHERS = {"manage.find_out_about_hour", "manage.decide_on_hour"}
# What is only theirs who began it; colleagues find nothing.
OF_ONE_PERSON = {"respond.undo_last", "respond.strike_note", "respond.show_sheets"}
# Answers 404 where the city has no translator, which this one has not.
NOT_SET_UP = {"respond.translate"}
# Where an empty form is answered before the thing is looked for.
FORMS = {"respond.rename_view": {"version": "1", "name": "Mine now"}}
EVIDENCE = {
    "usual_x": 450, "usual_n": 500, "usual_weeks": 52,
    "points": [["2026-11-02", 9, 10, 0.0, -0.6], ["2026-11-16", 2, 10, -1.9, -0.9]],
}  # fmt: skip
# What an address asks for beside its path.
_TAKE_DOWN = "?service=pothole-repair&channel=phone&language=en"
QUERIES = {
    "respond.show_entry": _TAKE_DOWN,
    "respond.enter": _TAKE_DOWN,
    "respond.find_paper_form": "?number={code}",
}
# Arguments that name nothing of a department's.
NEUTRAL = {"lang"}
# Allowed, and ends what other requests need: tried last.
ENDING = ("/delete", "/drop", "/end", "/close", "/deactivate", "/remove", "/undo/", "/account/")


@dataclass(frozen=True)
class Try:
    """One request: a rule, its method, and an address with something of public works."""

    rule: Rule
    level: Access
    method: str
    address: str

    @property
    def is_of_department(self) -> bool:
        names = bool(self.rule.arguments - NEUTRAL) or self.rule.endpoint in QUERIES
        return self.level is not Access.ADMINISTRATOR and names


@dataclass(frozen=True)
class Place:
    """A city with one of everything, and its browsers."""

    app: Flask
    store: Store
    tries: list[Try]


def _add(session: Session, row: Any) -> int:
    session.add(row)
    session.flush()
    return int(row.id)


def _people(session: Session, city: City) -> int:
    """Those whom the test city lacks; returns somebody to look after."""
    now = this_moment()
    for name, (role, is_works) in PEOPLE.items():
        if name not in city.people:
            department = city.works if is_works else city.parks
            roles: list[tuple[str, int | None]] = [(role, department)] if role else []
            make_person(session, f"{name}@city.example", now, roles)
    return make_person(session, "somebody@city.example", now, [("staff", city.works)])


def _rows(session: Session, city: City, case: int) -> dict[str, object]:
    """What no operation needs to make."""
    now, today, by = this_moment(), NOW.date(), city.people["staff"]
    batch = PaperBatch(
        service_id=city.potholes, lang="en", paper="a4", forms=1, printed_by=by, printed_at=now,
        printed_on=now.astimezone(ZONE).date(),
    )  # fmt: skip
    batch_id = _add(session, batch)
    warning = WarningRow(
        service_id=city.potholes, kind="ratings", subject="", raised_on=today, last_seen_on=today,
        evidence=EVIDENCE,
    )  # fmt: skip
    barrier = Barrier(
        service_id=city.potholes, block="teams", gap="A", barrier="B", owner="C", next_step="D",
        due_on=today, created_by=by, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    assessment = SelfAssessment(
        service_id=city.potholes, dimension="B", level=1, assessed_by=by, assessed_at=NOW,
        assessed_on=today, valid_until=today + timedelta(days=365),
        evidence=[
            SelfAssessmentEvidence(position=0, kind="document", reference="A", dated_on=today)
        ],
    )  # fmt: skip
    webhook = Webhook(url="https://a.example/", events=["level.published"], created_at=NOW)
    kiosk = Kiosk(
        name="Hall", key_hash="0" * 64, service_id=city.potholes, hourly_limit=60, opened_on=today
    )
    hour = SetApart(
        service_id=city.potholes, hour_at=NOW, cause="form", ratings=1, marked=1, found_at=NOW
    )
    note = CaseNote(submission_id=case, person_id=by, text="A", written_at=now)
    return {
        "batch_id": batch_id,
        "code": short_code(_add(session, PaperForm(batch_id=batch_id))),
        "warning_id": _add(session, warning),
        "number": _add(session, barrier),
        "manage.review_assessment:number": _add(session, assessment),
        "kiosk_id": _add(session, kiosk),
        "webhook_id": _add(session, webhook),
        "holiday_id": _add(session, Holiday(day_on=date(2099, 1, 1), name="Rest")),
        "hour_id": _add(session, hour),
        "note_id": _add(session, note),
    }


def _last_deed(session: Session, person_id: int) -> int:
    statement = select(func.max(AuditEvent.id)).where(AuditEvent.person_id == person_id)
    return session.scalar(statement) or 0


def make_examples(store: Store, city: City) -> dict[str, object]:
    """What stands in addresses, by argument, or by endpoint and argument where that differs."""
    office, table = Office(store, city), Table(store, city)
    case, answered = send(store, city.potholes), send(store, city.potholes)
    published = office.answer([answered])
    told = send(store, city.potholes)
    tell(store, office, office.answer([told]))
    theme, partner = office.group([case]), table.partner()
    view = store.write(
        save_view, now=NOW, scope=office.staff, name="Ours", filters="", department_id=city.works
    )
    store.write(assess_service, service_id=city.potholes, as_of=NOW.date(), now=NOW)
    return {
        "lang": "en",
        "slug": "pothole-repair",
        "case_id": case,
        "theme_id": theme,
        "response_id": office.draft(theme),
        "published": published,
        "told": told,
        "remark_id": say_missing(store, told, "Not all of it."),
        "respond.show_call:case_id": told,
        "respond.take_call:case_id": told,
        "tag": "en",
        "respond.save_translation:tag": "es",  # the source is not translated into itself
        "view_id": view,
        "phrase_id": store.write(
            add_phrase,
            now=NOW,
            scope=office.staff,
            department_id=city.works,
            lang="en",
            said=Said("opening", "Thanks", "Thank you for telling us."),
        ),
        "criterion_id": "L3.1",
        "letter": "B",
        "department": "public-works",
        "district": "north",
        "partner_id": partner,
        "co_decision_id": table.decide(theme, partner, []),
        "next_step_id": table.next_step(theme),
        "event_id": store.write(_last_deed, city.people["staff"]),
        **store.write(_rows, city, case),
    }


def _tries(app: Flask, examples: Mapping[str, object]) -> Iterator[Try]:
    for rule in app.url_map.iter_rules():
        level = access_of(app, rule.endpoint)
        if level is None or level not in SIGNED_IN:
            continue
        values = dict(rule.defaults or {})
        for name in rule.arguments - set(values):
            value = examples.get(f"{rule.endpoint}:{name}", examples.get(name))
            assert value is not None, f"{rule}: say in make_examples what {name} is"
            values[name] = value
        query = QUERIES.get(rule.endpoint, "").format(**examples)
        if rule.endpoint in OF_PUBLISHED:
            values["response_id"] = examples["published"]
        if "<int:remark_id>" in rule.rule:
            values["case_id"] = examples["told"]
        with app.test_request_context():
            address = app.url_map.bind("localhost").build(rule.endpoint, values)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield Try(rule, level, method, address + query)


def _settings(base: Path, database: Path) -> Settings:
    return Settings(
        secret_key=TEST_SECRET,
        database_url=f"sqlite:///{database}", instance=base / "instance",
        base_url="http://localhost", city_name="Marlow", time_zone="UTC",
        is_testing=True, clock_file=base / "no-clock",
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A database with one of everything, closed; and what stands in addresses."""
    path = tmp_path_factory.mktemp("authorisation") / "made.db"
    shutil.copy(sqlite_template, path)
    store = Store(f"sqlite:///{path}", Secrets(TEST_SECRET).leaf_key)
    city = store.write(make_city, this_moment())
    person = store.write(_people, city)
    open_desk(store, city)
    examples = make_examples(store, city) | {"person_id": person}
    store.dispose()
    return path, examples


@pytest.fixture
def place(
    made: tuple[Path, dict[str, object]], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """A copy of that city of the test's own, for whoever may, changes it."""
    path, examples = made
    database = tmp_path / "portal.db"
    shutil.copy(path, database)
    store = Store(f"sqlite:///{database}", Secrets(TEST_SECRET).leaf_key)
    settings = _settings(tmp_path_factory.getbasetemp(), database)
    app = create_app(settings, store)
    app.extensions["portal"].clock = StillClock(settings.zone, settings.clock_file)
    app.config["TESTING"] = False
    tries = sorted(_tries(app, examples), key=_order)
    assert len(tries) > 100
    yield Place(app, store, tries)
    store.dispose()


def _order(one: Try) -> tuple[bool, int, str]:
    ends = [place for place, part in enumerate(ENDING, 1) if part in one.address]
    return one.method == "POST", max(ends, default=0), one.address


def _ask(client: FlaskClient, one: Try, csrf_token: str | None) -> TestResponse:
    if one.method == "GET" or csrf_token is None:
        return client.open(one.address, method=one.method)
    data = {"csrf_token": csrf_token, **FORMS.get(one.rule.endpoint, {})}
    return client.open(one.address, method=one.method, data=data)


def _token(client: FlaskClient) -> str:
    """The token of a session, from a page that everybody who is signed in or out has."""
    answer = client.get("/en/account/")
    return response_page(client.get(answer.location) if answer.location else answer).value(
        "csrf_token"
    )


def expected(who: str, one: Try) -> str:
    """`403`, `404` or `allowed`."""
    role, is_works = PEOPLE[who]
    if ROLE_RANKS[role] < RANKS[one.level]:
        return "403"
    if not one.is_of_department or one.rule.endpoint in BY_ALL_MANAGERS:
        return "allowed"
    if one.rule.endpoint in BY_OTHERS:
        is_works = not is_works
    if one.level is Access.STAFF:
        if not is_works:  # administrators have no desk
            return "404"
        is_texts = one.rule.endpoint not in BY_STAFF
        names_text = bool({"response_id", "phrase_id"} & one.rule.arguments) and is_texts
        return "allowed" if role != "translator" or names_text else "404"
    return "404" if is_works is False else "allowed"


def outcome(one: Try, answer: TestResponse) -> str:
    """What an answer says: to whom it is, or that it is somebody's."""
    place = (answer.location or "").split("?")[0]
    if place.endswith(("/sign-in", "/account/again")) or (
        place.endswith("/account/second-factor/") and one.level is not Access.SET_UP
    ):
        return place.rsplit("/en/", 1)[-1]
    if answer.status_code in {400, 401, 403, 404, 405} or answer.status_code >= 500:
        return str(answer.status_code)
    return "allowed"


def wrong(place: Place, client: FlaskClient, expected: Callable[[Try], str | None]) -> str:
    """Send what something is expected of, with a token; returns what was answered otherwise."""
    token = _token(client)
    found = []
    for one in place.tries:
        wanted = expected(one)
        if wanted is not None:
            answered = outcome(one, _ask(client, one, token))
            if answered != wanted:
                found.append(f"{one.rule.endpoint} {one.method} {one.address}: {answered}")
    return "\n".join(found)


def test_whoever_is_signed_out_is_sent_to_the_door(place: Place) -> None:
    before = fingerprint(place.store)
    assert wrong(place, place.app.test_client(), lambda _one: "sign-in") == ""
    assert fingerprint(place.store) == before


def test_a_manager_without_second_factor_sets_one_up_first(place: Place) -> None:
    client = place.app.test_client()
    door = response_page(client.get("/en/sign-in")).value("csrf_token")
    form = {"csrf_token": door, "email": "manager@city.example", "password": PASSWORD}
    assert client.post("/en/sign-in", data=form).status_code == 303
    before = fingerprint(place.store)

    def to_set_up(one: Try) -> str | None:
        """Pages lead there; forms wait on theirs."""
        if one.level is Access.SET_UP:
            return None
        return "account/second-factor/" if one.method == "GET" else "403"

    assert wrong(place, client, to_set_up) == ""
    assert fingerprint(place.store) == before


@pytest.mark.parametrize("who", PEOPLE)
def test_each_may_what_their_role_and_department_allow(place: Place, who: str) -> None:
    """First all that is refused, which changes no row; then all that is allowed."""
    client = Desk(place.app, who).client
    before = fingerprint(place.store)

    def refusal(one: Try) -> str | None:
        said = expected(who, one)
        return None if said == "allowed" else said

    assert wrong(place, client, refusal) == ""
    assert fingerprint(place.store) == before

    def permission(one: Try) -> str | None:
        is_own = who == "staff" or one.rule.endpoint not in OF_ONE_PERSON
        if one.rule.endpoint in NOT_SET_UP:
            return None
        is_door = one.level in {Access.SET_UP, Access.ACCOUNT} and one.method == "POST"
        return "allowed" if expected(who, one) == "allowed" and is_own and not is_door else None

    assert wrong(place, client, permission) == ""


def test_nothing_is_done_without_the_token_of_the_session(place: Place) -> None:
    """Tried as the one whom no access class refuses before the token is looked at."""
    client = Desk(place.app, "admin").client
    before = fingerprint(place.store)
    sent = [one for one in place.tries if one.method == "POST"]
    assert [one for one in sent if _ask(client, one, None).status_code != 400] == []
    assert fingerprint(place.store) == before
