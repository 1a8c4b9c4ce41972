"""What the public can fetch again and again: it stands still while a few people write and reply."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assess.operations import assess_service
from portal.assess.results import keep_city_results
from portal.assess.said import refresh_figures
from portal.domain.loop import Actor, Event, EventKind, Outcome, Verdict
from portal.models.responses import Response, ThemeCase
from portal.store.engine import Store
from portal.store.loops import Links, append_event
from tests.support.attacked_city import live
from tests.support.cases import send_case
from tests.support.city import City

QUARTERLY = (
    "/en/results/", "/en/services/pothole-repair/results/",
    "/api/v1/results", "/api/v1/results.csv",
    "/api/v1/services/pothole-repair/results", "/api/v1/services/pothole-repair/results.csv",
)  # fmt: skip
# How many said so moves by a batch of each theme's own, wherever that shows: assess/test_said.py.
BY_TENS = (
    "/en/", "/en/services/", "/en/levels/",
    "/en/services/pothole-repair/level/", "/en/responses/", "/en/responses/feed.atom",
    "/api/v1/services", "/api/v1/services.csv", "/api/v1/services/pothole-repair/level",
    "/api/v1/services/pothole-repair/appraisals", "/api/v1/services/pothole-repair/figures",
    "/api/v1/responses", "/api/v1/responses.csv",
)  # fmt: skip


@pytest.fixture
def lived(store: Store, city: City, monkeypatch: pytest.MonkeyPatch) -> int:
    """Two quarters have been published; the number of an answer about potholes."""
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 0)
    store.write(live, city, Random(5))
    with store.read() as session:
        statement = select(Response.id).where(Response.service_id == city.potholes)
        return session.scalars(statement.order_by(Response.id)).all()[0]


def say(
    session: Session, city: City, response_id: int, on: date, people: int, person_key: str = ""
) -> None:
    """People rate potholes with a case in the theme, are told of the answer, and reply."""
    theme_id = session.get_one(Response, response_id).theme_id
    at = datetime.combine(on, time(12), UTC)
    for _person in range(people):
        known = {"person_key": person_key} if person_key else {}
        case = send_case(session, city.potholes, at, q0=1, q1=1, lang="ko", **known)
        session.add(ThemeCase(theme_id=theme_id, submission_id=case, added_at=at))
        links = Links(response_id=response_id)
        by = Links(response_id=response_id, person_id=city.people["staff"])
        for kind, actor, its, more in (
            (EventKind.RESPONDED, Actor.STAFF, by, {"outcome": Outcome.ANSWERED}),
            (EventKind.TOLD, Actor.SYSTEM, links, {"lang": "en"}),
            (EventKind.CONFIRMED, Actor.RESIDENT, Links(), {"verdict": Verdict.NO}),
        ):
            event = Event(kind=kind, on=on, actor=actor, **more)
            append_event(session, case, event, at=at, links=its)


def count(store: Store, city: City, on: date) -> None:
    """All that the worker does to public figures on a day that begins no quarter."""
    now = datetime.combine(on, time(15), UTC)
    for service_id in (city.potholes, city.lights, city.pools):
        store.write(assess_service, service_id=service_id, as_of=on, now=now)
        store.write(refresh_figures, service_id=service_id, today=on)
    store.write(keep_city_results, on)


def fetch(client: FlaskClient, paths: tuple[str, ...]) -> dict[str, tuple[int, bytes]]:
    """Figures since the appraisal are not found before there are any."""
    answers = {path: client.get(path) for path in paths}
    found = {path: (one.status_code, one.get_data()) for path, one in answers.items()}
    missing = [path for path, (status, _body) in found.items() if status != 200]
    assert all(path.endswith("/figures") for path in missing), missing
    return found


def test_nothing_moves_for_nine_people_in_whatever_month(
    client: FlaskClient, store: Store, city: City, lived: int
) -> None:
    paths = (*QUARTERLY, *BY_TENS, f"/en/responses/{lived}/")
    before = fetch(client, paths)
    for people, day in ((6, date(2026, 7, 9)), (2, date(2026, 8, 3)), (0, date(2026, 9, 1))):
        store.write(say, city, lived, day, people)
        store.write(say, city, lived, day, 4, person_key="again and again")
        for later in (0, 1):
            count(store, city, day + timedelta(days=later))
            after = fetch(client, paths)
            assert [path for path in paths if after[path] != before[path]] == []


def test_ten_people_move_evidence_in_a_later_month_but_no_quarter(
    client: FlaskClient, store: Store, city: City, lived: int
) -> None:
    paths = (*QUARTERLY, *BY_TENS)
    before = fetch(client, paths)
    store.write(say, city, lived, date(2026, 7, 9), 12)
    count(store, city, date(2026, 7, 31))
    assert fetch(client, paths) == before, "not in the month of the appraisal"
    count(store, city, date(2026, 8, 1))
    after = fetch(client, paths)
    assert (
        after["/en/services/pothole-repair/level/"] != before["/en/services/pothole-repair/level/"]
    )
    count(store, city, date(2026, 9, 30))
    last = fetch(client, QUARTERLY)
    assert [path for path in QUARTERLY if last[path] != before[path]] == []
