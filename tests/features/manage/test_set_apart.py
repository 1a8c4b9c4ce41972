"""Ratings that were set apart: seen by all managers, decided on by two of other departments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.assess.operations import assess_due
from portal.assess.quarantine import quarantine_bursts
from portal.models.running import AuditEvent
from portal.models.services import Service
from portal.models.set_apart import SetApart
from portal.models.submissions import Submission
from portal.store.engine import Store
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk
from tests.support.history import add_submission
from tests.support.signed import StoppedClock
from tests.support.soundness import find_problems

HOUR = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER = StoppedClock(HOUR + timedelta(hours=2))
SECRET = "A comment that nobody should see here."


def stuff(session: Session, service_id: int, count: int) -> None:
    for number in range(count):
        add_submission(
            session, service_id, received_at=HOUR + timedelta(minutes=number), q0=5, q3=5,
            comment=SECRET if number == 0 else None, is_case=number == 0,
        )  # fmt: skip


@pytest.fixture
def hour(store: Store, desk_city: City) -> int:
    """An hour with twelve ratings of pothole repair that the worker has set apart."""
    store.write(stuff, desk_city.potholes, 12)
    assert quarantine_bursts(store, LATER) == 12
    with store.read() as session:
        return session.scalars(select(SetApart.id)).one()


def show(desk: Desk, path: str = "set-apart/", status: int = 200) -> Page:
    answer = desk.client.get(f"/en/manage/{path}")
    assert answer.status_code == status
    return response_page(answer)


def post(desk: Desk, path: str, status: int = 303, **data: str) -> None:
    answer = desk.client.post(
        f"/en/manage/set-apart/{path}", data={"csrf_token": desk._csrf_token, **data}
    )
    assert answer.status_code == status, answer.text


def count_apart(store: Store) -> int:
    with store.read() as session:
        query = select(func.count()).where(Submission.is_quarantined)
        return session.scalars(query).one()


def actions(store: Store) -> list[str]:
    with store.read() as session:
        return [
            one.action for one in session.scalars(select(AuditEvent).order_by(AuditEvent.id))
            if one.subject == "set_apart"
        ]  # fmt: skip


@pytest.fixture
def own(app: Flask, desk_city: City) -> Desk:
    return Desk(app, "manager")


@pytest.fixture
def other(app: Flask, desk_city: City) -> Desk:
    return Desk(app, "parks-manager")


@pytest.fixture
def admin(app: Flask, desk_city: City) -> Desk:
    return Desk(app, "admin")


def test_what_was_given_at_a_kiosk_is_said_and_what_is_usual_there(
    app: Flask, store: Store, desk_city: City
) -> None:
    def tap(session: Session) -> None:
        for ago, count in ((timedelta(days=8), 2), (timedelta(days=3), 6), (timedelta(0), 25)):
            for number in range(count):
                at = HOUR - ago + timedelta(minutes=number)
                add_submission(session, desk_city.potholes, received_at=at, channel="kiosk")

    store.write(tap)
    assert quarantine_bursts(store, LATER) == 25
    words = show(Desk(app, "manager"), "set-apart/1/").words()
    assert "25 ratings were set apart" in words
    assert "They were given at a kiosk within one hour." in words
    assert "the busiest hour of a week had about 6." in words
    assert "from the same network" not in words
    assert "Kiosk" in words


def test_both_doors_of_an_hour_are_looked_at_each_on_its_own(
    app: Flask, store: Store, desk_city: City, other: Desk, admin: Desk
) -> None:
    def crowd(session: Session) -> None:
        for number in range(45):
            at = HOUR + timedelta(minutes=number)
            add_submission(session, desk_city.potholes, received_at=at, channel="kiosk")

    store.write(stuff, desk_city.potholes, 12)
    store.write(crowd)
    assert quarantine_bursts(store, LATER) == 12 + 45
    with store.read() as session:
        ids = {row.is_at_kiosks: row.id for row in session.scalars(select(SetApart))}
    words = show(other, f"set-apart/{ids[True]}/").words()
    assert "more than 40. In the first week of a kiosk, nothing is usual yet." in words
    assert "12 ratings were set apart" in show(other, f"set-apart/{ids[False]}/").words()
    post(other, f"{ids[True]}/finding", reason="place")
    post(admin, f"{ids[True]}/agree")
    assert count_apart(store) == 12
    assert "Waiting 1" in show(other).words()
    assert not [line for line in find_problems(store) if "set apart" in line]


def test_nothing_waits_where_nothing_was_set_apart(own: Desk) -> None:
    assert "Nothing waits" in show(own).words()
    assert "Nothing is decided yet" in show(own, "set-apart/?state=decided").words()


def test_a_page_after_the_last_one_leads_to_the_first(hour: int, own: Desk) -> None:
    page = show(own, "set-apart/?page=2")
    assert "There are fewer pages" in page.words()
    assert "Nothing waits" not in page.words()
    assert "/en/manage/set-apart/" in page.links()


@pytest.mark.parametrize("path", ["", "?q=nothing+is+called+so"])
def test_managers_come_to_what_stands_apart_whatever_services_they_see(
    store: Store, desk_city: City, other: Desk, path: str
) -> None:
    store.write(_close, desk_city.pools)
    assert "/en/manage/set-apart/" in show(other, path).links()


def _close(session: Session, service_id: int) -> None:
    session.get_one(Service, service_id).is_active = False


def test_everybody_sees_what_stands_apart_and_why_and_no_words(
    hour: int, own: Desk, other: Desk
) -> None:
    for desk in (own, other):
        assert "Waiting 1" in show(desk).words()
        words = show(desk, f"set-apart/{hour}/").words()
        assert "12 ratings were set apart" in words
        assert "In the four weeks before, about 0 an hour were usual." in words
        assert "100% of them gave exactly the same answers to all questions." in words
        assert SECRET not in words
    assert "so people of other departments look at them" in show(own, f"set-apart/{hour}/").words()


def test_two_people_of_other_departments_let_ratings_through(
    store: Store, hour: int, other: Desk, admin: Desk
) -> None:
    assess_due(store, LATER)
    post(other, f"{hour}/finding", reason="place")
    assert count_apart(store) == 12
    assert "Waits for a second person" in show(admin).words()
    post(admin, f"{hour}/agree")
    assert count_apart(store) == 0
    assert actions(store) == ["set_apart_judged", "set_apart_decided"]
    assert "Decided 1" in show(admin, "set-apart/?state=decided").words()
    assert "Counted again" in show(admin, f"set-apart/{hour}/").words()
    assert assess_due(store, LATER) == 1  # today's figures catch up with it
    assert quarantine_bursts(store, StoppedClock(HOUR + timedelta(hours=9))) == 0
    assert not [line for line in find_problems(store) if "set apart" in line]


def test_ratings_that_nobody_can_explain_stay_apart(
    store: Store, hour: int, other: Desk, admin: Desk
) -> None:
    post(admin, f"{hour}/finding", reason="alike")
    post(other, f"{hour}/agree")
    assert count_apart(store) == 12
    assert "Stays apart" in show(other, f"set-apart/{hour}/").words()
    assert not [line for line in find_problems(store) if "set apart" in line]


def test_nobody_agrees_with_themselves_but_may_take_it_back(
    store: Store, hour: int, other: Desk
) -> None:
    post(other, f"{hour}/finding", reason="usual")
    post(other, f"{hour}/agree", 422)
    assert "Somebody else has to agree." in show(other, f"set-apart/{hour}/").words()
    post(other, f"{hour}/refuse")
    assert "What did you find?" in show(other, f"set-apart/{hour}/").words()
    assert count_apart(store) == 12
    assert actions(store) == ["set_apart_judged", "set_apart_refused"]


@pytest.mark.parametrize("path", ["finding", "agree", "refuse"])
def test_nobody_decides_about_their_own_department(
    store: Store, hour: int, own: Desk, path: str
) -> None:
    post(own, f"{hour}/{path}", 404, reason="usual")
    assert actions(store) == []


def test_a_finding_is_needed_and_only_one_is_taken(hour: int, other: Desk, admin: Desk) -> None:
    post(other, f"{hour}/finding", 422)
    post(other, f"{hour}/finding", 422, reason="because")
    post(other, f"{hour}/agree", 409)
    post(other, f"{hour}/finding", reason="usual")
    post(admin, f"{hour}/finding", 409, reason="alike")
    post(admin, f"{hour}/agree")
    post(admin, f"{hour}/refuse", 409)


@pytest.mark.parametrize("path", ["agree", "refuse"])
def test_nobody_decides_on_another_finding_than_the_one_they_read(
    store: Store, hour: int, other: Desk, admin: Desk, path: str
) -> None:
    post(other, f"{hour}/finding", reason="usual")
    read = show(admin, f"set-apart/{hour}/").sent_along(f"/{path}")["seen"]
    post(other, f"{hour}/refuse")
    post(other, f"{hour}/finding", reason="alike")
    post(admin, f"{hour}/{path}", 409, seen=read)
    assert actions(store) == ["set_apart_judged", "set_apart_refused", "set_apart_judged"]
    newer = show(admin, f"set-apart/{hour}/").sent_along(f"/{path}")["seen"]
    post(admin, f"{hour}/{path}", seen=newer)


def test_nothing_is_shown_of_fewer_than_five(store: Store, desk_city: City, own: Desk) -> None:
    def mark(session: Session) -> None:
        add_submission(session, desk_city.potholes, received_at=HOUR, q0=1, is_quarantined=True)

    store.write(mark)
    quarantine_bursts(store, LATER)
    with store.read() as session:
        row = session.scalars(select(SetApart)).one()
    assert (row.cause, row.ratings, row.marked, row.usual) == ("form", 1, 1, None)
    words = show(own, f"set-apart/{row.id}/").words()
    assert "They are fewer than five" in words
    assert "Each came in like those that machines send." in words


def test_an_hour_that_is_not_there_is_not_found(own: Desk, hour: int) -> None:
    show(own, f"set-apart/{hour + 1}/", 404)
    show(own, f"set-apart/{2**70}/", 404)
