"""Hours that look like stuffing: set apart visibly, not counted, and reviewed (METHOD.md 3.6).

What comes through the open form is judged against what is usual there, what is given at kiosks
against what is usual at kiosks. Other doors have staff behind them who type piles of forms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.domain.quarantine import (
    BURST_MIN,
    is_burst,
    is_kiosk_burst,
    usual_at_kiosks,
    usual_on_web,
)
from portal.models.running import Setting
from portal.models.submissions import Submission, Throttle
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.set_apart import (
    HOUR,
    IS_SET_APART,
    KIOSK,
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
WEB = "web"
_IS_OPEN_RATING = and_(
    Submission.is_rating,
    Submission.channel.in_((WEB, KIOSK)),
    Submission.is_verified.is_(False),
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
        _quarantine(session, Place(service_id, hour, channel == KIOSK), count, bursts)
        for hour in _busy_hours(session, begin, end)
        for service_id, channel, count in _busy_doors(session, hour, hour + HOUR)
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
        if _busy_doors(session, begin, until):
            hour = begin
            while hour < until:
                yield hour
                hour += HOUR
        begin = until


def _busy_doors(session: Session, begin: datetime, end: datetime) -> list[tuple[int, str, int]]:
    """(service, channel, how many) where there are enough for a burst between the moments."""
    rows = session.execute(
        select(Submission.service_id, Submission.channel, func.count())
        .where(_IS_OPEN_RATING, Submission.received_at >= begin, Submission.received_at < end)
        .group_by(Submission.service_id, Submission.channel)
        .having(func.count() >= BURST_MIN)
    )
    return [(service_id, channel, count) for service_id, channel, count in rows]


def _quarantine(session: Session, place: Place, count: int, bursts: dict[Place, Burst]) -> int:
    """Set apart what came in through the door if that is a burst, and say so in `bursts`."""
    look = _look_at_kiosks if place.is_at_kiosks else _look_at_web
    burst = look(session, place, count)
    if burst is None:
        return 0
    set_apart = and_(_IS_OPEN_RATING, *place.received())
    marked = select(func.count()).where(IS_SET_APART, *place.received())
    bursts[place] = replace(burst, marked=session.scalars(marked).one())
    first = session.scalars(select(func.min(Submission.id)).where(set_apart)).one()
    session.execute(update(Submission).where(set_apart).values(is_quarantined=True))
    forget_in_assessments(session, place.service_id, place.hour, first)
    return count


def _look_at_web(session: Session, place: Place, count: int) -> Burst | None:
    usual = usual_on_web(_count_earlier(session, WEB, place))
    largest = _count_of_largest_prefix(session, place)
    return Burst(usual, largest) if is_burst(count, usual, largest) else None


def _look_at_kiosks(session: Session, place: Place, count: int) -> Burst | None:
    usual = usual_at_kiosks(_count_earlier(session, KIOSK, place))
    return Burst(usual, None) if is_kiosk_burst(count, usual) else None


def _count_earlier(session: Session, channel: str, place: Place) -> Counter[int]:
    """{hours ago: ratings} of the 28 days before. What was set apart makes no burst usual."""
    earlier = select(Submission.received_at).where(
        _IS_OPEN_RATING,
        Submission.channel == channel,
        Submission.is_quarantined.is_(False),
        Submission.service_id == place.service_id,
        Submission.received_at >= place.hour - TRAILING,
        Submission.received_at < place.hour,
    )
    return Counter(-((at - place.hour) // HOUR) for at in session.scalars(earlier))


def _count_of_largest_prefix(session: Session, place: Place) -> int:
    statement = select(func.max(Throttle.count)).where(
        Throttle.scope == PREFIX_SCOPE,
        Throttle.key.startswith(f"{place.service_id}:", autoescape=True),
        Throttle.window_at == place.hour,
    )
    return session.scalar(statement) or 0
