"""What waits for a department, counted by hand from a few cases of one service."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal.assess.queries_workload import count_workload
from portal.domain.loop import Actor, Event, EventKind, Outcome
from portal.store.engine import Store
from tests.support.history import add_case, add_service

TODAY = date(2026, 11, 20)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def told(days: int) -> Event:
    return Event(kind=EventKind.TOLD, on=ago(days), actor=Actor.SYSTEM, lang="en")


def promised(days: int, due: int) -> Event:
    """A promise made some days ago, due in so many days."""
    return Event(
        kind=EventKind.RESPONDED, on=ago(days), actor=Actor.SYSTEM, outcome=Outcome.PLANNED,
        due_on=ago(-due),
    )  # fmt: skip


def done(days: int) -> Event:
    return Event(
        kind=EventKind.RESPONDED, on=ago(days), actor=Actor.SYSTEM, outcome=Outcome.DONE,
        done_on=ago(days),
    )  # fmt: skip


def reopened(days: int) -> Event:
    return Event(kind=EventKind.DISPUTED, on=ago(days), actor=Actor.RESIDENT)


def retold(days: int) -> Event:
    return Event(kind=EventKind.RETOLD, on=ago(days), actor=Actor.SYSTEM, lang="en")


def spam() -> Event:
    return Event(kind=EventKind.EXCLUDED, on=ago(1), actor=Actor.SYSTEM, reason="automatic")


CASES = (
    # (received so many days ago, what followed); in the order of the counts below
    (30, ()),  # waiting; its 30 days end today
    (31, ()),  # waiting, late
    (400, ()),  # waiting, late, however old
    (90, (told(80), reopened(30))),  # reopened
    (90, (told(80), reopened(31))),  # reopened too
    (90, (told(80), reopened(40), retold(20))),  # told anew: nothing waits
    (40, (promised(30, due=15), told(30))),  # a promise with time left
    (40, (promised(30, due=14), told(30))),  # a promise at risk
    (90, (promised(80, due=-20), told(80))),  # a broken promise, which is at risk too
    (90, (promised(80, due=5), told(80), done(3))),  # a kept promise is none any more
    (50, (spam(),)),  # set aside
)


def add_all(session: Session) -> int:
    service_id = add_service(session)
    for days, events in CASES:
        add_case(session, service_id, ago(days), events)
    other = add_service(session, "another")
    add_case(session, other, ago(50), ())
    return service_id


def test_counts_by_hand(store: Store) -> None:
    service_id = store.write(add_all)
    with store.read() as session:
        counts = count_workload(session, service_id, TODAY)
        earlier = count_workload(session, service_id, ago(32))
    assert counts == {"waiting": 3, "late": 2, "reopened": 2, "promises": 3, "promises_at_risk": 2}
    # 32 days ago one case was reopened and four were not told yet, one of them for over 30 days;
    # two promises stood, of which one was due 12 days later.
    assert earlier == {
        "waiting": 4, "late": 1, "reopened": 1, "promises": 2, "promises_at_risk": 1,
    }  # fmt: skip
