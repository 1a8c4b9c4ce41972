"""Figures of a month: how they are written down, put together, and which of them are shown.

`portal/assess/monthly.py` says what is counted. Everything here works on counts alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from portal.domain.counted_ratings import POSITIVE_FROM
from portal.domain.suppression import suppress

Counts = dict[str, Any]
BREAKDOWNS = ("all", "lang", "district", "channel", "kind")
QUESTIONS = ("q1", "q2", "q3", "q4", "q5", "q6")
WAITS = ("within_7", "within_30", "within_90", "later", "not_yet")
"""How many days passed until the resident was told; the last one: nobody has told them."""
WAIT_DAYS = (7, 30, 90)
LOOP_COUNTS = ("cases", "due", "due_people", "told30", "told", "yes", "partly", "no")
OWN_COUNTS = ("own", "own_due", "own_met")
"""Of the city's own target: only in months that have such cases."""
STAFF_K = 5
"""Fewest people in a cell that staff and managers are shown (METHOD.md 7)."""


def month_of(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def month_number(day: date) -> int:
    """Months since the year 0, so that months can be counted and compared."""
    return day.year * 12 + day.month - 1


def month_from_number(number: int) -> date:
    """The first day of the month with this number."""
    return date(number // 12, number % 12 + 1, 1)


def months_until(last: date, count: int) -> list[date]:
    """The first days of so many months, the oldest first; `last` lies in the newest."""
    newest = month_number(last)
    return [month_from_number(newest - back) for back in range(count - 1, -1, -1)]


def no_counts() -> Counts:
    """The figures of a month in which nothing happened."""
    return {
        "ratings": 0,
        "q0": [0] * 5,
        **{question: [0] * 6 for question in QUESTIONS},
        **dict.fromkeys(LOOP_COUNTS, 0),
        "waits": [0] * len(WAITS),
    }


def total(parts: Iterable[Mapping[str, Any]]) -> Counts:
    """The sum of figures of different services, months or instruments.

    People are summed too: whoever is in two parts counts twice.
    """
    found = no_counts()
    for part in parts:
        for name, value in part.items():
            so_far = found.get(name, 0)
            found[name] = (
                [a + b for a, b in zip(so_far, value, strict=True)]
                if isinstance(value, list)
                else so_far + value
            )
    return found


def good_ratings(counts: Mapping[str, Any]) -> tuple[int, int]:
    """(ratings of 4 and 5, all ratings)."""
    answers = counts["q0"]
    return sum(answers[POSITIVE_FROM - 1 :]), sum(answers)


def told_in_time(counts: Mapping[str, Any]) -> tuple[int, int]:
    """(cases told within 30 days, cases old enough to have been)."""
    return counts["told30"], counts["due"]


def kept_own_target(counts: Mapping[str, Any]) -> tuple[int, int, int]:
    """(cases told by the city's own day, cases whose day has passed, cases that have one)."""
    return counts.get("own_met", 0), counts.get("own_due", 0), counts.get("own", 0)


def shown_groups(people: Mapping[str, int]) -> frozenset[str]:
    """The groups that managers may see: no cell under 5 people, nor one that follows from others.

    Groups without anybody are shown: their emptiness names nobody.
    """
    shown = suppress(people, STAFF_K)
    return frozenset(name for name, count in shown.items() if count is not None)
