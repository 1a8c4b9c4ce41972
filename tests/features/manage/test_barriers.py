"""Barriers and the roadmap: what blocks the next level, who does what about it, by when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.assess.operations import assess_service
from portal.manage.queries.roadmap import Outlook, hurdles
from portal.models.running import AuditEvent
from portal.models.self_assessments import Barrier
from portal.store.clock import Clock
from portal.store.engine import Store
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import open_desk
from tests.support.managers import ManagersDesk, add_manager

NOW = date(2026, 11, 20)
LIST = "services/pothole-repair/barriers/"
ROADMAP = "services/pothole-repair/roadmap/"


@pytest.fixture
def clock(app: Flask) -> Clock:
    clock: Clock = app.extensions["portal"].clock
    return clock


@pytest.fixture
def desk(app: Flask, store: Store, city: City) -> ManagersDesk:
    open_desk(store, city)
    store.write(add_manager, "neighbour", city.parks)
    return ManagersDesk(app)


def plan(clock: Clock, days: int = 10, **changes: Any) -> dict[str, Any]:
    return {
        "block": "teams",
        "gap": "Somebody who answers in summer",
        "barrier": "One person writes all answers",
        "owner": "Road unit",
        "next_step": "Train two dispatchers",
        "due_on": (clock.today() + timedelta(days=days)).isoformat(),
        "criteria": ["L2.3", "L3.1"],
        **changes,
    }


def only(store: Store) -> Barrier:
    with store.read() as session:
        return session.scalars(select(Barrier)).one()


def assess(session: Session, city: City, clock: Clock) -> None:
    assess_service(session, service_id=city.potholes, as_of=clock.today(), now=clock.now())


def test_a_barrier_is_added_changed_closed_and_opened_again(
    store: Store, desk: ManagersDesk, clock: Clock
) -> None:
    desk.post(f"{LIST}new", **plan(clock))
    row = only(store)
    assert [one.criterion for one in row.criteria] == ["L2.3", "L3.1"]
    assert "Somebody who answers in summer" in desk.get(LIST).words()

    page = desk.get(f"{LIST}{row.id}/")
    assert page.value("version") == "1"
    desk.post(f"{LIST}{row.id}/", **plan(clock, version="1", gap="A cover", criteria=["L3.2"]))
    changed = only(store)
    assert (changed.version, changed.gap) == (2, "A cover")
    assert [one.criterion for one in changed.criteria] == ["L3.2"]

    desk.post(f"{LIST}{row.id}/close")
    assert only(store).closed_on == clock.today()
    assert "Overcome" in desk.get(LIST).words()
    desk.post(f"{LIST}{row.id}/close")
    assert only(store).version == 3
    desk.post(f"{LIST}{row.id}/reopen")
    assert only(store).closed_on is None
    with store.read() as session:
        actions = session.scalars(
            select(AuditEvent.action).where(AuditEvent.subject == "barrier").order_by(AuditEvent.id)
        ).all()
    assert actions == ["barrier_added", "barrier_changed", "barrier_closed", "barrier_reopened"]


def test_whoever_was_slower_sees_what_is_stored_and_loses_nothing(
    store: Store, desk: ManagersDesk, clock: Clock
) -> None:
    desk.post(f"{LIST}new", **plan(clock))
    address = f"{LIST}{only(store).id}/"
    desk.post(
        address,
        **plan(clock, version="1", gap="The first one’s words", block="policy", criteria=["L3.7"]),
    )
    answer = desk.post(address, 409, **plan(clock, version="1", gap="The second one’s words"))
    page = response_page(answer)
    assert "The first one’s words" in page.words()
    assert "The second one’s words" in page.words()
    assert only(store).gap == "The first one’s words"
    stored = page.words().partition("Stored now")[2]
    assert "Which building block is it about?Policy: " in stored
    assert "Which criteria does it block?Residents say they can see" in stored
    desk.post(address, **plan(clock, version=page.value("version"), gap="Agreed words"))
    assert only(store).gap == "Agreed words"


def test_what_is_missing_is_said_beside_its_field(
    store: Store, desk: ManagersDesk, clock: Clock
) -> None:
    for wrong, message in (
        ({"block": ""}, "Choose a building block"),
        ({"block": "weather"}, "This is not one of the answers"),
        ({"gap": " "}, "Say what is missing"),
        ({"owner": ""}, "Say who takes the next step"),
        ({"due_on": ""}, "Give the day by which"),
        ({"due_on": "soon"}, "Enter a date as year-month-day"),
        ({"criteria": ["L9.9"]}, "not one of the criteria"),
    ):
        answer = desk.post(f"{LIST}new", 422, **plan(clock, **wrong))
        assert message in response_page(answer).words()
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Barrier)) == 0


def test_the_roadmap_shows_barriers_under_the_criteria_they_block(
    store: Store, desk: ManagersDesk, city: City, clock: Clock
) -> None:
    assert "Not assessed yet" in desk.get(ROADMAP).words()
    store.write(assess, city, clock)
    desk.post(f"{LIST}new", **plan(clock, days=-3))
    desk.post(f"{LIST}new", **plan(clock, gap="A rule for alleys", criteria=["L4.7"]))
    words = desk.get(ROADMAP).words()
    assert "On the way to level 2" in words
    assert "Ask more people to rate the service" in words  # the plain instruction of L2.3
    blocking, _, rest = words.partition("Other barriers")
    assert "Somebody who answers in summer" in blocking
    assert "Overdue since" in blocking
    assert "1 next step is overdue" in blocking
    assert "A rule for alleys" in rest
    whole = desk.get("roadmap/").words()
    assert whole.index("Overdue since") < whole.index("What holds services back")
    assert "Pothole repair" in whole
    assert "Swimming pools" not in whole


def test_another_department_finds_nothing(
    app: Flask, store: Store, desk: ManagersDesk, clock: Clock
) -> None:
    desk.post(f"{LIST}new", **plan(clock))
    number = only(store).id
    neighbour = ManagersDesk(app, "neighbour")
    for service in ("pothole-repair", "swimming-pools"):
        address = f"services/{service}/barriers/{number}/"
        neighbour.get(address, 404)
        neighbour.post(address, 404, **plan(clock, version="1"))
        neighbour.post(f"{address}close", 404)
        neighbour.post(f"{address}reopen", 404)
    for path in (LIST, f"{LIST}new", ROADMAP):
        neighbour.get(path, 404)
    neighbour.post(f"{LIST}new", 404, **plan(clock))
    assert "Pothole" not in neighbour.get("roadmap/").words()
    desk.get(f"{LIST}{'9' * 30}/", 404)
    assert (only(store).version, only(store).closed_on) == (1, None)


def test_hurdles_stand_in_the_methods_order() -> None:
    outlook = Outlook(1, NOW, 1, 3, [{"id": name} for name in ("L3.10", "L3.2", "L2.6")])
    found, rest = hurdles([outlook], {1: []})
    assert [one.criterion["id"] for one in found] == ["L2.6", "L3.2", "L3.10"]
    assert rest == []
