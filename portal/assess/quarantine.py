"""Hours that look like stuffing: set apart visibly, not counted, and reviewed (METHOD.md 3.6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.domain.quarantine import BURST_MIN, is_burst
from portal.models.running import Setting
from portal.models.submissions import Submission, Throttle
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.set_apart import (
    HOUR,
    LOOKED_UNTIL,
    Burst,
    Place,
    forget_in_assessments,
    keep_hours,
    looked_until,
)
from portal.store.throttle import window_start

GRACE = timedelta(minutes=2)  # a rating of the hour may still be on its way into the database
TRAILING = timedelta(days=28)
FIRST_LOOK = timedelta(days=7)
PREFIX_SCOPE = "rate-prefix"
_IS_OPEN_RATING = and_(
    Submission.is_rating, Submission.channel == "web", Submission.is_verified.is_(False)
)


def quarantine_bursts(store: Store, clock: Clock) -> int:
    """Look at every hour that is over since the last look; returns how many ratings it set apart.

    Each hour is looked at once: what a reviewer lets through afterwards stays through.
    """
    end = window_start(clock.now() - GRACE, HOUR)
    with store.read() as session:
        looked = looked_until(session)
    if looked is not None and looked >= end:
        return 0
    return store.write(look_until, end, now=clock.now())


def look_until(session: Session, end: datetime, *, now: datetime) -> int:
    """Look at the hours up to `end`, in one transaction; two workers take turns."""
    begin, is_first = _begin(session, end)
    bursts: dict[Place, Burst] = {}
    set_apart = sum(
        _quarantine(session, (service_id, hour), count, bursts)
        for hour in _busy_hours(session, begin, end)
        for service_id, count in _busy_services(session, hour, hour + HOUR)
    )
    if begin < end:
        keep_hours(session, begin=None if is_first else begin, end=end, now=now, bursts=bursts)
        session.execute(
            update(Setting).where(Setting.name == LOOKED_UNTIL).values(value=end.isoformat())
        )
    return set_apart


def _begin(session: Session, end: datetime) -> tuple[datetime, bool]:
    """Where to go on, which nobody else may until this transaction ends; and if it is the start."""
    is_first = looked_until(session) is None
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(Setting.__table__)
        .values(name=LOOKED_UNTIL, value=(end - FIRST_LOOK).isoformat())
        .on_conflict_do_nothing(index_elements=["name"])
    )
    begin = session.scalars(
        select(Setting.value).where(Setting.name == LOOKED_UNTIL).with_for_update()
    ).one()
    return datetime.fromisoformat(begin), is_first


def _busy_hours(session: Session, begin: datetime, end: datetime) -> Iterator[datetime]:
    """Hours to look at, in order; days on which no service had enough ratings are passed over."""
    while begin < end:
        until = min(begin + timedelta(days=1), end)
        if _busy_services(session, begin, until):
            hour = begin
            while hour < until:
                yield hour
                hour += HOUR
        begin = until


def _busy_services(session: Session, begin: datetime, end: datetime) -> list[tuple[int, int]]:
    """Services with enough ratings for a burst between the two moments, and how many."""
    rows = session.execute(
        select(Submission.service_id, func.count().label("count"))
        .where(_IS_OPEN_RATING, Submission.received_at >= begin, Submission.received_at < end)
        .group_by(Submission.service_id)
        .having(func.count() >= BURST_MIN)
    )
    return [(service_id, count) for service_id, count in rows]


def _quarantine(session: Session, place: Place, count: int, bursts: dict[Place, Burst]) -> int:
    """Set the hour's ratings apart when they are a burst, and say so in `bursts`."""
    service_id, hour = place
    usual = _count_trailing(session, service_id, hour) / (TRAILING / HOUR)
    # Refused attempts are counted too, so one prefix may seem to have sent more than there are.
    largest = min(count, _count_of_largest_prefix(session, service_id, hour))
    if not is_burst(count, usual, largest):
        return 0
    set_apart = and_(_IS_OPEN_RATING, *_received(service_id, hour, hour + HOUR))
    first, marked = session.execute(
        select(func.min(Submission.id), func.count().filter(Submission.is_quarantined)).where(
            set_apart
        )
    ).one()
    session.execute(update(Submission).where(set_apart).values(is_quarantined=True))
    forget_in_assessments(session, service_id, hour, first)
    bursts[place] = Burst(usual, largest, marked)
    return count


def _count_trailing(session: Session, service_id: int, hour: datetime) -> int:
    """Ratings of the 28 days before; what was set apart itself does not make a burst usual."""
    statement = select(func.count()).where(
        _IS_OPEN_RATING,
        Submission.is_quarantined.is_(False),
        *_received(service_id, hour - TRAILING, hour),
    )
    return session.scalars(statement).one()


def _count_of_largest_prefix(session: Session, service_id: int, hour: datetime) -> int:
    statement = select(func.max(Throttle.count)).where(
        Throttle.scope == PREFIX_SCOPE,
        Throttle.key.startswith(f"{service_id}:", autoescape=True),
        Throttle.window_at == hour,
    )
    return session.scalar(statement) or 0


def _received(
    service_id: int, begin: datetime, end: datetime
) -> tuple[ColumnElement[bool], ColumnElement[bool], ColumnElement[bool]]:
    return (
        Submission.service_id == service_id,
        Submission.received_at >= begin,
        Submission.received_at < end,
    )
