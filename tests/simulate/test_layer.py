"""A small run of the layer's part of `make simulate`: a few services, looked at once a week.

The seeds are fixed, so that each figure is what it is; the bounds leave room for another seed.
"""

from __future__ import annotations

from random import Random

import pytest

from tests.simulate import layer

WEEKLY = 7
HALF_A_YEAR = 26 * 7


def alarms(found: layer.Figures, kind: str) -> float:
    """In how many services, or how often in the city, something was raised though nothing was."""
    return sum(x for name, (x, _) in found.items() if name.startswith(kind) and "look" not in name)


@pytest.mark.slow(3)
def test_a_quiet_city_is_seldom_warned() -> None:
    found = layer.quiet(Random(1), 4, HALF_A_YEAR, WEEKLY)
    assert alarms(found, "ratings") <= 1
    assert alarms(found, "time_to_told") <= 1
    assert sum(alarms(found, kind) for kind in ("disparity", "theme", "word")) <= 3


@pytest.mark.slow(2)
def test_what_is_new_is_not_taken_for_more_than_before() -> None:
    """Nobody wrote of a theme before there was a service: that is no surge."""
    found = layer.young(Random(2), 6, HALF_A_YEAR, WEEKLY)
    assert alarms(found, "theme") <= 3
    assert alarms(found, "word") <= 3
    assert alarms(found, "time_to_told") <= 1


@pytest.mark.slow(2)
def test_answers_to_many_at_once_are_not_taken_for_slower_ones() -> None:
    found = layer.quiet(Random(3), 3, HALF_A_YEAR, WEEKLY, ratings=15, cases=15, every=14)
    assert alarms(found, "time_to_told") <= 1


@pytest.mark.slow(5)
def test_what_has_changed_is_found() -> None:
    found = layer.planted(Random(9), 1, WEEKLY)
    for kind in ("ratings", "time_to_told", "disparity", "theme", "word"):
        assert found[f"{kind}: found"] == (1, 1)
    covered, forecasts = found["forecast: the 80 % range covers what came"]
    assert forecasts >= 20
    assert 0.6 <= covered / forecasts <= 0.97
