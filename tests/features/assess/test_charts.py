"""Charts that begin anew every year forget nothing that has just begun."""

from __future__ import annotations

from datetime import date, timedelta

from portal.assess.findings import find_fallen_ratings, find_slower_answers
from portal.assess.queries_warnings import Waits, Weeks
from portal.domain.warning import WEEK

FIRST = date(2024, 1, 1)  # a Monday
ANEW = FIRST + 78 * WEEK
"""When the second chart begins."""


def test_a_fall_in_a_charts_last_weeks_is_found_by_that_chart() -> None:
    """A fall by a fifth since three weeks before: two weeks alone are too few for a new chart."""
    weeks = Weeks(FIRST, {FIRST + number * WEEK: (16, 20) for number in range(75)})
    weeks.counts |= {FIRST + number * WEEK: (13, 20) for number in range(75, 80)}
    [found] = find_fallen_ratings({1: weeks}, {}, ANEW + 2 * WEEK)
    assert found.evidence["usual_weeks"] == 26
    assert len(found.evidence["points"]) == 54
    assert found.evidence["usual_x"] / found.evidence["usual_n"] == 0.8


def test_answers_that_become_slower_in_a_charts_last_days_are_found_by_that_chart() -> None:
    """Eight cases of two weeks before it ends and four after: neither half says enough."""
    slow_from = ANEW - timedelta(days=22)
    waits = Waits(FIRST)
    for number in range((ANEW - FIRST).days):
        day = FIRST + timedelta(days=number)
        waited = timedelta(days=10 if day < slow_from else 14)
        waits.counts[day, day + waited] = 1
    assert find_slower_answers({1: waits}, {}, ANEW - timedelta(days=1)) == []
    [found] = find_slower_answers({1: waits}, {}, ANEW + timedelta(days=3))
    assert found.evidence["points"][0][0] < ANEW.isoformat()
