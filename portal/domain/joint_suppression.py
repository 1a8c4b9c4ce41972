"""Hiding cells of one table so that nothing hidden in others follows from it (SECURITY.md T4).

The city's table is the sum of the services'; the replies to a service's answers add up to the
verdicts of its quarters. Whoever subtracts the shown cells of one side from the other knows how
much is hidden in each column. Hidden cells then can only trade places along closed walks through
rows and columns, and how far they can is a flow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from portal.domain.flows import WITHOUT_END, Arcs, Node, flow
from portal.domain.suppression import K, suppress, suppress_parts, suppress_rows

WIDE = 5
"""Of every hidden cell the published tables together leave at least so much open."""
Table = Mapping[str, int]
Shown = dict[str, int | None]
Parts = Sequence[Collection[str]]


@dataclass(frozen=True)
class _Row:
    """Hidden cells of which the sum is known; `is_less` when columns lose what they gain."""

    cells: Table
    is_less: bool = False


@dataclass(frozen=True)
class _Network:
    """Rows of hidden cells, the sums of whose columns are known as well."""

    rows: Sequence[_Row]

    def list_exposed(self) -> Iterator[tuple[_Row, str, int]]:
        """The hidden cells that are known better than to WIDE people, with the least they can be.

        Of fewer people than that together nothing can be known worse than how many they are.
        """
        for place, row in enumerate(self.rows):
            wide = min(WIDE, sum(row.cells.values()))
            for name, n in row.cells.items():
                more, fewer = self._span(place, name)
                if more + fewer < wide:
                    yield row, name, n - fewer

    def _span(self, place: int, name: str) -> tuple[int, int]:
        """How many more, and how many fewer, a cell may be; of no interest beyond WIDE together."""
        row = self.rows[place]
        ends: tuple[Node, Node] = ("row", place), ("column", name)
        start, end = ends[::-1] if row.is_less else ends
        more = flow(self._arcs(place, name), start, end, WIDE)
        fewer = flow(self._arcs(place, name), end, start, WIDE - more)
        return more, min(fewer, row.cells[name])

    def _arcs(self, without: int, name_without: str) -> Arcs:
        """From a row to a column as much as its cells can give, back as much as one likes."""
        arcs: Arcs = {}
        for place, row in enumerate(self.rows):
            for name, n in row.cells.items():
                if (place, name) != (without, name_without):
                    ends: tuple[Node, Node] = ("row", place), ("column", name)
                    start, end = ends[::-1] if row.is_less else ends
                    arcs.setdefault(start, {})[end] = arcs.get(start, {}).get(end, 0) + n
                    arcs.setdefault(end, {})[start] = WITHOUT_END
        return arcs


def suppress_sum(tables: Sequence[Table], k: int = K, *, parts: Parts = ()) -> Shown:
    """The sum of these tables as it may be published beside each of them, hidden cells as None.

    Each of them, and the sum, is published as `suppress_parts` has it with these parts.
    """
    whole = _add(tables)
    rows = [row for table in tables for row in _rows(table, suppress_parts(table, parts, k), parts)]
    shown = suppress_parts(whole, parts, k)
    while (column := _find_telling_column(rows, whole, shown, k, parts)) is not None:
        hidden = {column, *_hidden(shown)}
        shown = suppress_parts(whole, parts, k, also=hidden) | dict.fromkeys(hidden)
    return _open_zeros(whole, shown)


def _find_telling_column(
    rows: Sequence[_Row], whole: Table, shown: Shown, k: int, parts: Parts
) -> str | None:
    """A cell of the sum to be hidden next; None when all are safe, or nothing helps."""
    in_rows = _add([row.cells for row in rows])
    sums = [
        _Row({name: in_rows[name] for name in _hidden(shown) if name in part and name in in_rows},
             is_less=True)
        for part in parts or [whole]
    ]  # fmt: skip
    for row, name, _least in _Network([*rows, *sums]).list_exposed():
        if not row.is_less and shown[name] is not None:
            return name
        if not row.is_less or whole[name] < k:  # a sum of ten people may be known
            return _smallest_open(row, rows, shown)
    return None


def _add(tables: Sequence[Table]) -> dict[str, int]:
    whole: dict[str, int] = {}
    for table in tables:
        for name, n in table.items():
            whole[name] = whole.get(name, 0) + n
    return whole


def _rows(table: Table, shown: Shown, parts: Parts, *, is_less: bool = False) -> Iterator[_Row]:
    """What a table hides, by the parts of which the sum is known; one hidden cell is known."""
    for part in parts or [table]:
        cells = {name: table[name] for name in _hidden(shown) if name in part}
        if len(cells) > 1:
            yield _Row(cells, is_less)


def _smallest_open(row: _Row, rows: Sequence[_Row], shown: Shown) -> str | None:
    """The column that tells least by staying open: one of the row's, else of any hidden cell."""
    for candidates in (row.cells, {name for one in rows for name in one.cells}):
        counts = [(n, name) for name in candidates if (n := shown[name]) is not None]
        if counts:
            return min(counts)[1]
    return None


