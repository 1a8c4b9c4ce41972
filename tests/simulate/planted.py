"""Cities with planted effects, and how often early warning finds them (METHOD.md section 4).

Every figure is a share of `runs` simulated services, cities or forecasts, from one seed. The
people are independent of each other, as METHOD.md's own simulations assume.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from random import Random

from portal.domain.disparities import Table, find_disparities
from portal.domain.warning import (
    THEME_DAYS_BEFORE,
    THEME_DAYS_NOW,
    USUAL_WEEKS,
    cusum_alarm,
    ewma_alarm,
    hazard,
    miss_forecast,
    survival_of_counts,
    theme_surges,
)
from portal.domain.words import Mention, find_word_surges

USUAL = 0.80
"""Share of good ratings where nothing happens, as in the method's worked example."""
MEAN_LOG, SD_LOG = math.log(11), 0.7
TARGET = 30


def share(runs: int, happens: Callable[[], bool]) -> float:
    """In what share of the runs it happens."""
    return sum(happens() for _ in range(runs)) / runs


def positives(random: Random, n: int, p: float) -> int:
    """How many of n independent people."""
    return sum(random.random() < p for _ in range(n))


def poisson(random: Random, mean: float) -> int:
    """A count with this mean (Knuth's way: means here are small)."""
    limit, product, count = math.exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count


def weeks_of(random: Random, weeks: int, weekly: int, p: float) -> list[tuple[int, int]]:
    """Weekly (good, all) ratings, about `weekly` a week."""
    counts = [poisson(random, weekly) for _ in range(weeks)]
    return [(positives(random, n, p), n) for n in counts]


def usual_share(random: Random, weekly: int, usual: float) -> float:
    """The share that a year of ratings makes usual: known only about."""
    before = weeks_of(random, USUAL_WEEKS, weekly, usual)
    return sum(x for x, _ in before) / max(sum(n for _, n in before), 1)


def ratings_false_alarm(random: Random, weekly: int) -> bool:
    """An alarm within a year in which nothing changes."""
    p0 = usual_share(random, weekly, USUAL)
    return ewma_alarm(weeks_of(random, 52, weekly, USUAL), p0) is not None


def ratings_fall_found(random: Random, weekly: int, usual: float = USUAL) -> bool:
    """An alarm within six weeks of a fall by 15 points, half a year into a quiet chart."""
    while True:
        p0 = usual_share(random, weekly, usual)
        quiet = weeks_of(random, 26, weekly, usual)
        if ewma_alarm(quiet, p0) is None:
            fallen = weeks_of(random, 6, weekly, usual - 0.15)
            return ewma_alarm([*quiet, *fallen], p0) is not None


def waits(random: Random, cases: int, times: float = 1.0) -> list[float]:
    """Days from received to told; `times` as long as usual."""
    return [
        max(0.0, math.exp(random.gauss(MEAN_LOG + math.log(times), SD_LOG)) - 1)
        for _ in range(cases)
    ]


def waits_false_alarm(random: Random) -> bool:
    """An alarm within 500 cases in which nothing changes."""
    return cusum_alarm(waits(random, 500), MEAN_LOG, SD_LOG) is not None


def cases_until_slow_is_found(random: Random) -> int:
    """How many cases of a doubled time pass before the alarm (200: not found)."""
    found = cusum_alarm(waits(random, 200, 2.0), MEAN_LOG, SD_LOG)
    return 200 if found is None else found + 1


def false_share_of_differences(random: Random, size: int = 50, gap: float = 0.2) -> float:
    """Of the differences that a run shows, the share that were not planted (0 without any).

    A city of 40 services with five groups each; in every fourth one group is treated worse.
    """
    tables, planted = [], set()
    for number in range(40):
        groups = {
            name: (positives(random, n, 0.85), n)
            for name, n in (("a", 300), ("b", 90), ("c", size), ("d", size), ("e", size))
        }
        if number % 4 == 0:
            groups["e"] = (positives(random, size, 0.85 - gap), size)
            planted.add(str(number))
        tables.append(Table(str(number), groups))
    found = find_disparities(tables)
    # In a table with a planted group everyone else really differs too.
    false = sum(one.subject not in planted for one in found)
    return false / len(found) if found else 0.0


