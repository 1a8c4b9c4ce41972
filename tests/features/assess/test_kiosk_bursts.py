"""Bursts at kiosks: judged against what is usual there, set apart and reviewed as others are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.assess.quarantine import quarantine_bursts
from portal.models.set_apart import SetApart
from portal.models.submissions import Submission
from portal.store.engine import Store
from portal.store.set_apart import check_set_apart, let_through
from tests.features.assess.test_operations import Fixed
from tests.features.assess.test_quarantine import AFTER, HOUR, send, set_apart
from tests.support.city import make_person
from tests.support.history import add_service


@pytest.fixture
def library(store: Store) -> int:
    """A service whose kiosk has been in use for weeks: four an hour, twelve in a rush a week."""
    service_id = store.write(add_service)
    for day in range(1, 29):
        for hour in range(5):
            at = HOUR - timedelta(days=day) + timedelta(hours=hour)
            send(store, service_id, 12 if (day % 7, hour) == (0, 0) else 4, at, channel="kiosk")
    return service_id


def found(store: Store) -> SetApart:
    with store.read() as session:
        return session.scalars(select(SetApart)).one()


def quarantined(store: Store, channel: str) -> int:
    with store.read() as session:
        return session.scalars(
            select(func.count()).where(Submission.is_quarantined, Submission.channel == channel)
        ).one()


def problems(store: Store) -> list[str]:
    with store.read() as session:
        return list(check_set_apart(session))


def test_its_rush_is_usual_and_what_nobody_ever_saw_there_is_set_apart(
    store: Store, library: int
) -> None:
    send(store, library, 27, HOUR, channel="kiosk")
    send(store, library, 33, HOUR + timedelta(hours=1), channel="kiosk")
    assert quarantine_bursts(store, Fixed(AFTER + timedelta(hours=1))) == 33
    row = found(store)
    assert (row.cause, row.ratings, row.marked) == ("burst", 33, 0)
    # The busiest hours of four weeks: three rushes of twelve, and the hour just before.
    assert (row.usual, row.shared, row.is_at_kiosks) == (15.75, None, True)
    assert row.hour_at == HOUR + timedelta(hours=1)
    assert problems(store) == []


def test_a_new_kiosk_is_an_address_that_people_share(store: Store) -> None:
    """The opening, a school class: as many as a library's forty, none of whom is set apart."""
    fresh, stuffed, dead = (store.write(add_service) for _ in range(3))
    for service_id in (fresh, stuffed):
        send(store, service_id, 5, HOUR - timedelta(days=6), channel="kiosk")
    send(store, dead, 1, HOUR - timedelta(days=8), channel="kiosk")  # known: nobody uses it
    send(store, fresh, 40, channel="kiosk")
    send(store, stuffed, 41, channel="kiosk")
    send(store, dead, 10, channel="kiosk")
    assert quarantine_bursts(store, Fixed(AFTER)) == 41 + 10
    with store.read() as session:
        rows = session.execute(select(SetApart.service_id, SetApart.usual).order_by(SetApart.usual))
        assert sorted(map(tuple, rows), key=str) == sorted([(stuffed, None), (dead, 1.0)], key=str)
        assert set(session.scalars(select(SetApart.is_at_kiosks))) == {True}


def test_web_and_kiosks_are_judged_apart(store: Store, library: int) -> None:
    """A stuffed form takes no tap with it, and taps make no web rating usual."""
    send(store, library, 12)
    send(store, library, 15, channel="kiosk")
    assert quarantine_bursts(store, Fixed(AFTER)) == 12
    assert (quarantined(store, "web"), quarantined(store, "kiosk")) == (12, 0)
    row = found(store)
    assert (row.usual, row.shared) == (0, 0)
    assert problems(store) == []


def test_bursts_in_both_have_a_record_each_and_are_let_through_each_on_its_own(
    store: Store, library: int
) -> None:
    send(store, library, 12)
    send(store, library, 60, channel="kiosk")
    send(store, library, 2, is_quarantined=True)  # by the way in which they came in
    assert quarantine_bursts(store, Fixed(AFTER)) == 14 + 60
    with store.read() as session:
        rows = session.scalars(select(SetApart).order_by(SetApart.is_at_kiosks)).all()
    assert [(row.is_at_kiosks, row.ratings, row.marked, row.usual, row.shared) for row in rows] == [
        (False, 14, 2, 0, 0),
        (True, 60, 0, 12, None),
    ]
    assert problems(store) == []
    store.write(let_through_at, is_at_kiosks=True)
    assert (quarantined(store, "web"), quarantined(store, "kiosk")) == (14, 0)
    assert problems(store) == []


def test_a_form_like_a_machines_is_no_part_of_a_burst_at_kiosks(store: Store, library: int) -> None:
    send(store, library, 60, channel="kiosk")
    send(store, library, 2, is_quarantined=True)
    assert quarantine_bursts(store, Fixed(AFTER)) == 60
    with store.read() as session:
        rows = session.execute(select(SetApart.cause, SetApart.ratings, SetApart.is_at_kiosks))
        assert sorted(map(tuple, rows)) == [("burst", 60, True), ("form", 2, False)]
    assert problems(store) == []


def test_a_record_of_the_wrong_door_is_noticed(store: Store, library: int) -> None:
    send(store, library, 60, channel="kiosk")
    quarantine_bursts(store, Fixed(AFTER))

    def turn(session: Session) -> None:
        session.scalars(select(SetApart)).one().is_at_kiosks = False

    store.write(turn)
    assert [problem.split(" of ")[0] for problem in problems(store)] == [
        "0 ratings",
        "60 ratings are set apart and no record says why",
    ]


def test_what_two_people_let_through_becomes_usual(store: Store, library: int) -> None:
    send(store, library, 40, channel="kiosk")
    assert quarantine_bursts(store, Fixed(AFTER)) == 40
    store.write(let_through_at, is_at_kiosks=True)
    assert (set_apart(store), quarantined(store, "kiosk")) == (0, 0)
    later = HOUR + timedelta(hours=24)
    send(store, library, 37, later, channel="kiosk")  # 25 would be too many, had nobody looked
    assert quarantine_bursts(store, Fixed(later + timedelta(hours=1, minutes=10))) == 0


def let_through_at(session: Session, *, is_at_kiosks: bool) -> None:
    """As the second person does."""
    row = session.scalars(select(SetApart).where(SetApart.is_at_kiosks.is_(is_at_kiosks))).one()
    people = [make_person(session, name, AFTER, []) for name in ("first", "second")]
    row.reason, row.asked_by, row.asked_at = "place", people[0], AFTER
    row.decided_by, row.decided_at = people[1], AFTER
    let_through(session, row)
