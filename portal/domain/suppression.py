"""Hiding small counts in published tables, METHOD.md A.2, so that none follows by subtraction."""

from __future__ import annotations

from collections.abc import Collection, Mapping

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


def _smallest_open(shown: Mapping[str, int | None]) -> list[str]:
    open_cells = [(n, name) for name, n in shown.items() if n]
    return [min(open_cells)[1]] if open_cells else []
