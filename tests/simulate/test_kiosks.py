"""Ordinary kiosks are seldom set apart, and whoever stuffs one is found (decision 67)."""

from __future__ import annotations

from random import Random

import pytest

from tests.simulate.kiosks import RATES, places, rushes_set_apart, stuffing_found

SEED = 2026


def test_of_ordinary_busy_hours_less_than_one_in_a_hundred_is_set_apart() -> None:
    kiosks = [place for rate in RATES for place in places(rate)]
    apart, over_mean, every = rushes_set_apart(Random(SEED), kiosks, days=70)
    assert every > 2000
    assert apart / every < 0.01
    assert over_mean / every > 0.3, "the mean over all hours is no measure for a kiosk"


@pytest.mark.parametrize(("rate", "stuff"), [(1, 30), (3, 60), (6, 60)])
def test_who_adds_far_more_than_a_kiosk_ever_had_is_found(rate: int, stuff: int) -> None:
    apart, every = stuffing_found(Random(SEED), places(rate), stuff)
    assert every > 50
    assert apart / every > 0.8