def _hidden(shown: Shown) -> list[str]:
    return [name for name, n in shown.items() if n is None]


def _open_zeros(table: Table, shown: Shown) -> Shown:
    """Nothing but zeros is hidden to no end: the total says so."""
    return shown if any(table[name] for name in _hidden(shown)) else dict(table)


def suppress_beside(
    rows: Sequence[Table], others: Sequence[Table], k: int = K, *, parts: Parts = ()
) -> list[Shown]:
    """Rows whose columns add up to those of other tables, hidden cells as None.

    The others are published as `suppress_parts` has it with these parts, or not at all while they
    are of fewer than `k` people. How many are in a part of all rows together is known as well.
    """
    shown = suppress_rows(rows, k)
    for part in parts:
        if 0 < sum(row.get(name, 0) for row in rows for name in part) < k:
            for row in shown:  # not even zeros, as in a table
                row.update(dict.fromkeys(name for name in part if name in row))
    seen = [row for table in others for row in _rows(table, _shown(table, parts, k), parts,
                                                     is_less=True)]  # fmt: skip
    while (cell := _find_telling(rows, shown, seen, k, parts)) is not None:
        place, name = cell
        hidden = {name, *_hidden(shown[place])}
        shown[place] = suppress(rows[place], k, also=hidden) | dict.fromkeys(hidden)
    return [
        _open_zeros(row, cells) if sum(row.values()) >= k else cells
        for row, cells in zip(rows, shown, strict=True)
    ]


def _find_telling(
    rows: Sequence[Table], shown: Sequence[Shown], seen: Sequence[_Row], k: int, parts: Parts
) -> tuple[int, str] | None:
    """A cell to be hidden next; None when all hidden ones are safe, or nothing helps."""
    network = _Network([*_together(rows, shown, k), *seen])
    exposed = (name for _row, name, least in network.list_exposed() if least < k)
    found = (_next_to_hide(rows, shown, name, parts) for name in exposed)
    return next((cell for cell in found if cell is not None), None)


def _shown(table: Table, parts: Parts, k: int) -> Shown:
    return dict.fromkeys(table) if sum(table.values()) < k else suppress_parts(table, parts, k)


def _together(rows: Sequence[Table], shown: Sequence[Shown], k: int) -> Iterator[_Row]:
    """What each row hides; those of which not even the sum is known are one."""
    small = [row for row in rows if sum(row.values()) < k]
    if small:
        yield _Row(_add(small))
    for row, cells in zip(rows, shown, strict=True):
        if sum(row.values()) >= k:
            yield from _rows(row, cells, ())


def _next_to_hide(
    rows: Sequence[Table], shown: Sequence[Shown], exposed: str, parts: Parts
) -> tuple[int, str] | None:
    """The open cell that tells least by being hidden: of the exposed one's column, else of any.

    Zeros too, where their row hides others. None where nothing helps: a column that is a part of
    its own, and all in one row, is known.
    """
    open_cells = [
        (n, place, name)
        for place, row in enumerate(shown)
        for name, n in row.items()
        if n or (n == 0 and None in row.values())
    ]
    there = [cell for cell in open_cells if cell[2] == exposed]
    hidden = [
        row
        for row, cells in zip(rows, shown, strict=True)
        if any(row.values()) and cells.get(exposed, 0) is None
    ]
    if not there and len(hidden) < 2 and any(list(part) == [exposed] for part in parts):
        return None
    found = min(there or open_cells, default=None)
    return None if found is None else found[1:]
