"""Exact tail probabilities and tests: binomial, Poisson, Fisher, and many tests at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import accumulate

NEGLIGIBLE = 1e-17
"""Terms smaller than this share of their sum no longer change it."""


def binomial_at_most(k: int, n: int, p: float) -> float:
    """P(X ≤ k) for n trials of probability p: the lower tail, exact to about 1e-9."""
    if k < 0:
        return 0.0
    if k >= n or p <= 0:
        return 1.0
    if p >= 1:
        return 0.0
    if k > n * p:
        return 1.0 - binomial_at_least(k + 1, n, p)
    return min(1.0, _sum_shrinking(_binomial_terms(n - k, n, 1 - p, p)))


def binomial_at_least(k: int, n: int, p: float) -> float:
    """P(X ≥ k) for n trials of probability p: the upper tail, exact to about 1e-9."""
    if k <= 0:
        return 1.0
    if k > n or p <= 0:
        return 0.0
    if p >= 1:
        return 1.0
    if k < n * p:
        return 1.0 - binomial_at_most(k - 1, n, p)
    return min(1.0, _sum_shrinking(_binomial_terms(k, n, p, 1 - p)))


def binomial_upper_tails(n: int, p: float) -> dict[int, float]:
    """{k: P(X ≥ k)} for every k above the mean, as far up as it is more than negligible."""
    first = math.floor(n * p) + 1
    if first > n or p <= 0:
        return {}
    terms, total = [], 0.0
    for term in _binomial_terms(first, n, p, 1 - p):
        terms.append(term)
        total += term
        if term <= total * NEGLIGIBLE:
            break
    tails = list(accumulate(reversed(terms)))
    return dict(enumerate(reversed(tails), start=first))


def poisson_at_least(k: int, mean: float) -> float:
    """P(X ≥ k) for a Poisson count; for k at or below the mean it is only said to be likely: 1."""
    if k <= mean or k <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    return min(1.0, _sum_shrinking(_poisson_terms(k, mean)))


def fisher(x1: int, n1: int, x2: int, n2: int) -> float:
    """Two-sided Fisher test of x1 of n1 against x2 of n2: all tables no likelier than this one."""
    positives = x1 + x2
    whole = _log_choose(n1 + n2, positives)

    def log_p(x: int) -> float:
        return _log_choose(n1, x) + _log_choose(n2, positives - x) - whole

    # The tolerance keeps tables that are equally likely on the same side of the comparison.
    limit = log_p(x1) + 1e-7
    tables = range(max(0, positives - n2), min(n1, positives) + 1)
    return min(1.0, math.fsum(math.exp(p) for p in map(log_p, tables) if p <= limit))


def benjamini_hochberg(p_values: Sequence[float], q: float) -> list[bool]:
    """Which of many tests to believe when a share q of those believed may be false."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    believed = 0
    for rank, index in enumerate(order, start=1):
        if p_values[index] <= q * rank / len(p_values):
            believed = rank
    kept = set(order[:believed])
    return [index in kept for index in range(len(p_values))]


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _binomial_terms(k: int, n: int, p: float, q: float) -> Iterator[float]:
    """P(X = k), P(X = k + 1) … P(X = n). Both chances are given: 1 − p would lose a tiny one."""
    term = math.exp(_log_choose(n, k) + k * math.log(p) + (n - k) * math.log(q))
    odds = p / q
    for i in range(k, n + 1):
        yield term
        term *= odds * (n - i) / (i + 1)


def _poisson_terms(k: int, mean: float) -> Iterator[float]:
    term = math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
    while True:
        yield term
        k += 1
        term *= mean / k


def _sum_shrinking(terms: Iterator[float]) -> float:
    """Sum of terms that only get smaller, up to where they stop mattering."""
    total = 0.0
    for term in terms:
        total += term
        if term <= total * NEGLIGIBLE:
            break
    return total
