"""Many small counts: what is believed follows from what each could have been."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.many_counts import Kind, believed_counts
from portal.domain.tails import benjamini_hochberg, binomial_at_least, binomial_upper_tails

NOW = 28 / 210
Q = 0.10
kinds = st.tuples(st.integers(5, 40), st.sampled_from([NOW, 28 / 56]))


@st.composite
def counted(draw: st.DrawFn) -> tuple[int, Kind]:
    """Some of a total, each of which is one of now by the same chance."""
    kind = draw(kinds)
    return draw(st.integers(0, kind[0])), kind


def as_defined(counts: list[tuple[int, Kind]], q: float) -> list[bool]:
    """The procedure as the paper has it: every limit is tried, every F worked out anew."""
    p_values = [binomial_at_least(x, *kind) for x, kind in counts]
    possible = {
        kind: [binomial_at_least(x, *kind) for x in range(int(kind[0] * kind[1]) + 1, kind[0] + 1)]
        for _, kind in counts
    }

    def most(kind: Kind, t: float) -> float:
        return max((p for p in possible[kind] if p <= t * (1 + 1e-9)), default=0.0)

    def odds(t: float) -> float:
        return sum(most(kind, t) / (1 - most(kind, t)) for _, kind in counts)

    limits = sorted({p for of_kind in possible.values() for p in of_kind})
    largest = max((t for t in limits if odds(t) <= q * len(counts)), default=0.0)
    believed = 0.0
    for t in (t for t in limits if t <= largest):
        false = sum(most(kind, t) / (1 - most(kind, largest)) for _, kind in counts)
        found = sum(p <= t * (1 + 1e-9) for p in p_values)
        believed = t if false <= q * found else believed
    return [p <= believed * (1 + 1e-9) for p in p_values]


@given(st.lists(counted(), max_size=12))
def test_all_kinds_in_one_go_are_as_each_test_by_itself(counts: list[tuple[int, Kind]]) -> None:
    assert believed_counts(counts, Q) == as_defined(counts, Q)


def test_rare_words_that_could_not_be_believed_hide_nothing() -> None:
    surge, rare = (9, (20, NOW)), (0, (5, NOW))
    counts = [surge, *[rare] * 2000]
    p_values = [binomial_at_least(x, *kind) for x, kind in counts]
    assert not any(benjamini_hochberg(p_values, Q))
    assert believed_counts(counts, Q) == [True, *[False] * 2000]


def test_nobody_is_no_surge() -> None:
    assert believed_counts([], Q) == []
    assert believed_counts([(0, (5, NOW)), (5, (5, 1.0)), (0, (0, NOW))], Q) == [False] * 3


def test_where_nothing_is_more_seldom_any_is_believed() -> None:
    """Rare and frequent words as usual as ever: any is believed in at most a share q of runs."""
    chance, alarms, runs = Random(7), 0, 400
    totals = [5 + int(60 * chance.random() ** 4) for _ in range(150)]
    for _ in range(runs):
        counts = [(sum(chance.random() < NOW for _ in range(n)), (n, NOW)) for n in totals]
        alarms += any(believed_counts(counts, Q))
    assert 0.02 * runs <= alarms <= Q * runs + 3 * (Q * (1 - Q) * runs) ** 0.5


@pytest.mark.parametrize(("n", "chance"), [(5, NOW), (40, 0.5), (3000, NOW)])
def test_the_table_of_tails_is_that_of_each_tail(n: int, chance: float) -> None:
    table = binomial_upper_tails(n, chance)
    assert min(table) == int(n * chance) + 1
    for k, p in table.items():
        assert p == pytest.approx(binomial_at_least(k, n, chance), rel=1e-9)
