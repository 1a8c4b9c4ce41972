"""Laws that the statistics must keep, whatever the counts."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.domain import statistics, tails
from portal.domain.statistics import Cell, newcombe, passes, rounded, wilson
from tests.domain.strategies import pairs

taus = st.sampled_from((0.2, 0.5, 0.6, 0.7, 0.8, 0.95))


@given(pairs(100_000))
def test_wilson_bounds_are_ordered_and_hold_the_share(pair: list[int]) -> None:
    x, n = pair
    low, high = wilson(x, n)
    assert 0 <= low <= high <= 1
    if n:
        assert low <= x / n <= high


@given(pairs())
def test_wilson_is_the_same_seen_from_the_other_side(pair: list[int]) -> None:
    x, n = pair
    low, high = wilson(x, n)
    assert wilson(n - x, n) == pytest.approx((1 - high, 1 - low))


@given(pairs())
def test_one_more_positive_raises_the_lower_bound(pair: list[int]) -> None:
    x, n = pair
    assert wilson(x + 1, n + 1).low > wilson(x, n).low or n == 0


@given(st.integers(1, 3000), taus)
def test_min_successes_is_the_fewest_that_pass(n: int, tau: float) -> None:
    fewest = statistics.min_successes(n, tau)
    if fewest is None:
        assert not passes(n, n, tau)
        return
    assert passes(fewest, n, tau)
    assert fewest == 0 or not passes(fewest - 1, n, tau)


@given(pairs(), taus, st.integers(0, 60))
def test_stuffing_is_the_fewest_further_positives(pair: list[int], tau: float, n_min: int) -> None:
    x, n = pair
    more = statistics.stuffing(x, n, tau, n_min)
    assert n + more >= n_min
    assert passes(x + more, n + more, tau)
    is_fewer_enough = n + more - 1 >= n_min and passes(x + more - 1, n + more - 1, tau)
    assert more == 0 or not is_fewer_enough


@given(pairs(), taus)
def test_fragility_is_the_fewest_positives_to_strike_out(pair: list[int], tau: float) -> None:
    x, n = pair
    assume(passes(x, n, tau))
    lost = statistics.fragility(x, n, tau)
    assert lost >= 1
    assert not passes(x - lost, n - lost, tau)
    assert passes(x - lost + 1, n - lost + 1, tau)


@given(pairs(), taus)
def test_n_at_this_rate_passes_and_no_smaller_one_does(pair: list[int], tau: float) -> None:
    x, n = pair
    size = statistics.n_at_this_rate(x, n, tau, 30)
    if size is None:
        return
    assert size >= max(n, 30)
    assert passes(x * size // n, size, tau)
    assert not any(passes(x * m // n, m, tau) for m in range(max(n, 30), size))


@given(pairs(), taus, st.sampled_from((1.25, 1.5)))
def test_positives_to_tip_bring_the_ratio_there(pair: list[int], tau: float, rho: float) -> None:
    x, n = pair
    more = statistics.positives_to_tip(x, n, tau, rho)
    assert statistics.tipping(x + more, n + more, tau) >= rho - 1e-6
    assert more == 0 or statistics.tipping(x + more - 1, n + more - 1, tau) < rho


@given(pairs(), pairs())
def test_comparison_is_the_same_from_both_sides(one: list[int], other: list[int]) -> None:
    assume(one[1] and other[1])
    low, high = newcombe(one[0], one[1], other[0], other[1])
    assert low <= one[0] / one[1] - other[0] / other[1] <= high
    assert newcombe(other[0], other[1], one[0], one[1]) == pytest.approx((-high, -low))
    ratio, ratio_low, ratio_high = statistics.impact_ratio(one[0], one[1], other[0], other[1])
    assert 0 < ratio_low <= ratio <= ratio_high < math.inf
    back = statistics.impact_ratio(other[0], other[1], one[0], one[1])
    assert back == pytest.approx((1 / ratio, 1 / ratio_high, 1 / ratio_low))


@given(st.lists(st.tuples(pairs(60), st.floats(0.01, 1)), max_size=6))
def test_weighted_share_lies_between_its_cells(given_cells: list[tuple[list[int], float]]) -> None:
    cells = [Cell(x, n, share) for (x, n), share in given_cells]
    weighted = statistics.poststratify(cells)
    if weighted is not None:
        assert -1e-9 <= weighted <= 1 + 1e-9
    if cells and all(cell.n >= 10 and cell.x == cell.n for cell in cells):
        assert weighted == pytest.approx(1)


def test_nothing_is_weighted_without_cells_or_with_weightless_ones() -> None:
    assert statistics.poststratify([]) is None
    assert statistics.poststratify([Cell(5, 20, 0.0)]) is None


@given(st.lists(pairs(), min_size=1, max_size=12))
def test_best_estimates_lie_between_a_unit_and_the_mean(units: list[list[int]]) -> None:
    assume(any(n for _, n in units))
    mean, strength, estimates = statistics.shrink([(x, n) for x, n in units])
    assert 2 <= strength <= 200
    for (x, n), estimate in zip(units, estimates, strict=True):
        own = x / n if n else mean
        assert min(own, mean) - 1e-9 <= estimate <= max(own, mean) + 1e-9


def test_nothing_is_shrunk_without_any_cases() -> None:
    with pytest.raises(ValueError, match="no unit"):
        statistics.shrink([(0, 0)])


def test_published_numbers_have_six_places_and_no_infinity() -> None:
    assert rounded(1 / 3) == 0.333333
    assert rounded(math.inf) is None
    assert rounded(None) is None
    assert str(rounded(-1e-12)) == "0.0"


@given(st.integers(0, 60), st.integers(0, 60), st.fractions(0, 1, max_denominator=50))
def test_binomial_tails_equal_exact_arithmetic(k: int, n: int, p: Fraction) -> None:
    chances = [math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(n + 1)]
    assert tails.binomial_at_most(k, n, float(p)) == pytest.approx(float(sum(chances[: k + 1])))
    assert tails.binomial_at_least(k, n, float(p)) == pytest.approx(float(sum(chances[k:])))


@given(st.integers(1, 10**9), st.floats(0, 1))
def test_binomial_tail_is_a_chance_at_any_size(n: int, p: float) -> None:
    for k in (0, n // 3, n // 2, n):
        assert 0 <= tails.binomial_at_most(k, n, p) <= 1


@given(st.integers(1, 60), st.floats(0.01, 50))
def test_poisson_tail_equals_the_rest_of_the_series(k: int, mean: float) -> None:
    assume(k > mean)
    under = math.fsum(math.exp(-mean) * mean**i / math.factorial(i) for i in range(k))
    assert tails.poisson_at_least(k, mean) == pytest.approx(1 - under, abs=1e-12)


@given(pairs(40), pairs(40))
def test_fisher_is_a_chance_and_symmetric(one: list[int], other: list[int]) -> None:
    p = tails.fisher(one[0], one[1], other[0], other[1])
    assert 0 < p <= 1
    assert tails.fisher(other[0], other[1], one[0], one[1]) == pytest.approx(p)


@given(st.lists(st.floats(0, 1), max_size=20))
def test_believed_tests_are_the_smallest(p_values: list[float]) -> None:
    believed = tails.benjamini_hochberg(p_values, 0.1)
    yes = [p for p, is_believed in zip(p_values, believed, strict=True) if is_believed]
    no = [p for p, is_believed in zip(p_values, believed, strict=True) if not is_believed]
    assert not yes or max(yes) <= 0.1
    assert not yes or not no or max(yes) <= min(no)
