"""How much can go from one node of a network to another: augmenting paths, shortest first."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from itertools import pairwise

WITHOUT_END = 1 << 40
Node = tuple[str, str | int]
Arcs = dict[Node, dict[Node, int]]
"""How much may go from a node to another; where anything may, there is an arc back as well."""


def flow(arcs: Arcs, start: Node, end: Node, enough: int) -> int:
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
