"""A city's working days, and the day by which it means to answer (decision 59).

The level counts calendar days, always (METHOD.md 3.2). A city may hold itself to something
stricter, in working days; what residents are told is never later than the level's last day.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

LAST_DAY = 30  # days after the first: METHOD.md 3.2, L3.1
_DAY = timedelta(days=1)
WEEK = range(7)  # as date.weekday() counts: 0 is Monday
MONDAY_TO_FRIDAY = frozenset(range(5))


@dataclass(frozen=True)
class WorkCalendar:
    """The weekdays on which a city works (0 is Monday), and the days on which it does not."""

    weekdays: Collection[int] = MONDAY_TO_FRIDAY
    holidays: Collection[date] = field(default=frozenset())

    def is_working(self, day: date) -> bool:
        """Whether the city works on that day."""
        return day.weekday() in self.weekdays and day not in self.holidays


def target_day(received_on: date, working_days: int, calendar: WorkCalendar) -> date:
    """The day by which the city means to answer: that many working days after the first day.

    The first day itself does not count. Where holidays would stretch it beyond the level's 30
    calendar days, it is the last of these, working day or not. Needs the holidays of those days.
    """
    left, day = working_days, received_on
    last = received_on + timedelta(days=LAST_DAY)
    while day < last:
        day += _DAY
        left -= calendar.is_working(day)
        if left <= 0:
            return day
    return last


def most_working_days(weekdays: Collection[int]) -> int:
    """The most working days that fit into 30 calendar days from every weekday, without holidays."""
    return min(
        sum((first + day) % len(WEEK) in weekdays for day in range(1, LAST_DAY + 1))
        for first in WEEK
    )
