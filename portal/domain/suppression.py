"""Hiding small counts in published tables, METHOD.md A.2, so that none follows by subtraction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

K = 10
"""Fewest people that a published cell may show."""
HIDDEN_AT_LEAST = 2


def suppress(
    counts: Mapping[str, int | None], k: int = K, *, also: Collection[str] = ()
) -> dict[str, int | None]:
    """The table with hidden cells as None; zeros stay. None on the way in is hidden already.

    A cell under `k` is hidden, and then the smallest others (ties by name) until at least two are
    hidden and they hold at least `k` people together: with the total known, nobody can tell which
    cell holds how many. Managers are shown smaller cells than the public, so `k` may be given.
    `also` names cells that another table asks to hide, whatever they hold (`suppress_sum`).
    """
    shown = dict(counts)
    small = [name for name, n in counts.items() if n and (n < k or name in also)]
    hidden_sum = 0
    while small:
        for name in small:
            hidden_sum += shown[name] or 0
            shown[name] = None
        hidden = sum(n is None for n in shown.values())
        is_enough = hidden >= HIDDEN_AT_LEAST and hidden_sum >= k
        small = [] if is_enough else _smallest_open(shown)
    return shown


def suppress_parts(
    counts: Mapping[str, int],
    parts: Sequence[Collection[str]],
    k: int = K,
    *,
    also: Collection[str] = (),
) -> dict[str, int | None]:
    """The table as it may be published where the sums of these parts of it are known, too.

    What a part hides is hidden among its own cells, as if it were a table of its own; of a part of
    fewer than `k` people not even zeros are shown. A part of one cell is known, whatever is done.
    """
    hidden = {name for part in parts for name in _hidden_in_part(counts, part, k)}
    shown = suppress(counts, k, also={*hidden, *also})
    return {name: None if name in hidden else n for name, n in shown.items()}


def _hidden_in_part(counts: Mapping[str, int], part: Collection[str], k: int) -> Collection[str]:
    cells = {name: counts[name] for name in part if name in counts}
    if 0 < sum(cells.values()) < k and len(cells) > 1:
        return cells
    return [name for name, n in suppress(cells, k).items() if n is None]


def _smallest_open(shown: Mapping[str, int | None]) -> list[str]:
    open_cells = [(n, name) for name, n in shown.items() if n]
    return [min(open_cells)[1]] if open_cells else []


def suppress_rows(rows: Sequence[Mapping[str, int]], k: int = K) -> list[dict[str, int | None]]:
    """Rows of a table whose columns' sums may be known as well as its rows', hidden cells as None.

    Of a row of fewer than `k` people nothing is shown, not even zeros. A column that hides
    anybody hides at least two cells that hold at least `k` people together, as far as there are
    such: else whoever knows its sum knows the cell.
    """
    shown = [_suppress_row(row, k) for row in rows]
    while (cell := _find_telling(rows, shown, k)) is not None:
        place, name = cell
        also = {name, *(one for one, n in shown[place].items() if n is None)}
        shown[place] = suppress(rows[place], k, also=also)
    return shown


def _suppress_row(row: Mapping[str, int], k: int) -> dict[str, int | None]:
    return dict.fromkeys(row) if sum(row.values()) < k else suppress(row, k)


def _find_telling(
    rows: Sequence[Mapping[str, int]], shown: Sequence[Mapping[str, int | None]], k: int
) -> tuple[int, str] | None:
    """The smallest open cell of a column in which too little is hidden; None when all are safe."""
    for name in sorted({name for row in rows for name in row}):
        there = [place for place, row in enumerate(shown) if name in row]
        hidden = [rows[place][name] for place in there if shown[place][name] is None]
        is_enough = not sum(hidden) or (len(hidden) >= HIDDEN_AT_LEAST and sum(hidden) >= k)
        still_open = [(n, place) for place in there if (n := shown[place][name])]
        if not is_enough and still_open:
            return min(still_open)[1], name
    return None
