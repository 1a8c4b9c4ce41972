"""The monitors of METHOD.md 1: when answers of different languages may not be compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.monitors import (
    AGREEING_N_MIN,
    DIF_N_MIN,
    Stratum,
    mh_dif,
    watch_agreeing,
    watch_items,
)

counts = st.integers(1, 200)
strata = st.lists(st.builds(Stratum, counts, counts, counts, counts), min_size=1, max_size=3)


@given(strata)
def test_seen_from_the_other_language_the_difference_turns_round(tables: list[Stratum]) -> None:
    there = mh_dif(tables)
    back = mh_dif(Stratum(c, d, a, b) for a, b, c, d in tables)
    assert there is not None
    assert back is not None
    assert there[1] == pytest.approx(-back[1], abs=1e-9)


@given(strata)
def test_like_answers_show_no_difference(tables: list[Stratum]) -> None:
    found = mh_dif(Stratum(a, b, 3 * a, 3 * b) for a, b, *_ in tables)
    assert found is not None
    assert found[1] == pytest.approx(0, abs=1e-9)


def test_where_everybody_agrees_nothing_can_be_told() -> None:
    assert mh_dif([Stratum(10, 0, 5, 0), Stratum(0, 0, 0, 0)]) is None
    assert mh_dif([]) is None


@pytest.mark.parametrize(
    ("pairs", "fires"),
    [
        ({"en": (10, 100), "es": (20, 100)}, False),  # exactly 0.10 apart is not more
        ({"en": (10, 100), "es": (21, 100)}, True),
        ({"en": (10, 100), "vi": (49, AGREEING_N_MIN - 1)}, False),
        ({"en": (5, AGREEING_N_MIN), "vi": (40, AGREEING_N_MIN)}, True),
        ({}, False),
    ],
)
def test_the_acquiescence_monitor_fires_beyond_a_tenth(
    pairs: dict[str, tuple[int, int]], fires: bool
) -> None:
    assert watch_agreeing(pairs)["fires"] is fires


def test_each_language_is_compared_with_the_one_most_people_answered_in() -> None:
    like, unlike = [(30, 30), (40, 30), (50, 20)], [(10, 50), (15, 45), (20, 40)]
    too_few = [(0, 33), (0, 33), (0, DIF_N_MIN - 67)]
    large = [(60, 60), (80, 60), (100, 40)]
    found = watch_items({"q3": {"en": large, "es": like, "vi": unlike, "ko": too_few}})
    assert found["reference"] == "en"
    assert [(row["lang"], row["differs"]) for row in found["items"]] == [
        ("es", False),
        ("vi", True),
    ]
    assert found["items"][1]["delta"] < 0
    assert found["fires"]
