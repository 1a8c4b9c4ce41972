"""Making evidence coarse before it is judged, METHOD.md A.3, so that it can also be published.

No breakdown of a service's evidence then shows a group that is small enough to point at people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.domain.evidence_shape import FOR_INFORMATION, GROUPS, SHARES
from portal.domain.parity import POOL
from portal.domain.statistics import SMALL_CELL, Cell, merge_cells

SMALL_GROUP = 20
REACH_STEP = 10
"""People are counted in tens, and fewer than ten are written as nine."""


def coarsen(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """The evidence with every breakdown made coarse; other keys stay as they are. Idempotent."""
    coarse = dict(evidence)
    for name in (*GROUPS, FOR_INFORMATION):
        if name in coarse:
            coarse[name] = coarsen_groups(coarse[name])
    for name in SHARES:
        if name in coarse and "cells" in coarse[name]:
            coarse[name] = {**coarse[name], "cells": coarsen_cells(coarse[name]["cells"])}
    if "reach" in coarse:
        coarse["reach"] = coarsen_reach(coarse["reach"])
    return coarse


def coarsen_groups(groups: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    """{group: [x, n]} with groups under 20 pooled, and others joining while the pool is small."""
    occurring = {name: [x, n] for name, (x, n) in groups.items() if n > 0}
    kept = {name: pair for name, pair in occurring.items() if name != POOL}
    x, n = occurring.get(POOL, [0, 0])
    joining = [name for name, (_, size) in kept.items() if size < SMALL_GROUP]
    while joining or (0 < n < SMALL_GROUP and kept):
        for name in joining or [min(kept, key=lambda name: (kept[name][1], name))]:
            more_x, more_n = kept.pop(name)
            x, n = x + more_x, n + more_n
        joining = []
    return {**kept, POOL: [x, n]} if n else kept


def coarsen_cells(cells: Sequence[Sequence[float]]) -> list[list[float]]:
    """[x, n, population share] per language, with cells under 10 as one, last in the list."""
    given = [Cell(int(x), int(n), share) for x, n, share in cells]
    kept = [cell for cell in given if cell.n >= SMALL_CELL]
    small = [cell for cell in given if cell.n < SMALL_CELL]
    if not small:
        return [list(cell) for cell in kept]
    pool = merge_cells(small)
    while 0 < pool.n < SMALL_CELL and kept:
        smallest = min(kept, key=lambda cell: cell.n)
        kept.remove(smallest)
        pool = merge_cells([pool, smallest])
    return [list(cell) for cell in (*kept, pool)]


def coarsen_reach(reach: Mapping[str, Any]) -> dict[str, Any]:
    """All people in tens; those of one language exactly from ten on, 1 to 9 as 9, none as 0."""
    by_language = {
        language: [people if people == 0 else max(people, REACH_STEP - 1), share]
        for language, (people, share) in reach["by_language"].items()
    }
    return {"n": reach["n"] // REACH_STEP * REACH_STEP, "by_language": by_language}
