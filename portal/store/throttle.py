"""Limits on writes: counted in one table, in the transaction of the write they guard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.models.submissions import Throttle


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
        end = window_start(now, length) + length
        raise LimitReached(max(1, int((end - now).total_seconds())))
    return count


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