def difference_found(random: Random, size: int, gap: float) -> bool:
    """One planted gap in a city of 40 services."""
    groups = {
        "a": (positives(random, 300, 0.85), 300),
        "b": (positives(random, 90, 0.85), 90),
        "e": (positives(random, size, 0.85 - gap), size),
    }
    quiet = [
        Table(
            f"quiet{number}",
            {"a": (positives(random, 300, 0.85), 300), "b": (positives(random, 90, 0.85), 90)},
        )
        for number in range(39)
    ]
    tables = [Table("planted", groups), *quiet]
    return any(one.group == "e" for one in find_disparities(tables))


def themes_of(random: Random, rates: list[float], surge: float = 1.0) -> dict[str, tuple[int, int]]:
    """People per theme now and before; `rates` per 28 days, the first theme's times `surge`."""
    periods = THEME_DAYS_BEFORE / THEME_DAYS_NOW
    return {
        str(number): (
            poisson(random, rate * (surge if number == 0 else 1)),
            poisson(random, rate * periods),
        )
        for number, rate in enumerate(rates)
    }


RATES = [4.0, *(0.5 + 0.25 * number for number in range(29))]
"""Thirty themes, some rare and some frequent; the first is raised by 4 people in 28 days."""


def themes_false_alarm(random: Random) -> bool:
    """Any theme is shown in a run in which nothing changes."""
    return bool(theme_surges(themes_of(random, RATES)))


def surge_found(random: Random, times: float, rate: float = 4.0) -> bool:
    """The first theme is raised so many times as often."""
    return "0" in theme_surges(themes_of(random, [rate, *RATES[1:]], times))


COMMENTS = 40.0
"""People who write about a service in 28 days, each one comment of eight words."""
GRAMMAR_WORDS = [f"grammar{number}" for number in range(40)]
MATTERS = 300
"""Words that belong to what a service is about; frequent ones are few, as in any language."""


def written(random: Random, service: str, surge: float = 1.0) -> list[Mention]:
    """Seven months of comments about a service; 4 people in 28 days write "planted" in them.

    In the last 28 days they are `surge` times as many, beside everybody else.
    """
    matters = [f"{service}{number}" for number in range(MATTERS)]
    weights = [1 / (1 + number) for number in range(MATTERS)]
    periods = THEME_DAYS_BEFORE / THEME_DAYS_NOW
    found: list[Mention] = []
    for age, factor, times in ((0, 1.0, surge), (THEME_DAYS_NOW, periods, 1.0)):
        for is_planted, mean in ((False, COMMENTS * factor), (True, 4.0 * factor * times)):
            for _ in range(_many(random, mean)):
                words = {*random.choices(GRAMMAR_WORDS, k=4)}
                words |= {*random.choices(matters, weights, k=3 if is_planted else 4)}
                words |= {f"{service}-planted"} if is_planted else set()
                found.append(Mention(f"{service} {len(found)}", age, frozenset(words)))
    return found


def _many(random: Random, mean: float) -> int:
    """A Poisson count with a mean that Knuth's way is too slow for: a sum of small ones."""
    parts = math.ceil(mean / 10)
    return sum(poisson(random, mean / parts) for _ in range(parts))


def words_false_alarm(random: Random) -> bool:
    """Any word is suggested in a run of four services in which nothing changes."""
    groups = {(name, "en"): written(random, name) for name in ("a", "b", "c", "d")}
    return bool(find_word_surges(groups))


def word_surge_found(random: Random, times: float) -> bool:
    """The planted word of one of four services is suggested."""
    groups = {
        (name, "en"): written(random, name, times if name == "a" else 1.0)
        for name in ("a", "b", "c", "d")
    }
    return any("a-planted" in one.words for one in find_word_surges(groups))


def forecast_covers(random: Random, history: int = 150, waiting: int = 30) -> bool:
    """Whether the 80 % range covers how many of the open cases really passed 30 days."""
    own = [min(int(days), 99) for days in waits(random, history, 1.5)]
    city = [min(int(days), 99) for days in waits(random, 800, 1.4)]
    table = survival_of_counts(_counted(own), TARGET, hazard(_counted([*own, *city]), TARGET))
    ages: list[int] = []
    missed = 0
    while len(ages) < waiting:
        (days,) = waits(random, 1, 1.5)
        age = random.randint(0, 25)
        if int(days) > age:  # still open at that age
            ages.append(age)
            missed += int(days) > TARGET
    forecast = miss_forecast(ages, table, TARGET)
    return round(forecast.low) <= missed <= round(forecast.high)


def _counted(days: list[int]) -> dict[int, tuple[int, int]]:
    return {day: (told, 0) for day, told in Counter(days).items()}
