"""Putting bursts of ratings into quarantine: visible, not counted, not dropped (METHOD.md 3.6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.domain.quarantine import BURST_MIN, is_burst
from portal.models.submissions import Submission, Throttle
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.throttle import window_start

HOUR = timedelta(hours=1)
TRAILING = timedelta(days=28)
# After days of standstill everything since is looked at, but never more than this.
LOOK_BACK = timedelta(days=7)
SCOPE = "rate-prefix"  # as counted when a rating is sent: "<service id>:<prefix hash>" by the hour


def quarantine_bursts(store: Store, clock: Clock) -> int:
    """Look at all hours that are over and not too long ago; returns how many ratings were marked.

    Marking twice changes nothing, so it needs no memory of which hours were looked at.
    """
    now = clock.now()
    with store.read() as session:
        hours = list_busy_hours(session, now)
    return sum(
        store.write(quarantine_hour, service_id=service_id, hour=hour) for service_id, hour in hours
    )


def list_busy_hours(session: Session, now: datetime) -> list[tuple[int, datetime]]:
    """(service id, begin) of hours with enough ratings to be looked at, newest last."""
    end = window_start(now, HOUR)
    counts: dict[tuple[int, datetime], int] = {}
    rows = session.execute(
        select(Submission.service_id, Submission.received_at).where(
            Submission.received_at >= end - LOOK_BACK,
            Submission.received_at < end,
            *_SUSPECT,
        )
    )
    for service_id, received_at in rows:
        key = (service_id, window_start(received_at, HOUR))
        counts[key] = counts.get(key, 0) + 1
    return sorted(
        (key for key, count in counts.items() if count >= BURST_MIN), key=lambda key: key[1]
    )


# Ratings that came over the web without an invitation and count so far.
_SUSPECT = (
    Submission.channel == "web",
    Submission.is_rating,
    ~Submission.is_verified,
    ~Submission.is_quarantined,
    Submission.import_id.is_(None),
)


def quarantine_hour(session: Session, *, service_id: int, hour: datetime) -> int:
    """Mark the hour's ratings of the service when they are a burst; how many were marked."""
    within = (
        Submission.service_id == service_id,
        Submission.received_at >= hour,
        Submission.received_at < hour + HOUR,
    )
    count = _count(session, *within, *_SUSPECT)
    mean, largest = _trailing_mean(session, service_id, hour), _largest(session, service_id, hour)
    if not is_burst(count, mean, largest):
        return 0
    session.execute(update(Submission).where(*within, *_SUSPECT).values(is_quarantined=True))
    return count


def _trailing_mean(session: Session, service_id: int, hour: datetime) -> float:
    """Ratings an hour in the 28 days before, quarantined ones left out."""
    count = _count(
        session,
        Submission.service_id == service_id,
        Submission.received_at >= hour - TRAILING,
        Submission.received_at < hour,
        Submission.is_rating,
        ~Submission.is_quarantined,
    )
    return count / (TRAILING / HOUR)


def _largest(session: Session, service_id: int, hour: datetime) -> int:
    """Ratings from the network prefix that sent most; 0 where the counts are gone already."""
    return (
        session.scalar(
            select(func.max(Throttle.count)).where(
                Throttle.scope == SCOPE,
                Throttle.key.startswith(f"{service_id}:", autoescape=True),
                Throttle.window_at == hour.astimezone(UTC),
            )
        )
        or 0
    )


def _count(session: Session, *conditions: object) -> int:
    return session.scalar(select(func.count()).select_from(Submission).where(*conditions)) or 0  # type: ignore[arg-type]
