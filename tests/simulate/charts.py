"""Charts of ratings as they are wired, without a database: thousands of services in a minute.

Each is looked at every Monday of its third year, `find_fallen_ratings` and all: its first chart
begins after 26 weeks, and anew after 78 and 130. So a fall can be put next to where one begins.
"""

from __future__ import annotations

from datetime import date
from random import Random

from portal.assess.findings import find_fallen_ratings
from portal.assess.queries_warnings import Weeks
from portal.domain.warning import WEEK
from tests.simulate.planted import USUAL, weeks_of

FIRST = date(2024, 1, 1)  # a Monday
THIRD_YEAR = range(104, 156)
ANEW = 130
"""In the middle of the third year a chart begins anew."""
WITHIN = 6


def false_alarm(random: Random, weekly: int) -> bool:
    """An alarm in a year in which nothing changes."""
    return _alarms(weeks_of(random, THIRD_YEAR.stop, weekly, USUAL), THIRD_YEAR)


def fall_found(random: Random, weekly: int, begins: int) -> bool:
    """An alarm within six weeks of a fall by 15 points that begins so many weeks after a new chart.

    Services with an alarm before the fall are left out, as in all other figures.
    """
    fall = ANEW + begins
    while True:
        quiet = weeks_of(random, fall, weekly, USUAL)
        if not _alarms(quiet, range(THIRD_YEAR.start, fall + 1)):
            fallen = weeks_of(random, WITHIN, weekly, USUAL - 0.15)
            return _alarms([*quiet, *fallen], range(fall + 1, fall + WITHIN + 1))


def _alarms(counts: list[tuple[int, int]], looks: range) -> bool:
    """Whether there is one on any of these Mondays, of the weeks that are over by then."""
    weeks = Weeks(FIRST, {FIRST + number * WEEK: pair for number, pair in enumerate(counts)})
    return any(find_fallen_ratings({1: weeks}, {}, FIRST + number * WEEK) for number in looks)
