"""Early warning, METHOD.md section 4: what looks different, and what will probably be late.

Nothing here moves a level. Alarms are questions to people who know the service.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from portal.domain.many_counts import Kind, believed_counts
from portal.domain.statistics import Z_PARITY, at_least
from portal.domain.tails import benjamini_hochberg, binomial_at_least

EWMA_WEIGHT = 0.2
EWMA_LIMIT = 3.2
EWMA_LIMIT_YOUNG = 3.3
"""Where the usual share comes from less than 52 weeks."""
USUAL_WEEKS = 52
USUAL_WEEKS_MIN = 26
BESIDE_WEEKS = 6
"""So long a chart goes on beside the next one: the time within which a fall is to be found."""
WEEK = timedelta(days=7)
WEEK_MIN = 5
P0_BETWEEN = (0.05, 0.95)

CUSUM_SLACK = 0.5
CUSUM_LIMIT = 7.0

THEME_DAYS_NOW = 28
THEME_DAYS_BEFORE = 182
THEME_DAYS_BEFORE_MIN = THEME_DAYS_NOW
"""Before so many days have passed, nothing is known about what is usual."""
THEME_TOTAL_MIN = 5
THEME_NOW_MIN = 5
THEME_TIMES_MIN = 2.0
THEME_Q = 0.10

CITY_WEIGHT = 10
"""The city's hazard counts like this many cases of the service's own."""


class WeekPoint(NamedTuple):
    """A point of the chart of ratings: the answers since the point before it.

    `week` is the index of the last week in it. `average` is the EWMA in standard units, below 0
    where ratings are worse than usual; below
    `bound` there is an alarm.
    """

    week: int
    positive: int
    answers: int
    average: float
    bound: float

    @property
    def is_alarm(self) -> bool:
        """Whether satisfaction has clearly fallen."""
        return self.average < self.bound


def ewma_chart(
    weeks: Sequence[tuple[int, int]], p0: float, limit: float = EWMA_LIMIT
) -> list[WeekPoint]:
    """The control chart of weekly ratings.

    A week is (answers of 4 or 5 on q0, answers). Weeks with fewer than 5 answers are carried on:
    their answers are looked at together with the next week's. `p0` is the usual share.
    """
    usual = min(max(p0, P0_BETWEEN[0]), P0_BETWEEN[1])
    points: list[WeekPoint] = []
    average, x, n = 0.0, 0, 0
    for index, (positive, answers) in enumerate(weeks):
        x, n = x + positive, n + answers
        if n < WEEK_MIN:
            continue
        z = (x / n - usual) / math.sqrt(usual * (1 - usual) / n)
        average = EWMA_WEIGHT * z + (1 - EWMA_WEIGHT) * average
        settled = 1 - (1 - EWMA_WEIGHT) ** (2 * (len(points) + 1))
        bound = -limit * math.sqrt(EWMA_WEIGHT / (2 - EWMA_WEIGHT) * settled)
        points.append(WeekPoint(index, x, n, average, bound))
        x, n = 0, 0
    return points


def ewma_alarm(
    weeks: Sequence[tuple[int, int]], p0: float, limit: float = EWMA_LIMIT
) -> int | None:
    """Index of the first week in which satisfaction has clearly fallen; None without an alarm."""
    points = ewma_chart(weeks, p0, limit)
    return next((point.week for point in points if point.is_alarm), None)


def cusum_chart(steps: Iterable[Sequence[float]], mean: float, sd: float) -> list[float]:
    """Height of the sum after each step; above CUSUM_LIMIT answers have clearly become slower.

    A step is the cases whose waiting became known at one time, each with its days from received to
    told. They have no order, and are added together: one after another, the longest last, those of
    an answer to many would climb above any limit. `mean` and `sd` (positive) are those of
    ln(1 + days) before.
    """
    heights, height = [], 0.0
    for step in steps:
        climb = math.fsum((math.log1p(waited) - mean) / sd - CUSUM_SLACK for waited in step)
        height = max(0.0, height + climb)
        heights.append(height)
    return heights


def cusum_alarm(days: Sequence[float], mean: float, sd: float) -> int | None:
    """Index of the first case at which answers have clearly become slower; None if none."""
    heights = cusum_chart(([waited] for waited in days), mean, sd)
    return next((index for index, height in enumerate(heights) if height > CUSUM_LIMIT), None)


class ChartStart(NamedTuple):
    """When a chart begins, and how many weeks before it are its usual."""

    on: date
    weeks_before: int

    @property
    def limit(self) -> float:
        """A usual that is known less well needs a wider limit."""
        return EWMA_LIMIT if self.weeks_before >= USUAL_WEEKS else EWMA_LIMIT_YOUNG


def chart_starts(first_on: date, resolved_on: date | None, today: date) -> list[ChartStart]:
    """Where the charts of a service stand that has had records since the Monday `first_on`.

    The first begins after 26 weeks, and anew, with the last year as its usual, after every year and
    after every alarm that people are done with (`resolved_on`, the last one). The chart of the year
    before goes on beside the new one for six weeks: a fall in its last weeks is a part of what the
    new one takes for usual. None before the first.
    """
    begin = first_on + USUAL_WEEKS_MIN * WEEK
    if resolved_on is not None:
        begin = max(begin, monday_of(resolved_on) + WEEK)
    if begin > today:
        return []
    years, since = divmod(today - begin, USUAL_WEEKS * WEEK)
    is_beside = years > 0 and since < BESIDE_WEEKS * WEEK
    begins = [begin + year * USUAL_WEEKS * WEEK for year in (years, years - 1)[: 1 + is_beside]]
    return [ChartStart(on, min((on - first_on) // WEEK, USUAL_WEEKS)) for on in begins]


def monday_of(day: date) -> date:
    """The first day of the week."""
    return day - timedelta(days=day.weekday())


def days_before(first_on: date, today: date) -> int:
    """Of the 182 days before, how many there were for what began on `first_on`."""
    passed = (today - first_on).days + 1
    return min(max(passed - THEME_DAYS_NOW, 0), THEME_DAYS_BEFORE)


def theme_surges(
    themes: Mapping[str, tuple[int, int]], days: Mapping[str, int] = MappingProxyType({})
) -> list[str]:
    """Themes that more people raise than before, most surprising first (ties by name).

    A theme is (people in the last 28 days, people in the 182 days before). All themes with five
    people in all are tested together, and only then those with few people now are left out:
    choosing by "now" first would make false alarms. `days` are those of the 182 on which a theme
    could be raised (`days_before`), where it was not all of them; with fewer than 28 it is left out
    before anything is tested.
    """
    tested = _tested(themes, days)
    p_values = [binomial_at_least(now, *kind) for now, kind in tested.values()]
    return _surging(themes, days, tested, benjamini_hochberg(p_values, THEME_Q))


def word_surges(
    words: Mapping[str, tuple[int, int]], days: Mapping[str, int] = MappingProxyType({})
) -> list[str]:
    """The same of words, which are many and mostly rare: `believed_counts` says what to believe."""
    tested = _tested(words, days)
    return _surging(words, days, tested, believed_counts(list(tested.values()), THEME_Q))


def _tested(
    pairs: Mapping[str, tuple[int, int]], days: Mapping[str, int]
) -> dict[str, tuple[int, Kind]]:
    """{name: (people now, (people in all, the chance of each to be of now))}."""
    usual = {name: days.get(name, THEME_DAYS_BEFORE) for name in pairs}
    return {
        name: (now, (now + before, THEME_DAYS_NOW / (THEME_DAYS_NOW + usual[name])))
        for name, (now, before) in pairs.items()
        if now + before >= THEME_TOTAL_MIN and usual[name] >= THEME_DAYS_BEFORE_MIN
    }


def _surging(
    pairs: Mapping[str, tuple[int, int]],
    days: Mapping[str, int],
    tested: Mapping[str, tuple[int, Kind]],
    believed: Sequence[bool],
) -> list[str]:
    """Those believed that are large enough, most surprising first (ties by name)."""
    found = sorted(
        (binomial_at_least(now, *kind), name)
        for (name, (now, kind)), is_believed in zip(tested.items(), believed, strict=True)
        if is_believed and _is_surge(*pairs[name], days.get(name, THEME_DAYS_BEFORE))
    )
    return [name for _, name in found]


def _is_surge(now: int, before: int, days: int) -> bool:
    rate_before = before / days
    return now >= THEME_NOW_MIN and at_least(now / THEME_DAYS_NOW, THEME_TIMES_MIN * rate_before)


def survival(
    cases: Sequence[tuple[int, bool]], horizon: int, city_hazard: Sequence[float] | None = None
) -> list[float]:
    """Share of cases still untold after each day 0…horizon.

    A case is (days, told): told after so many days, or still open at that age. `city_hazard` is
    the city's daily chance of being told, for days 0…horizon, which steadies a short history.
    """
    counts = Counter((days, was_told) for days, was_told in cases)
    daily = {day: (counts[day, True], counts[day, False]) for day in {days for days, _ in counts}}
    return survival_of_counts(daily, horizon, city_hazard)


DayCounts = Mapping[int, tuple[int, int]]
"""{day: (cases told after so many days, cases still open at that age)}."""


def survival_of_counts(
    daily: DayCounts, horizon: int, city_hazard: Sequence[float] | None = None
) -> list[float]:
    """`survival` of cases that were counted by day."""
    open_share, table = 1.0, []
    weight = CITY_WEIGHT if city_hazard is not None else 0
    for day, (at_risk, told) in enumerate(_at_risk(daily, horizon)):
        city = city_hazard[day] if city_hazard is not None else 0.0
        if at_risk + weight:
            open_share *= 1 - (told + weight * city) / (at_risk + weight)
        table.append(open_share)
    return table


def hazard(daily: DayCounts, horizon: int) -> list[float]:
    """Chance of being told on each day 0…horizon for those still waiting; 0 where nobody did."""
    return [told / at_risk if at_risk else 0.0 for at_risk, told in _at_risk(daily, horizon)]


def _at_risk(daily: DayCounts, horizon: int) -> Iterator[tuple[int, int]]:
    """(cases that reached the day, those told on it) for days 0…horizon."""
    reached = sum(told + still for told, still in daily.values())
    for day in range(horizon + 1):
        told, still = daily.get(day, (0, 0))
        yield reached, told
        reached -= told + still


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
