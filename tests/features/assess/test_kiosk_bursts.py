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


def test_web_and_kiosks_are_judged_apart(store: Store, library: int) -> None:
    """A stuffed form takes no tap with it, and taps make no web rating usual."""
    send(store, library, 12)
    send(store, library, 15, channel="kiosk")
    assert quarantine_bursts(store, Fixed(AFTER)) == 12
    assert (quarantined(store, "web"), quarantined(store, "kiosk")) == (12, 0)
    row = found(store)
    assert (row.usual, row.shared) == (0, 0)
    assert problems(store) == []


def test_bursts_in_both_stand_in_one_record_that_names_no_figure(
    store: Store, library: int
) -> None:
    send(store, library, 12)
    send(store, library, 60, channel="kiosk")
    send(store, library, 2, is_quarantined=True)  # by the way in which they came in
    assert quarantine_bursts(store, Fixed(AFTER)) == 14 + 60
    row = found(store)
    assert (row.ratings, row.marked, row.usual, row.shared) == (74, 2, None, None)
    assert problems(store) == []


def test_what_two_people_let_through_becomes_usual(store: Store, library: int) -> None:
    send(store, library, 40, channel="kiosk")
    assert quarantine_bursts(store, Fixed(AFTER)) == 40
    store.write(let_through_all)
    assert (set_apart(store), quarantined(store, "kiosk")) == (0, 0)
    later = HOUR + timedelta(hours=24)
    send(store, library, 37, later, channel="kiosk")  # 25 would be too many, had nobody looked
    assert quarantine_bursts(store, Fixed(later + timedelta(hours=1, minutes=10))) == 0


def let_through_all(session: Session) -> None:
    """As the second person does."""
    row = session.scalars(select(SetApart)).one()
    let_through(session, row)
