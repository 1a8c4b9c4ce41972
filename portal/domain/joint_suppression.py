"""Hiding cells of a sum so that nothing hidden in its parts follows from it (SECURITY.md T4).

Each part (a service) is published with `suppress`; so is their sum (the city). Whoever subtracts
the parts' shown cells from the sum knows how much is hidden in each column. Hidden cells then can
only trade places along closed walks through rows and columns, and how far they can is a flow.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from itertools import pairwise

from portal.domain.suppression import K, suppress

WIDE = 5
"""Of every hidden cell the published tables together leave at least so much open."""
_TOGETHER = ""  # one column for all hidden cells of the sum: no more is known of them
_WITHOUT_END = 1 << 40
Node = tuple[str, str | int]
Arcs = dict[Node, dict[Node, int]]
Table = Mapping[str, int]


def suppress_sum(parts: Sequence[Table], k: int = K) -> dict[str, int | None]:
    """The sum of these tables as it may be published beside each of them, hidden cells as None."""
    whole: dict[str, int] = {}
    for part in parts:
        for name, n in part.items():
            whole[name] = whole.get(name, 0) + n
    hidden = [_hidden(part, k) for part in parts]
    shown = suppress(whole, k)
    while (exposed := _find_exposed(hidden, shown)) is not None:
        also = {exposed, *(name for name, n in shown.items() if n is None)}
        shown = suppress(whole, k, also=also)
    return shown


def _hidden(part: Table, k: int) -> dict[str, int]:
    return {name: part[name] for name, n in suppress(part, k).items() if n is None}


def _find_exposed(hidden: Sequence[Table], shown: Mapping[str, int | None]) -> str | None:
    """A cell of the sum to be hidden next; None when every hidden cell of the parts is safe."""
    for row, cells in enumerate(hidden):
        for name in cells:
            if not _is_wide(hidden, shown, row, name):
                return name if shown[name] is not None else _smallest_open(cells, hidden, shown)
    return None


def _smallest_open(
    cells: Table, hidden: Sequence[Table], shown: Mapping[str, int | None]
) -> str | None:
    """The column that tells least by staying open: one of these cells', else of any hidden one."""
    for candidates in (cells, {name for row in hidden for name in row}):
        counts = [(n, name) for name in candidates if (n := shown[name]) is not None]
        if counts:
            return min(counts)[1]
    return None


def _is_wide(hidden: Sequence[Table], shown: Mapping[str, int | None], row: int, name: str) -> bool:
    own: Node = ("row", row)
    column = _column(shown, name)
    more = _flow(_arcs(hidden, shown, (row, name)), own, column, WIDE)
    fewer = _flow(_arcs(hidden, shown, (row, name)), column, own, WIDE - more)
    return more + min(fewer, hidden[row][name]) >= WIDE


def _column(shown: Mapping[str, int | None], name: str) -> Node:
    return ("column", name if shown[name] is not None else _TOGETHER)


def _arcs(
    hidden: Sequence[Table], shown: Mapping[str, int | None], without: tuple[int, str]
) -> Arcs:
    """From a row to a column as much as its cells can give, back as much as one likes."""
    arcs: Arcs = {}
    for row, cells in enumerate(hidden):
        for name, n in cells.items():
            if (row, name) == without:
                continue
            start: Node = ("row", row)
            end = _column(shown, name)
            arcs.setdefault(start, {})[end] = arcs.get(start, {}).get(end, 0) + n
            arcs.setdefault(end, {})[start] = _WITHOUT_END
    return arcs


def _flow(arcs: Arcs, start: Node, end: Node, enough: int) -> int:
    """How much can go from one node to another, as far as is of interest. Uses the arcs up."""
    found = 0
    while found < enough:
        way = _find_way(arcs, start, end)
        if way is None:
            return found
        steps = list(pairwise(way))
        amount = min(enough - found, *(arcs[a][b] for a, b in steps))
        for a, b in steps:
            arcs[a][b] -= amount
            arcs[b][a] += amount
        found += amount
    return found


def _find_way(arcs: Arcs, start: Node, end: Node) -> list[Node] | None:
    came_from: dict[Node, Node] = {start: start}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for following, room in arcs.get(node, {}).items():
            if room and following not in came_from:
                came_from[following] = node
                if following == end:
                    return _trace(came_from, end)
                waiting.append(following)
    return None


def _trace(came_from: Mapping[Node, Node], end: Node) -> list[Node]:
    way = [end]
    while came_from[way[-1]] != way[-1]:
        way.append(came_from[way[-1]])
    return way[::-1]
