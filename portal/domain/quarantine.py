"""Which hours of ratings look like stuffing, METHOD.md 3.6 and SECURITY.md T1.

Quarantined ratings are shown and reviewed but not counted, whichever way they point.
"""

from __future__ import annotations

from portal.domain.tails import poisson_at_least

BURST_MIN = 10
"""Fewer ratings in an hour are never a burst."""
SHARED_ADDRESS_AT_MOST = 40
"""A library where this many residents an hour share one address is no burst."""
UNLIKELY = 1e-4
CAUSES = ("burst", "form")
"""Why ratings are set apart: too many in an hour, or each for the way in which it came in."""
COUNTING = frozenset({"asked", "place", "usual"})
"""What people find that lets ratings through; the other reasons leave them apart."""
REASONS = ("asked", "place", "usual", "alike", "unexplained")


def is_burst(count: int, trailing_hourly_mean: float, largest_prefix_count: int) -> bool:
    """Is an hour with `count` ratings of one service a burst?

    `trailing_hourly_mean` is the mean of the 28 days before; `largest_prefix_count` says how many
    of the hour's ratings came from the one network prefix that sent most. Where those are most of
    the hour, up to 40 of them are people who share an address: they are set apart, so that
    neither they nor the neighbours who rate in the same hour are taken for stuffing.
    """
    is_shared = largest_prefix_count <= SHARED_ADDRESS_AT_MOST and 2 * largest_prefix_count >= count
    others = count - largest_prefix_count if is_shared else count
    if others < BURST_MIN:
        return False
    return poisson_at_least(others, trailing_hourly_mean) < UNLIKELY
