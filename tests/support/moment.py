"""The moment at which a test runs: always the same one, a Friday noon in Chicago.

Time all but stands still there, for the portal and for its tests, and goes on by `move_clock` only:
no run passes midnight, and none depends on the day or the hour on which it began. What needs time
that passes, as processes and browsers do, lives by the real clock.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

from portal.store.clock import Clock

_NOON = datetime(2026, 11, 20, 18, 10, tzinfo=UTC)
_ticks = count(1)


def this_moment() -> datetime:
    """Noon, in UTC; a microsecond later each time, as no two moments are the same anywhere."""
    return _NOON + timedelta(microseconds=next(_ticks))


def this_day() -> date:
    """The day of every test city: one that lives by UTC, and one that lives by Chicago's time."""
    return _NOON.date()


class StillClock(Clock):
    """The clock of a portal that is tested."""

    def now(self) -> datetime:
        """Noon, and what `move_clock` added."""
        return this_moment() + self._offset()
