"""Opening and closing: what has held stays, and no two spans overlap, whatever is asked."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.open_spans import Span, close_from, is_open, open_from

START = date(2026, 1, 1)
_STEPS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.booleans()), max_size=8)


@given(_STEPS)
def test_spans_never_overlap_and_the_past_never_changes(
    steps: list[tuple[int, int, bool]],
) -> None:
    spans: list[Span] = []
    today = START
    for waited, ahead, opens in steps:
        today += timedelta(waited)
        day = today + timedelta(ahead)
        change = open_from if opens else close_from
        after = change(spans, day, today)
        past = [today - timedelta(number) for number in range(1, 200)]
        assert [is_open(after, one) for one in past] == [is_open(spans, one) for one in past]
        assert is_open(after, day) is opens
        assert is_open(after, day + timedelta(5000)) is opens
        ordered = sorted(after, key=lambda span: span.opened_on)
        for first, second in pairwise(ordered):
            assert first.closed_on is not None
            assert first.closed_on < second.opened_on
        spans = after


def test_a_day_that_has_passed_is_refused() -> None:
    for change in (open_from, close_from):
        with pytest.raises(ValueError, match="passed"):
            change([], START, START + timedelta(1))
