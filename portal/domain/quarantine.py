"""Which hours of ratings look like stuffing, METHOD.md 3.6 and SECURITY.md T1.

Quarantined ratings are shown and reviewed but not counted, whichever way they point.
"""

from __future__ import annotations

from collections.abc import Mapping

from portal.domain.tails import poisson_at_least

BURST_MIN = 10
"""Fewer ratings in an hour are never a burst."""
SHARED_ADDRESS_AT_MOST = 40
"""A library where this many residents an hour share one address is no burst."""
UNLIKELY = 1e-4
_HOURS_OF_A_DAY = 24
_HOURS_OF_A_WEEK = 7 * _HOURS_OF_A_DAY
_DAYS_BACK = 28
CAUSES = ("burst", "form")
"""Why ratings are set apart: too many in an hour, or each for the way in which it came in."""
COUNTING = frozenset({"asked", "place", "usual"})
"""What people find that lets ratings through; the other reasons leave them apart."""
REASONS = ("asked", "place", "usual", "alike", "unexplained")


def usual_on_web(hours: Mapping[int, int]) -> float:
    """The hourly mean of a service's form: how many ratings an hour are usual.

    `hours` says how many ratings came how many hours ago, over the 28 days before. People sleep at
    night: the mean over all hours would take every noon of a busy service for stuffing. So it is
    the mean over all hours, or that of this hour of the day where that is more (decision 54).
    """
    of_this_hour = sum(n for ago, n in hours.items() if ago % _HOURS_OF_A_DAY == 0)
    return max(sum(hours.values()) / _HOURS_OF_A_DAY, of_this_hour) / _DAYS_BACK


def is_burst(count: int, usual: float, largest_prefix_count: int) -> bool:
    """Is an hour with `count` ratings of one service a burst?

    `usual` is what `usual_on_web` says; `largest_prefix_count` says how many of the hour's ratings
    came from the one network prefix that sent most. Where those are most of the hour, up to 40 of
    them are people who share an address: they are left out, so that neither they nor the neighbours
    who rate in the same hour are taken for stuffing.
    """
    is_shared = largest_prefix_count <= SHARED_ADDRESS_AT_MOST and 2 * largest_prefix_count >= count
    others = count - largest_prefix_count if is_shared else count
    if others < BURST_MIN:
        return False
    return poisson_at_least(others, usual) < UNLIKELY


def usual_at_kiosks(hours: Mapping[int, int]) -> float | None:
    """How many the busiest hour of a week has at a service's kiosks; None in their first week.

    `hours` says how many ratings came how many hours ago, over the 28 days before. Kiosks stand
    where doors open and close, and have rushes: a mean over all hours, nights included, would take
    every rush for stuffing (decision 67). Weeks without any rating do not count, nor does the
    first one while it is not over, unless there is no other.
    """
    weeks = max(hours, default=0) // _HOURS_OF_A_WEEK
    if not weeks:
        return None
    busiest: dict[int, int] = {}
    for ago, count in hours.items():
        week = (ago - 1) // _HOURS_OF_A_WEEK
        busiest[week] = max(busiest.get(week, 0), count)
    whole = [count for week, count in busiest.items() if week < weeks] or [*busiest.values()]
    return sum(whole) / len(whole)


def is_kiosk_burst(count: int, usual: float | None) -> bool:
    """Is an hour with `count` ratings of one service at its kiosks a burst?

    `usual` is what `usual_at_kiosks` says. While nothing is known, a kiosk is an address that
    people share, and as many may use it as may share another one.
    """
    if usual is None:
        return count > SHARED_ADDRESS_AT_MOST
    return count >= BURST_MIN and poisson_at_least(count, usual) < UNLIKELY
