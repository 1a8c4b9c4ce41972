"""Limits on writes: counted in one table, in the transaction of the write they guard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.models.submissions import Throttle

_ROOM_OF_ROW = 500
_MAX_ROWS = 16


class LimitReached(Exception):
    """Too many of these within the window; `retry_after` seconds from now there is room again."""

    def __init__(self, retry_after: int) -> None:
        """Say when to come again."""
        super().__init__(f"limit reached, try again in {retry_after} s")
        self.retry_after = retry_after


def window_start(now: datetime, length: timedelta) -> datetime:
    """The beginning of the window that contains `now`; windows are aligned to the epoch."""
    seconds = int(length.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


def count_one(session: Session, *, scope: str, key: str, now: datetime, length: timedelta) -> int:
    """Count one more within the window and return the count, this one included."""
    table = Throttle.__table__
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(
        scope=scope, key=key, window_at=window_start(now, length), count=1
    )
    statement = statement.on_conflict_do_update(
        index_elements=["scope", "key", "window_at"], set_={"count": table.c.count + 1}
    ).returning(table.c.count)
    return int(session.execute(statement).scalar_one())


def require_room(
    session: Session, *, scope: str, key: str, now: datetime, length: timedelta, limit: int
) -> int:
    """Count one more; raise LimitReached when that is over the limit."""
    count = count_one(session, scope=scope, key=key, now=now, length=length)
    if count > limit:
        raise LimitReached(_seconds_left(now, length))
    return count


def _seconds_left(now: datetime, length: timedelta) -> int:
    end = window_start(now, length) + length
    return max(1, int((end - now).total_seconds()))


def require_shared_room(
    session: Session,
    *,
    scope: str,
    key: str,
    now: datetime,
    length: timedelta,
    limit: int,
    spread_by: str,
) -> None:
    """`require_room` for a key that many writers share at once.

    The count is spread over several rows by `spread_by` (hex digits, different for each writer),
    so that writers seldom wait for each other. Never refuses before the limit is reached; lets at
    most a few per cent more through. Small limits have one row and are exact.
    """
    rows = max(1, min(_MAX_ROWS, limit // _ROOM_OF_ROW))
    row = int(spread_by[:8], 16) % rows
    count = count_one(session, scope=scope, key=f"{key}/{row}", now=now, length=length)
    if count * rows <= limit:
        return
    together = session.scalar(
        select(func.sum(Throttle.count)).where(
            Throttle.scope == scope,
            Throttle.key.in_([f"{key}/{number}" for number in range(rows)]),
            Throttle.window_at == window_start(now, length),
        )
    )
    if (together or 0) > limit:
        raise LimitReached(_seconds_left(now, length))


def get_count(session: Session, *, scope: str, key: str, now: datetime, length: timedelta) -> int:
    """How many were counted within the window so far."""
    return (
        session.scalar(
            select(Throttle.count).where(
                Throttle.scope == scope,
                Throttle.key == key,
                Throttle.window_at == window_start(now, length),
            )
        )
        or 0
    )


def forget_before(session: Session, moment: datetime) -> None:
    """Delete counts of windows that began before the moment."""
    session.execute(delete(Throttle).where(Throttle.window_at < moment))
