"""What is usual at kiosks, and what nobody ever saw there."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.quarantine import (
    BURST_MIN,
    SHARED_ADDRESS_AT_MOST,
    is_kiosk_burst,
    usual_at_kiosks,
)

WEEK = 7 * 24
counts = st.integers(1, 60)
hours = st.dictionaries(st.integers(1, 4 * WEEK), counts, max_size=40)
usual = st.none() | st.floats(0, 100, allow_nan=False)


@pytest.mark.parametrize(
    ("count", "known", "is_burst"),
    [
        (40, None, False),  # a new kiosk is an address that people share
        (41, None, True),
        (9, 0.1, False),  # never fewer than ten
        (10, 0.1, True),
        (15, 5.0, False),
        (16, 5.0, True),
        (28, 5.0, True),  # a school class where five an hour are a rush: people look at it
        (28, 14.0, False),
        (60, 30.0, True),
    ],
)
def test_kiosk_bursts(count: int, known: float | None, is_burst: bool) -> None:
    assert is_kiosk_burst(count, known) is is_burst


@given(st.integers(0, 200), usual)
def test_more_is_never_less_suspicious(count: int, known: float | None) -> None:
    assert is_kiosk_burst(count, known) <= is_kiosk_burst(count + 1, known)


@given(st.integers(0, 200), st.floats(0, 100), st.floats(0, 100))
def test_the_same_is_never_more_suspicious_at_a_busier_kiosk(
    count: int, known: float, more: float
) -> None:
    assert is_kiosk_burst(count, known + more) <= is_kiosk_burst(count, known)


@given(st.integers(0, 200), usual)
def test_what_is_usual_is_no_burst_and_few_never_are(count: int, known: float | None) -> None:
    if count < BURST_MIN or (known is not None and count <= known):
        assert not is_kiosk_burst(count, known)
    if known is None:
        assert is_kiosk_burst(count, known) is (count > SHARED_ADDRESS_AT_MOST)


@given(hours)
def test_nothing_is_usual_in_the_first_week_and_something_is_after_it(
    found: dict[int, int],
) -> None:
    known = usual_at_kiosks(found)
    if max(found, default=0) < WEEK:
        assert known is None
    else:
        assert known is not None
        assert min(found.values()) <= known <= max(found.values())


@given(hours, st.randoms(use_true_random=False))
def test_in_which_hour_of_a_week_the_rush_was_makes_no_difference(
    found: dict[int, int], random: Random
) -> None:
    """Nights and closed days do not count: only what the busiest hour had."""
    oldest = max(found, default=0)
    weeks: dict[int, list[int]] = {}
    for ago, count in found.items():
        if ago != oldest:
            weeks.setdefault((ago - 1) // WEEK, []).append(count)
    moved = {oldest: found[oldest]} if found else {}
    for week, values in weeks.items():
        room = [ago for ago in range(week * WEEK + 1, (week + 1) * WEEK + 1) if ago < oldest]
        moved.update(zip(random.sample(room, len(values)), values, strict=True))
    assert usual_at_kiosks(moved) == usual_at_kiosks(found)


def test_every_week_has_a_say_and_closed_ones_have_none() -> None:
    assert usual_at_kiosks({5: 12, 6: 3, WEEK + 5: 6, 3 * WEEK + 5: 9, 4 * WEEK: 1}) == 9
    assert usual_at_kiosks({5: 12, WEEK + 5: 20}) == 12, "the first week is not over"
    assert usual_at_kiosks({WEEK + 5: 20}) == 20, "but it is all that is known"
