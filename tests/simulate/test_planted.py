"""A small run of `make simulate`: figures within METHOD.md section 4's, as far as few runs can say.

The bounds leave three standard errors of so many runs; the full figures are in docs/simulation.md.
"""

from __future__ import annotations

import math
from random import Random
from statistics import fmean, median

from tests.simulate import charts, planted
from tests.simulate.planted import share


def slack(wanted: float, runs: int) -> float:
    """Three standard errors of a share of so many runs."""
    return 3 * math.sqrt(wanted * (1 - wanted) / runs)


def test_ratings_that_stay_seldom_alarm() -> None:
    random = Random(1)
    false = share(200, lambda: planted.ratings_false_alarm(random, 20))
    assert false <= 0.12 + slack(0.12, 200)


def test_ratings_that_fall_are_found() -> None:
    random = Random(2)
    found = share(120, lambda: planted.ratings_fall_found(random, 20))
    assert found >= 0.70 - slack(0.70, 120)


def test_as_they_are_wired_ratings_alarm_no_more_often() -> None:
    random = Random(8)
    false = share(200, lambda: charts.false_alarm(random, 20))
    assert false <= 0.12 + slack(0.12, 200)


def test_a_fall_just_before_a_chart_begins_anew_is_found_as_any_other() -> None:
    random = Random(9)
    found = share(200, lambda: charts.fall_found(random, 20, -4))
    assert found >= 0.70 - slack(0.70, 200)


def test_slower_answers_are_found_and_usual_ones_are_not() -> None:
    random = Random(3)
    false = share(100, lambda: planted.waits_false_alarm(random))
    assert false <= 0.08 + slack(0.08, 100)
    assert median(planted.cases_until_slow_is_found(random) for _ in range(100)) <= 20


def test_few_differences_that_are_shown_are_by_chance() -> None:
    random = Random(4)
    false = fmean(planted.false_share_of_differences(random) for _ in range(8))
    assert false <= 0.10 + 0.06  # the share itself varies by about five points from city to city
    found = share(12, lambda: planted.difference_found(random, 100, 0.3))
    assert found >= 0.9


def test_themes_that_surge_are_found_and_others_are_not() -> None:
    random = Random(5)
    false = share(200, lambda: planted.themes_false_alarm(random))
    assert false <= 0.15 + slack(0.15, 200)
    found = share(100, lambda: planted.surge_found(random, 5))
    assert found >= 0.90 - slack(0.90, 100)


def test_words_that_surge_are_found_and_others_are_not() -> None:
    random = Random(7)
    false = share(40, lambda: planted.words_false_alarm(random))
    assert false <= 0.15 + slack(0.15, 40)
    found = share(30, lambda: planted.word_surge_found(random, 5))
    assert found >= 0.80 - slack(0.80, 30)


def test_forecasts_cover_what_comes() -> None:
    random = Random(6)
    covered = share(150, lambda: planted.forecast_covers(random))
    assert 0.72 - slack(0.72, 150) <= covered <= 0.88 + slack(0.88, 150)
