"""Statistics of the method, METHOD.md 3.3, 3.4 and appendix A.2: pure arithmetic on counts.

Shares are x positives of n. Nothing here is rounded; results are rounded where they are written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

Z_LEVEL = 1.6448536269514722
"""One-sided 95 %: every level claim, and the displayed two-sided 90 % interval.

All digits, since METHOD.md's rounded 1.6449 and 1.644854 differ in the sixth place of results.
"""
Z_PARITY = 1.2815515655446004
"""One-sided 90 %: the comparison of one group with everyone else."""
EPSILON = 1e-9

SMALL_CELL = 10
"""Weighting cells with fewer answers than this are not used on their own."""
LEFT_OUT_AT_MOST = 0.20
"""Population share that may be missing from a post-stratified share."""


class Interval(NamedTuple):
    low: float
    high: float


class Cell(NamedTuple):
    """Answers of one language and the language's share of the population."""

    x: int
    n: int
    share: float


def at_least(a: float, b: float) -> bool:
    """a ≥ b up to the method's ε, so that a share exactly on a threshold reaches it."""
    return a - b >= -EPSILON


def below(a: float, b: float) -> bool:
    """a < b by more than the method's ε."""
    return a - b < -EPSILON


def rounded(value: float | None) -> float | None:
    """Six places as published; infinite and absent values are null, and there is no minus zero."""
    if value is None or math.isinf(value):
        return None
    return round(value, 6) + 0.0


def wilson(x: int, n: int, z: float = Z_LEVEL) -> Interval:
    """Wilson score interval of x of n; (0, 1) where nobody was counted."""
    if n == 0:
        return Interval(0.0, 1.0)
    p = x / n
    spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    centre = p + z * z / (2 * n)
    scale = 1 + z * z / n
    # At the ends the bound is exactly 0 or 1; floating point would leave a trace there.
    low = 0.0 if x == 0 else (centre - spread) / scale
    high = 1.0 if x == n else (centre + spread) / scale
    return Interval(low, high)


def newcombe(x1: int, n1: int, x2: int, n2: int, z: float = Z_PARITY) -> Interval:
    """Newcombe's hybrid score interval for x1/n1 − x2/n2 (both n positive)."""
    p1, p2 = x1 / n1, x2 / n2
    low1, high1 = wilson(x1, n1, z)
    low2, high2 = wilson(x2, n2, z)
    return Interval(
        p1 - p2 - math.hypot(p1 - low1, high2 - p2),
        p1 - p2 + math.hypot(high1 - p1, p2 - low2),
    )


def impact_ratio(
    x1: int, n1: int, x2: int, n2: int, z: float = Z_LEVEL
) -> tuple[float, float, float]:
    """Ratio of two shares with its Katz log interval: (ratio, low, high).

    Half a case is added to all four counts when either numerator is 0, so it is always finite.
    """
    half = 0.5 if x1 == 0 or x2 == 0 else 0.0
    a, m, b, n = x1 + half, n1 + half, x2 + half, n2 + half
    ratio = (a / m) / (b / n)
    spread = math.exp(z * math.sqrt(max(0.0, 1 / a - 1 / m + 1 / b - 1 / n)))
    return ratio, ratio / spread, ratio * spread


def passes(x: int, n: int, tau: float) -> bool:
    """Does the interval of x of n lie on or above tau?"""
    return at_least(wilson(x, n).low, tau)


def min_successes(n: int, tau: float) -> int | None:
    """Fewest positives of n that pass tau; None where even all of them do not."""
    if not passes(n, n, tau):
        return None
    return _first(lambda x: x >= n or passes(x, n, tau))


def stuffing(x: int, n: int, tau: float, n_min: int = 0) -> int:
    """Fewest further cases, all positive, that reach n_min and pass tau (tau below 1)."""
    needed = max(0, n_min - n)
    return needed + _first(lambda k: passes(x + needed + k, n + needed + k, tau))


def positives_to_lift(x: int, n: int, tau: float) -> int:
    """Fewest further cases, all positive, after which the share is not surely below tau."""
    return _first(lambda k: at_least(wilson(x + k, n + k).high, tau))


def fragility(x: int, n: int, tau: float) -> int:
    """Fewest positives that must be struck out for the bound to fall below tau (tau above 0)."""
    return _first(lambda k: k >= x or not passes(x - k, n - k, tau))


def tipping(x: int, n: int, tau: float) -> float:
    """How many times likelier satisfied people must be to reply for the truth to be only tau."""
    if x == n:
        return math.inf
    return (x / (n - x)) / (tau / (1 - tau))


def positives_to_tip(x: int, n: int, tau: float, rho: float) -> int:
    """Further positives that bring the tipping ratio to rho."""
    return max(0, math.ceil(rho * (tau / (1 - tau)) * (n - x) - x - EPSILON))


def n_at_this_rate(x: int, n: int, tau: float, n_min: int, limit: int = 5000) -> int | None:
    """Smallest N ≥ n and n_min at which the present share passes tau; None where none ≤ limit."""
    if n == 0 or not below(tau, x / n):
        return None
    sizes = range(max(n, n_min), limit + 1)
    return next((size for size in sizes if passes(x * size // n, size, tau)), None)


def poststratify(cells: Sequence[Cell]) -> float | None:
    """Share weighted to the population; None where too much of it would be missing (A.2)."""
    used = [cell for cell in cells if cell.n >= SMALL_CELL]
    small = [cell for cell in cells if cell.n < SMALL_CELL]
    if small:
        merged = merge_cells(small)
        if merged.n >= SMALL_CELL:
            used.append(merged)
        elif below(LEFT_OUT_AT_MOST, merged.share):
            return None
    weight = math.fsum(cell.share for cell in used)
    if not weight:
        return None
    return math.fsum(cell.share * cell.x / cell.n for cell in used) / weight


def merge_cells(cells: Sequence[Cell]) -> Cell:
    """Several cells as one; the share is rounded because published shares are."""
    share = round(math.fsum(cell.share for cell in cells), 6)
    return Cell(sum(cell.x for cell in cells), sum(cell.n for cell in cells), share)


def shrink(units: Sequence[tuple[int, int]]) -> tuple[float, float, list[float]]:
    """Beta-binomial best estimates by moments: (mean, strength, estimates), for lists and maps.

    Never for a level: a neighbour's record is not evidence about this service. A unit without
    cases gets the mean. Raises ValueError where no unit has any.
    """
    seen = [(x, n) for x, n in units if n > 0]
    if not seen:
        raise ValueError("no unit has any cases")
    total, k = sum(n for _, n in seen), len(seen)
    mean = sum(x for x, _ in seen) / total
    variance = math.fsum(n * (x / n - mean) ** 2 for x, n in seen) / total
    between = variance - mean * (1 - mean) / (total / k) * (k - 1) / k
    strength = 200.0
    if k >= 3 and between > 1e-6:
        strength = min(200.0, max(2.0, mean * (1 - mean) / between - 1))
    return mean, strength, [(x + strength * mean) / (n + strength) for x, n in units]


def _first(holds: Callable[[int], bool]) -> int:
    """Smallest k ≥ 0 at which `holds`, which must stay true from there on (and become true).

    Every bound used here rises with each added positive, so halving finds what counting up would.
    """
    high = 1
    while not holds(high - 1):
        high *= 2
    low, high = high // 2 - 1, high - 1
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high
