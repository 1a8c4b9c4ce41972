"""Suppression, coarsening and quarantine: no table points at a handful of people."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.coarsening import coarsen, coarsen_cells, coarsen_groups, coarsen_reach
from portal.domain.quarantine import is_burst
from portal.domain.suppression import suppress, suppress_rows
from tests.domain.strategies import POPULATION, groups, pairs, reaches, whole_evidence

POOL = "(small groups together)"
tables = st.dictionaries(st.text(max_size=3), st.integers(0, 40), max_size=8)


@given(tables)
def test_no_hidden_cell_can_be_worked_out_from_the_total(counts: dict[str, int]) -> None:
    shown = suppress(counts)
    assert shown.keys() == counts.keys()
    assert all(n is None or n == counts[name] for name, n in shown.items())
    assert all(n is None or n == 0 or n >= 10 for n in shown.values())
    hidden = [counts[name] for name, n in shown.items() if n is None]
    if not hidden:
        return
    rest = sum(counts.values()) - sum(n for n in shown.values() if n)
    assert rest == sum(hidden)
    is_all_hidden = not any(shown.values())
    assert is_all_hidden or (len(hidden) >= 2 and rest >= 10)
    assert 0 not in hidden


@given(tables)
def test_suppressing_again_changes_nothing(counts: dict[str, int]) -> None:
    assert suppress(suppress(counts)) == suppress(counts)


@given(tables)
def test_tables_without_small_cells_are_shown_whole(counts: dict[str, int]) -> None:
    large = {name: n for name, n in counts.items() if n == 0 or n >= 10}
    assert suppress(large) == large


@given(whole_evidence)
def test_coarsening_again_changes_nothing(found: dict[str, Any]) -> None:
    coarse = coarsen(found)
    assert coarsen(coarse) == coarse


@given(groups)
def test_pooling_loses_nobody_and_leaves_no_small_group(found: dict[str, list[int]]) -> None:
    coarse = coarsen_groups(found)
    assert sum(n for _, n in coarse.values()) == sum(n for _, n in found.values())
    assert sum(x for x, _ in coarse.values()) == sum(x for x, _ in found.values())
    if len(coarse) > 1:
        assert all(n >= 20 for _, n in coarse.values())
    assert all(pair == found[name] for name, pair in coarse.items() if name != POOL)


@given(st.lists(pairs(40), min_size=len(POPULATION), max_size=len(POPULATION)))
def test_cells_lose_nobody_and_leave_no_small_cell(found: list[list[int]]) -> None:
    cells = [[*pair, share] for pair, share in zip(found, POPULATION.values(), strict=True)]
    coarse = coarsen_cells(cells)
    for place in (0, 1):
        assert sum(cell[place] for cell in coarse) == sum(cell[place] for cell in cells)
    assert sum(cell[2] for cell in coarse) == pytest.approx(1)
    if len(coarse) > 1:
        assert all(cell[1] == 0 or cell[1] >= 10 for cell in coarse)


@given(reaches)
def test_reach_hides_how_few_people_a_language_has(found: dict[str, Any]) -> None:
    coarse = coarsen_reach(found)
    assert coarse["n"] % 10 == 0
    assert 0 <= found["n"] - coarse["n"] < 10
    for language, (people, share) in coarse["by_language"].items():
        given_people, given_share = found["by_language"][language]
        assert share == given_share
        assert people == (given_people if given_people in {0, *range(9, 401)} else 9)


def test_mixed_pool_joins_the_smallest_others_by_name() -> None:
    found = {"b": [1, 20], "a": [2, 20], "c": [0, 3], "d": [9, 90]}
    assert coarsen_groups(found) == {"b": [1, 20], "d": [9, 90], POOL: [2, 23]}


@pytest.mark.parametrize(
    ("count", "mean", "from_one_prefix", "is_quarantined"),
    [
        (9, 0.0, 1, False),  # never fewer than ten
        (10, 0.0, 1, True),
        (10, 1.0, 2, True),
        (10, 5.0, 2, False),  # a busy service
        (300, 250.0, 20, False),
        (400, 250.0, 20, True),
        (40, 0.1, 40, False),  # a library
        (41, 0.1, 41, True),
        (49, 0.1, 40, False),  # a library and its neighbours
        (60, 0.1, 40, True),  # a library hides no burst from elsewhere
        (60, 0.1, 20, True),
        (41, 60.0, 41, False),
    ],
)
def test_bursts(count: int, mean: float, from_one_prefix: int, is_quarantined: bool) -> None:
    assert is_burst(count, mean, from_one_prefix) is is_quarantined


replies = st.fixed_dictionaries({name: st.integers(0, 30) for name in ("yes", "partly", "no")})


@given(st.lists(replies, max_size=6))
def test_neither_rows_nor_columns_give_a_hidden_cell_away(rows: list[dict[str, int]]) -> None:
    shown = suppress_rows(rows)
    lines = [(row, [seen[name] for name in row]) for row, seen in zip(rows, shown, strict=True)]
    for row, seen in lines:
        assert all(n is None or n == 0 or n >= 10 for n in seen)
        assert sum(row.values()) >= 10 or not any(seen)
    columns = [
        [(row[name], seen[name]) for row, seen in zip(rows, shown, strict=True)]
        for name in ("yes", "partly", "no")
    ]
    for cells in [*columns, *([*zip(row.values(), seen, strict=True)] for row, seen in lines)]:
        hidden = [n for n, seen in cells if seen is None]
        has_open = any(seen for _, seen in cells)
        assert not sum(hidden) or not has_open or (len(hidden) >= 2 and sum(hidden) >= 10)


def test_rows_without_small_cells_are_shown_whole() -> None:
    rows = [{"yes": 12, "partly": 0, "no": 10}, {"yes": 30, "partly": 15, "no": 0}]
    assert suppress_rows(rows) == rows
