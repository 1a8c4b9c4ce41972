"""Groups that look different from everyone else, METHOD.md 4.2: a question, never a verdict.

All tests of a run are judged together, so that among the differences shown few are by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from portal.domain.statistics import at_least
from portal.domain.tails import benjamini_hochberg, fisher

SIDE_MIN = 20
"""Cases that a group, and everyone else, must have."""
FALSE_SHARE = 0.10
DIFFERENCE_MIN = 0.10


class Table(NamedTuple):
    """One measure of one service by the groups of one attribute: {group: (x, n)}."""

    subject: str
    groups: Mapping[str, tuple[int, int]]


class Disparity(NamedTuple):
    """A group that looks different: x of n against x of n of everyone else."""

    subject: str
    group: str
    x: int
    n: int
    others_x: int
    others_n: int
    p: float

    @property
    def difference(self) -> float:
        """The group's share minus everyone else's."""
        return self.x / self.n - self.others_x / self.others_n


def find_disparities(tables: Sequence[Table]) -> list[Disparity]:
    """The differences to show, most surprising first (ties by subject and group).

    Each group with 20 cases is tested against everyone else, if those are 20 too: two-sided
    Fisher, with a share of 10 % of those believed allowed to be false over all tables together.
    Only then are differences under ten points left out.
    """
    tested = sorted(
        (one for table in tables for one in _tests(table)),
        key=lambda one: (one.p, one.subject, one.group),
    )
    believed = benjamini_hochberg([one.p for one in tested], FALSE_SHARE)
    return [
        one
        for one, is_believed in zip(tested, believed, strict=True)
        if is_believed and at_least(abs(one.difference), DIFFERENCE_MIN)
    ]


def _tests(table: Table) -> Iterator[Disparity]:
    groups = {name: pair for name, pair in table.groups.items() if pair[1] > 0}
    all_x = sum(x for x, _ in groups.values())
    all_n = sum(n for _, n in groups.values())
    names = sorted(groups)
    if len(names) == 2:  # either against the other is the same test: name the smaller group
        names = [min(names, key=lambda name: (groups[name][1], name))]
    for name in names:
        x, n = groups[name]
        if n >= SIDE_MIN and all_n - n >= SIDE_MIN:
            p = fisher(x, n, all_x - x, all_n - n)
            yield Disparity(table.subject, name, x, n, all_x - x, all_n - n, p)
