"""Which test process begins with which tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def deal(items: Sequence[Item], hands: int, seconds: Callable[[Item], float]) -> list[Item]:
    """Order tests so that long ones come first in every process's share.

    xdist's `worksteal` cuts the list into as many equal pieces as there are processes, and those
    that are done take from the ends of the others' pieces. So the long ones are dealt out, the
    longest first, each to whoever has least to do, and stand at the beginnings.
    """
    long = sorted((item for item in items if seconds(item)), key=seconds, reverse=True)
    short = [item for item in items if not seconds(item)]
    sizes = [len(items) * (hand + 1) // hands - len(items) * hand // hands for hand in range(hands)]
    sizes.sort()  # xdist rounds down first
    shares: list[list[Item]] = [[] for _ in sizes]
    for item in long:
        open_ones = [at for at, size in enumerate(sizes) if len(shares[at]) < size]
        shares[min(open_ones, key=lambda at: sum(map(seconds, shares[at])))].append(item)
    for at, size in enumerate(sizes):
        room = size - len(shares[at])
        shares[at] += short[:room]
        del short[:room]
    return [item for share in shares for item in share]
