"""Early warning, METHOD.md section 4: what looks different, and what will probably be late.

Nothing here moves a level. Alarms are questions to people who know the service.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from portal.domain.statistics import Z_PARITY, at_least
from portal.domain.tails import benjamini_hochberg, binomial_at_least

EWMA_WEIGHT = 0.2
EWMA_LIMIT = 3.2
WEEK_MIN = 5
P0_BETWEEN = (0.05, 0.95)

CUSUM_SLACK = 0.5
CUSUM_LIMIT = 7.0

THEME_DAYS_NOW = 28
THEME_DAYS_BEFORE = 182
THEME_TOTAL_MIN = 5
THEME_NOW_MIN = 5
THEME_TIMES_MIN = 2.0
THEME_Q = 0.10

CITY_WEIGHT = 10
"""The city's hazard counts like this many cases of the service's own."""


def ewma_alarm(
    weeks: Sequence[tuple[int, int]], p0: float, limit: float = EWMA_LIMIT
) -> int | None:
    """Index of the first week in which satisfaction has clearly fallen; None without an alarm.

    A week is (answers of 4 or 5 on q0, answers). Weeks with fewer than 5 answers are carried on:
    their answers are looked at together with the next week's. `p0` is the usual share.
    """
    usual = min(max(p0, P0_BETWEEN[0]), P0_BETWEEN[1])
    average, points, x, n = 0.0, 0, 0, 0
    for index, (positive, answers) in enumerate(weeks):
        x, n = x + positive, n + answers
        if n < WEEK_MIN:
            continue
        z = (x / n - usual) / math.sqrt(usual * (1 - usual) / n)
        points, x, n = points + 1, 0, 0
        average = EWMA_WEIGHT * z + (1 - EWMA_WEIGHT) * average
        settled = 1 - (1 - EWMA_WEIGHT) ** (2 * points)
        if average < -limit * math.sqrt(EWMA_WEIGHT / (2 - EWMA_WEIGHT) * settled):
            return index
    return None


def cusum_alarm(days: Sequence[float], mean: float, sd: float) -> int | None:
    """Index of the first case at which answers have clearly become slower; None without an alarm.

    `days` from received to told, in order; `mean` and `sd` (positive) of ln(1 + days) before.
    """
    height = 0.0
    for index, waited in enumerate(days):
        height = max(0.0, height + (math.log1p(waited) - mean) / sd - CUSUM_SLACK)
        if height > CUSUM_LIMIT:
            return index
    return None


def theme_surges(themes: Mapping[str, tuple[int, int]]) -> list[str]:
    """Themes that more people raise than before, most surprising first (ties by name).

    A theme is (people in the last 28 days, people in the 182 days before). All themes with five
    people in all are tested together, and only then those with few people now are left out:
    choosing by "now" first would make false alarms.
    """
    share = THEME_DAYS_NOW / (THEME_DAYS_NOW + THEME_DAYS_BEFORE)
    tested = sorted(
        (binomial_at_least(now, now + before, share), name)
        for name, (now, before) in themes.items()
        if now + before >= THEME_TOTAL_MIN
    )
    believed = benjamini_hochberg([p for p, _ in tested], THEME_Q)
    return [
        name
        for (_, name), is_believed in zip(tested, believed, strict=True)
        if is_believed and _is_surge(*themes[name])
    ]


def _is_surge(now: int, before: int) -> bool:
    rate_before = before / THEME_DAYS_BEFORE
    return now >= THEME_NOW_MIN and at_least(now / THEME_DAYS_NOW, THEME_TIMES_MIN * rate_before)


def survival(
    cases: Sequence[tuple[int, bool]], horizon: int, city_hazard: Sequence[float] | None = None
) -> list[float]:
    """Share of cases still untold after each day 0…horizon.

    A case is (days, told): told after so many days, or still open at that age. `city_hazard` is
    the city's daily chance of being told, for days 0…horizon, which steadies a short history.
    """
    open_share, table = 1.0, []
    for day in range(horizon + 1):
        at_risk = sum(days >= day for days, _ in cases)
        told = sum(days == day and was_told for days, was_told in cases)
        weight = CITY_WEIGHT if city_hazard is not None else 0
        city = city_hazard[day] if city_hazard is not None else 0.0
        if at_risk + weight:
            open_share *= 1 - (told + weight * city) / (at_risk + weight)
        table.append(open_share)
    return table


class Forecast(NamedTuple):
    """How many open cases will probably pass the target; `share` is None without open cases."""

    expected: float
    low: float
    high: float
    share: float | None


def miss_forecast(ages: Sequence[int], table: Sequence[float], target: int) -> Forecast:
    """Expected misses among open cases of these ages, with the 80 % range (normal, clipped).

    `table` is `survival` up to the target at least.
    """
    misses = [miss_chance(age, table, target) for age in ages]
    expected = math.fsum(misses)
    spread = Z_PARITY * math.sqrt(math.fsum(p * (1 - p) for p in misses))
    return Forecast(
        expected=expected,
        low=max(0.0, expected - spread),
        high=min(float(len(ages)), expected + spread),
        share=expected / len(ages) if ages else None,
    )


def miss_chance(age: int, table: Sequence[float], target: int) -> float:
    """Chance that a case open at this age passes the target untold; those past it have missed.

    Where no case has ever been open at this age, history says nothing good: it counts as missed.
    """
    if age > target or table[age] <= 0:
        return 1.0
    return table[target] / table[age]
