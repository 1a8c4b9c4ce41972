"""Ordinary rushes on the web are seldom set apart, and whoever stuffs a form is found."""

from __future__ import annotations

from random import Random

import pytest

from tests.simulate.forms import Place, rushes_set_apart, stuffing_found

SEED = 2026


def test_of_a_busy_services_noons_few_are_set_apart() -> None:
    found = rushes_set_apart(Random(SEED), [Place(1000, is_looked_at=False)] * 2, days=77)
    assert found.busy > 400
    assert found.hours < 0.03
    over_mean = Place(1000, is_looked_at=False, is_by_mean=True)
    found = rushes_set_apart(Random(SEED), [over_mean] * 2, days=77)
    assert found.hours > 0.1, "the mean over all hours takes noons for stuffing"


@pytest.mark.parametrize(("weekly", "stuff"), [(50, 10), (200, 15), (1000, 30)])
def test_who_adds_far_more_than_an_hour_ever_had_is_found(weekly: int, stuff: int) -> None:
    places = [Place(weekly, is_looked_at=True)] * 2
    apart, every = stuffing_found(Random(SEED), places, stuff, days=119)
    assert every > 20
    assert apart / every > 0.9
