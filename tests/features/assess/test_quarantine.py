"""Bursts are set apart visibly: which hours, which ratings, and once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.assess.monthly import count_news
from portal.assess.operations import Outdated, assess_due, judge_service, keep_news, snapshot
from portal.assess.quarantine import quarantine_bursts
from portal.models.appraisals import MonthlyFigure
from portal.models.assessments import Assessment
from portal.models.set_apart import SetApart
from portal.models.submissions import Submission
from portal.store.engine import Store
from portal.store.set_apart import let_through
from portal.store.throttle import count_one
from tests.features.assess.test_operations import Fixed
from tests.support.history import add_service, add_submission

HOUR = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
AFTER = HOUR + timedelta(hours=1, minutes=10)


def send(
    store: Store, service_id: int, count: int, hour: datetime = HOUR, **values: object
) -> None:
    def add(session: Session) -> None:
        for minute in range(count):
            at = hour + timedelta(seconds=minute * 3600 / count)
            add_submission(session, service_id, received_at=at, **values)

    store.write(add)


def from_one_prefix(store: Store, service_id: int, count: int, name: str = "a") -> None:
    for _ in range(count):
        store.write(
            count_one,
            scope="rate-prefix",
            key=f"{service_id}:{name}",
            now=HOUR,
            length=timedelta(hours=1),
        )


def set_apart(store: Store) -> int:
    with store.read() as session:
        statement = select(func.count()).where(Submission.is_quarantined)
        return session.scalars(statement).one()


def test_a_burst_is_set_apart_once_its_hour_is_over(store: Store) -> None:
    service_id = store.write(add_service)
    send(store, service_id, 12)
    assert quarantine_bursts(store, Fixed(HOUR + timedelta(minutes=59))) == 0
    assert quarantine_bursts(store, Fixed(AFTER)) == 12
    assert set_apart(store) == 12
    assert quarantine_bursts(store, Fixed(AFTER)) == 0


def test_nine_in_an_hour_are_no_burst(store: Store) -> None:
    send(store, store.write(add_service), 9)
    assert quarantine_bursts(store, Fixed(AFTER)) == 0


def test_what_is_usual_is_no_burst(store: Store) -> None:
    service_id = store.write(add_service)  # 4 an hour are usual, of which 12 may come by chance
    send(store, service_id, 12)
    for day in range(8, 28):
        send(store, service_id, 140, HOUR - timedelta(days=day))
    assert quarantine_bursts(store, Fixed(AFTER)) == 0


def test_noon_is_measured_by_noons_and_night_by_nights(store: Store) -> None:
    """A mean over all hours, nights included, would take every noon for stuffing."""
    busy, night = store.write(add_service), store.write(add_service)
    for day in range(1, 29):
        send(store, busy, 8, HOUR - timedelta(days=day))
        send(store, night, 8, HOUR - timedelta(days=day, hours=6))
    send(store, busy, 20)
    send(store, night, 20)
    assert quarantine_bursts(store, Fixed(AFTER)) == 20
    with store.read() as session:
        row = session.scalars(select(SetApart)).one()
    assert (row.service_id, row.usual) == (night, 0.3214)  # 27 nights of eight


def test_verified_ratings_and_piles_that_staff_type_are_left_alone(store: Store) -> None:
    service_id = store.write(add_service)
    send(store, service_id, 12)
    send(store, service_id, 12, is_verified=True)
    for channel in ("paper", "phone", "counter", "mail"):
        send(store, service_id, 60, channel=channel)
    assert quarantine_bursts(store, Fixed(AFTER)) == 12


def test_forty_people_of_one_library_are_counted_and_more_are_not(store: Store) -> None:
    library, stuffed, mixed = (store.write(add_service) for _ in range(3))
    for service_id, count in ((library, 40), (stuffed, 41)):
        send(store, service_id, count)
        from_one_prefix(store, service_id, count)
    send(store, mixed, 24)  # eight share an address, and the others are many
    from_one_prefix(store, mixed, 8)
    assert quarantine_bursts(store, Fixed(AFTER)) == 41 + 24


def test_what_a_reviewer_lets_through_stays_through(store: Store) -> None:
    service_id = store.write(add_service)
    send(store, service_id, 12)
    quarantine_bursts(store, Fixed(AFTER))

    def let_through(session: Session) -> None:
        for submission in session.scalars(select(Submission)):
            submission.is_quarantined = False

    store.write(let_through)
    assert quarantine_bursts(store, Fixed(AFTER + timedelta(hours=3))) == 0


@pytest.mark.parametrize("is_assessed", [True, False])
def test_an_assessment_that_was_gathered_before_ratings_were_let_through_gives_way(
    store: Store, *, is_assessed: bool
) -> None:
    service_id = store.write(add_service)
    send(store, service_id, 12)
    clock = Fixed(AFTER)
    if is_assessed:
        assess_due(store, clock)
    assert quarantine_bursts(store, clock) == 12
    with snapshot(store) as session:
        counted = count_news(session, service_id, clock.today())
        early = judge_service(session, service_id, clock.today())
    store.write(lambda session: let_through(session, session.scalars(select(SetApart)).one()))
    with pytest.raises(Outdated):
        store.write(keep_news, early, counted, now=clock.now())
    assert assess_due(store, clock) == 1
    assert assess_due(store, clock) == 0
    with store.read() as session:
        evidence = session.scalars(select(Assessment.evidence)).one()
        month = session.scalars(
            select(MonthlyFigure.counts).where(MonthlyFigure.breakdown == "all")
        ).one()
    assert (evidence["raters"], month["ratings"]) == (12, 12)


def test_the_assessment_catches_up(store: Store) -> None:
    service_id = store.write(add_service)
    send(store, service_id, 12)
    clock = Fixed(AFTER)
    assert assess_due(store, clock) == 1
    assert quarantine_bursts(store, clock) == 12
    assert assess_due(store, clock) == 1
    assert assess_due(store, clock) == 0
