"""The moment at which a test runs: noon of the day on which the run began.

Time all but stands still there, for the portal and for its tests, and goes on by `move_clock` only:
no run passes midnight, none depends on the hour at which it began, or on how slow the machine is.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

from portal.store.clock import Clock

_NOON = datetime.now(UTC).replace(hour=18, minute=10, second=0, microsecond=0)  # in Chicago, too


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
