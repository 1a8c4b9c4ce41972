"""Handing a case to the service it belongs to: whose it is, whose figures, and no ping-pong."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.assess.queries import list_due_services
from portal.assess.queries_evidence import gather_evidence
from portal.domain.loop import Actor, Event, EventKind, Loop, LoopError, Outcome, apply, check
from portal.models.loops import LoopRow
from portal.models.people import Membership
from portal.models.responses import ThemeCase
from portal.models.running import AuditEvent
from portal.models.services import Service, ServiceText
from portal.models.submissions import Submission
from portal.settings import Settings
from portal.store.clock import Clock
from portal.store.content import raise_content_version
from portal.store.engine import Store
from portal.store.evidence.records import list_records
from portal.store.evidence.window import Window
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City
from tests.support.desk import Desk
from tests.support.moment import StillClock
from tests.support.remarks import tell
from tests.support.residents import Resident, submission_of
from tests.support.soundness import find_problems
from tests.support.together import Table

POOLS, LIGHTS, HOLES = "swimming-pools", "street-lights", "pothole-repair"


def holder(store: Store, case: int) -> int:
    with store.read() as session:
        return session.get_one(LoopRow, case).service_id


def kept(store: Store, service: int, days_later: int = 0) -> tuple[int, int]:
    """(kept, received) of a service, as its evidence says."""
    with store.read() as session:
        share = gather_evidence(session, service, TODAY + timedelta(days=days_later))["kept"]
    return share["x"], share["n"]


def test_a_case_goes_to_another_department_with_its_clock(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    clock = StillClock(app.extensions["portal"].settings.zone)
    received = clock.now() - timedelta(days=12)
    case = send(store, desk_city.potholes, received, comment="The pool is cold", q0=4)
    office.group([case])
    works, parks = Desk(app), Desk(app, "parks")
    parks.get(f"cases/{case}/", 404)
    works.post(f"cases/{case}/notes", text="Not ours")
    works.post(f"cases/{case}/hand-over", 422, service="")
    works.post(f"cases/{case}/hand-over", 422, service=HOLES)
    works.post(f"cases/{case}/hand-over", 422, service="no-such-service")
    works.post(f"cases/{case}/hand-over", service=POOLS)
    works.get(f"cases/{case}/", 404)
    page = parks.get(f"cases/{case}/").words()
    assert "18 days left" in page
    assert "Not ours" in page
    assert "Handed to another service" in page
    assert "The pool is cold" in parks.get("").words()
    with store.read() as session:
        row = session.get_one(LoopRow, case)
        assert (row.state, row.themed_on, row.service_id) == (
            "acknowledged",
            None,
            desk_city.pools,
        )
        assert session.scalars(select(ThemeCase)).all() == []
        assert session.get_one(Submission, case).service_id == desk_city.potholes
        logged = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "case_handed_over")
        ).one()
    assert logged.detail["from_service"] == desk_city.potholes
    assert logged.detail["to_service"] == desk_city.pools
    assert find_problems(store) == []


def test_it_counts_as_set_aside_for_whoever_gave_it_away(
    app: Flask, store: Store, desk_city: City
) -> None:
    app.extensions["portal"].clock = _Fixed(app.extensions["portal"].settings)
    case = send(store, desk_city.potholes, NOW - timedelta(days=40), q0=4)
    send(store, desk_city.potholes, NOW - timedelta(days=40), q0=4)
    assert kept(store, desk_city.potholes) == (2, 2)
    Desk(app).post(f"cases/{case}/hand-over", service=POOLS)
    assert kept(store, desk_city.potholes) == (1, 2)
    assert kept(store, desk_city.pools) == (1, 1)
    # The day before, it was still there: what was known then does not change.
    assert kept(store, desk_city.potholes, -1) == (2, 2)
    assert kept(store, desk_city.pools, -1) == (0, 0)
    with store.read() as session:
        window = Window(TODAY, 365)
        given = list_records(session, desk_city.potholes, "kept", window, start=0, limit=9)
        assert [(one.submission_id, one.excluded) for one in given.items[:1]] == [
            (case, "wrong_service")
        ]
        assert (given.positive, given.total) == (1, 2)
        told = list_records(session, desk_city.pools, "told30", window, start=0, limit=9)
        assert [one.submission_id for one in told.items] == [case]
        assert {desk_city.potholes, desk_city.pools} <= set(list_due_services(session, TODAY))


class _Fixed(Clock):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.zone)

    def now(self) -> datetime:
        return NOW


def test_later_hand_overs_need_a_second_person_and_end(
    app: Flask, store: Store, desk_city: City
) -> None:
    case = send(store, desk_city.potholes, q0=5)
    works, reviewer, parks = Desk(app), Desk(app, "reviewer"), Desk(app, "parks")
    works.post(f"cases/{case}/hand-over", service=POOLS)
    parks.post(f"cases/{case}/hand-over", service=HOLES)
    assert holder(store, case) == desk_city.pools
    assert "asks to hand this case to" in parks.get(f"cases/{case}/").words()
    parks.post(f"cases/{case}/set-aside/agree", 422)
    parks.post(f"cases/{case}/set-aside/refuse")
    store.write(_one_more_of_parks, desk_city)
    second = Desk(app, "manager")
    for _turn in range(2):
        if holder(store, case) == desk_city.pools:
            parks.post(f"cases/{case}/hand-over", service=HOLES)
            second.post(f"cases/{case}/set-aside/agree")
        else:
            works.post(f"cases/{case}/hand-over", service=POOLS)
            reviewer.post(f"cases/{case}/set-aside/agree")
    assert holder(store, case) == desk_city.pools
    answer = parks.post(f"cases/{case}/hand-over", 422, service=HOLES)
    assert "handed over three times" in answer.get_data(as_text=True)


def _one_more_of_parks(session: Session, city: City) -> None:
    session.add(
        Membership(person_id=city.people["manager"], department_id=city.parks, role="manager")
    )


def test_a_low_rating_is_handed_over_by_two_people(
    app: Flask, store: Store, desk_city: City
) -> None:
    case = send(store, desk_city.potholes, q0=2)
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    staff.post(f"cases/{case}/hand-over", service=LIGHTS)
    assert holder(store, case) == desk_city.potholes
    staff.post(f"cases/{case}/hand-over", 409, service=POOLS)
    answer = reviewer.post(f"cases/{case}/set-aside/agree")
    assert holder(store, case) == desk_city.lights
    assert answer.location == "/en/staff/"
    with store.read() as session:
        assert session.get_one(LoopRow, case).excluded is None


def test_whoever_agrees_reads_where_the_case_went_and_comes_back_to_the_inbox(
    app: Flask, store: Store, desk_city: City
) -> None:
    case = send(store, desk_city.potholes, q0=1)
    reviewer = Desk(app, "reviewer")
    Desk(app).post(f"cases/{case}/hand-over", service=POOLS)
    where = reviewer.post(f"cases/{case}/set-aside/agree").location
    words = reviewer.get(where.removeprefix("/en/staff/")).words()
    assert "Handed over to \u2068Swimming pools\u2069. The clock goes on" in words
    assert "Set aside." not in words
    reviewer.get(f"cases/{case}/", 404)


def test_who_has_answered_keeps_the_case(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    answered, aside = send(store, desk_city.potholes, q0=4), send(store, desk_city.potholes, q0=4)
    desk = Desk(app)
    desk.post(f"cases/{aside}/set-aside", reason="spam")
    desk.post(f"cases/{aside}/hand-over", 422, service=POOLS)
    office.answer([answered])
    responded = Event(
        kind=EventKind.RESPONDED, on=TODAY, actor=Actor.STAFF, outcome=Outcome.ANSWERED
    )
    loop = apply(Loop(received_on=TODAY), responded)
    with pytest.raises(LoopError):
        check(loop, Event(kind=EventKind.TRANSFERRED, on=TODAY, actor=Actor.STAFF))


def test_a_case_that_a_decision_rests_on_stays(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    high, low, free = (send(store, desk_city.potholes, q0=q0) for q0 in (4, 2, 4))
    theme = office.group([high, low, free])
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    staff.post(f"cases/{low}/hand-over", service=POOLS)
    table = Table(store, desk_city)
    table.decide(theme, table.partner(), [high, low])
    answers = (
        staff.post(f"cases/{high}/hand-over", 422, service=POOLS),
        reviewer.post(f"cases/{low}/set-aside/agree", 422),
    )
    for answer in answers:
        assert "so it stays here" in answer.get_data(as_text=True)
    for case in (high, low):
        assert holder(store, case) == desk_city.potholes
    staff.post(f"cases/{free}/hand-over", service=POOLS)
    reviewer.post(f"cases/{low}/set-aside/refuse")
    with store.read() as session:
        assert set(session.scalars(select(ThemeCase.submission_id))) == {high, low}


def test_the_resident_reads_who_has_the_case_now(
    app: Flask, store: Store, settings: Settings, desk_city: City
) -> None:
    resident = Resident(app, settings)
    code = resident.send(comment="The pool is cold", q0="4")
    with store.read() as session:
        case = submission_of(session, code).id
    Desk(app).post(f"cases/{case}/hand-over", service=POOLS)
    words = resident.get(f"/en/receipts/{code}/").words()
    assert "Passed on to: Swimming pools" in words
    assert "go on counting from the day we received it" in words
    assert "You rated Pothole repair: “Good”" in words
    assert "Swimming pools (ar)" in resident.get(f"/ar/receipts/{code}/").words()

    def forget_arabic_name(session: Session) -> None:
        session.execute(delete(ServiceText).where(ServiceText.lang == "ar"))
        raise_content_version(session)

    store.write(forget_arabic_name)
    page = resident.get(f"/ar/receipts/{code}/")
    assert page.languages_of("Swimming pools") == page.languages_of("Pothole repair") == {"en"}


def test_while_a_hand_over_waits_nobody_sets_the_case_aside(
    app: Flask, store: Store, desk_city: City
) -> None:
    """Else the request could never be decided: closed cases have no buttons for it."""
    case = send(store, desk_city.potholes, q0=4)
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    staff.post(f"cases/{case}/hand-over", service=LIGHTS)
    staff.post(f"cases/{case}/hand-over", service=POOLS)
    reviewer.post(f"cases/{case}/set-aside", 409, reason="spam")
    reviewer.post(f"cases/{case}/set-aside/agree")
    assert holder(store, case) == desk_city.pools


def test_what_cannot_be_handed_over_any_more_is_said_and_not_offered(
    app: Flask, store: Store, desk_city: City, office: Office
) -> None:
    told, closed = (send(store, desk_city.potholes, q0=1) for _case in range(2))
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    theme = office.group([told])
    for case in (told, closed):
        staff.post(f"cases/{case}/hand-over", service=POOLS)
    draft = office.draft(theme)
    office.review(draft)
    office.publish(draft)
    tell(store, office, draft)

    def close(session: Session) -> None:
        session.get_one(Service, desk_city.pools).is_active = False

    store.write(close)
    for case, why in ((told, "Only a case that waits"), (closed, "is not in use any more")):
        page = reviewer.get(f"cases/{case}/")
        assert why in page.words()
        assert "/set-aside/agree" not in page.text
        answer = reviewer.post(f"cases/{case}/set-aside/agree", 422)
        assert why in answer.get_data(as_text=True)
        reviewer.post(f"cases/{case}/set-aside/refuse")
        assert holder(store, case) == desk_city.potholes
