"""Many tests of small counts at once: which to believe when a share of those may be false.

A p-value of a few people can only be one of a few figures, mostly none near the limit. Benjamini
and Hochberg charge every test with the whole limit all the same, so a thousand rare words, hardly
one of which could pass it, hide the one that does. Here each test is charged with what it can
really reach, which its total alone says, never how many of them are of now. It is the step-up
procedure [HSU] of Döhler, Durand and Roquain, "New FDR bounds for discrete and heterogeneous
tests", Electronic Journal of Statistics 12 (2018), doi:10.1214/18-EJS1441. For independent tests it
keeps the share of false ones as theirs does; the simpler one of Heyse, "A false discovery rate
procedure for categorical data" (2011), does not always.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from portal.domain.tails import binomial_upper_tails

Kind = tuple[int, float]
"""A total, and the chance of each to be one of now: all that says what can be reached."""


class _Step(NamedTuple):
    """A p-value that the counts of one kind can have, and the next smaller one."""

    p: float
    smaller: float
    kind: Kind


def believed_counts(counts: Sequence[tuple[int, Kind]], q: float) -> list[bool]:
    """Which counts to believe to be more than chance, if a share `q` of those may be false.

    The limit is the largest p-value t at which the false ones to be expected are no more than that
    share of those up to t. To be expected is the sum over all tests of the largest p-value up to t
    that each can have, divided by 1 minus the largest that it can have up to where all tests
    together could be believed.
    """
    kinds = Counter(kind for _, kind in counts)
    tails = {kind: binomial_upper_tails(*kind) for kind in kinds}
    p_values = [_p_value(x, tails[kind]) for x, kind in counts]
    steps = _steps(tails)
    largest = _largest(steps, kinds, q)
    steps = [step for step in steps if step.p <= largest]
    reached = {step.kind: step.p for step in steps}
    found = Counter(p_values)
    limit, false, so_far = 0.0, 0.0, 0
    for p, group in groupby(steps, lambda step: step.p):
        for _, smaller, kind in group:
            false += kinds[kind] * (p - smaller) / (1 - reached[kind])
        so_far += found[p]
        if found[p] and false <= q * so_far:
            limit = p
    return [p <= limit for p in p_values]


def _p_value(x: int, tails: Mapping[int, float]) -> float:
    """P(X ≥ x) as it stands among the steps; 1 for what is not more than usual."""
    return tails.get(x) or (min(tails.values()) if tails and x > max(tails) else 1.0)


def _steps(tails: Mapping[Kind, Mapping[int, float]]) -> list[_Step]:
    """All p-values that can be, from the smallest on."""
    return sorted(
        _Step(p, smaller, kind)
        for kind, table in tails.items()
        for p, smaller in pairwise([*table.values(), 0.0])
    )


def _largest(steps: Sequence[_Step], kinds: Counter[Kind], q: float) -> float:
    """The largest p-value at which all tests together could be believed; 0 for none."""
    largest, odds = 0.0, 0.0
    for p, group in groupby(steps, lambda step: step.p):
        for _, smaller, kind in group:
            odds += kinds[kind] * (p / (1 - p) - smaller / (1 - smaller))
        if odds > q * kinds.total():
            break
        largest = p
    return largest
