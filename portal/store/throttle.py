"""Limits on writes: counted in one table, in the transaction of the write they guard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import TextClause, bindparam, delete, func, select, text
from sqlalchemy.orm import Session

from portal.models.base import UtcDateTime
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


@dataclass(frozen=True)
class Bound:
    """At most `limit` within a window under this scope and key.

    `is_shared`: many writers count here at once, so the count is spread over several rows and
    they seldom wait for each other. It never refuses before the limit is reached, and lets at
    most a few per cent more through; small limits have one row and are exact.
    """

    scope: str
    key: str
    limit: int
    is_shared: bool = False

    @property
    def rows(self) -> int:
        """Over how many rows the count is spread."""
        return max(1, min(_MAX_ROWS, self.limit // _ROOM_OF_ROW)) if self.is_shared else 1

    def row_key(self, row: int) -> str:
        """The key of one of the rows."""
        return f"{self.key}/{row}" if self.is_shared else self.key


@cache
def _count_statement(size: int) -> TextClause:
    """Counts `size` rows at once. Written out, because SQLAlchemy would compile it every time."""
    rows = ", ".join(f"(:scope{place}, :key{place}, :window_at, 1)" for place in range(size))
    statement = text(
        f"INSERT INTO throttle (scope, key, window_at, count) VALUES {rows} "  # noqa: S608
        "ON CONFLICT (scope, key, window_at) DO UPDATE SET count = throttle.count + 1 "
        "RETURNING scope, count"
    )
    return statement.bindparams(bindparam("window_at", type_=UtcDateTime()))


def _count(
    session: Session, keys: Sequence[tuple[str, str]], now: datetime, length: timedelta
) -> dict[str, int]:
    """Count one more under each (scope, key); returns the counts by scope."""
    values: dict[str, object] = {"window_at": window_start(now, length)}
    for place, (scope, key) in enumerate(keys):
        values[f"scope{place}"], values[f"key{place}"] = scope, key
    rows = session.execute(_count_statement(len(keys)), values)
    return {str(row[0]): int(row[1]) for row in rows}


def count_one(session: Session, *, scope: str, key: str, now: datetime, length: timedelta) -> int:
    """Count one more within the window and return the count, this one included."""
    return _count(session, [(scope, key)], now, length)[scope]


def count_within(
    session: Session, *, scope: str, key: str, now: datetime, length: timedelta, limit: int
) -> int | None:
    """Count one more; the seconds to wait when that is over the limit, else None.

    For refused attempts, which count too: an exception would undo the counting.
    """
    count = count_one(session, scope=scope, key=key, now=now, length=length)
    return _seconds_left(now, length) if count > limit else None


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


def require_rooms(
    session: Session, bounds: Sequence[Bound], *, now: datetime, length: timedelta, spread_by: str
) -> None:
    """Count one more under every bound (of different scopes), in their order, in one statement.

    Raises LimitReached when that is over one of them. `spread_by` are hex digits that are
    different for each writer. Two writers wait for each other only in the order of the bounds, so
    never in a circle.
    """
    rows = [int(spread_by[:8], 16) % bound.rows for bound in bounds]
    keys = [(bound.scope, bound.row_key(row)) for bound, row in zip(bounds, rows, strict=True)]
    counts = _count(session, keys, now, length)
    for bound in bounds:
        if counts[bound.scope] * bound.rows > bound.limit and (
            bound.rows == 1 or _sum_of_rows(session, bound, now, length) > bound.limit
        ):
            raise LimitReached(_seconds_left(now, length))


def _sum_of_rows(session: Session, bound: Bound, now: datetime, length: timedelta) -> int:
    return (
        session.scalar(
            select(func.sum(Throttle.count)).where(
                Throttle.scope == bound.scope,
                Throttle.key.in_([bound.row_key(row) for row in range(bound.rows)]),
                Throttle.window_at == window_start(now, length),
            )
        )
        or 0
    )


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
