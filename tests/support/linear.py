"""Linear programming in fractions: exact, small, and independent of what it attacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

Equation = tuple[Mapping[str, int], int]
"""({unknown: factor}, what they sum up to); no unknown is below 0."""


def ranges(equations: Sequence[Equation]) -> dict[str, tuple[Fraction, Fraction]]:
    """The least and greatest that each unknown can be. Equations that share none stay apart."""
    found: dict[str, tuple[Fraction, Fraction]] = {}
    for part in _components(equations):
        names = sorted({name for factors, _sum in part for name in factors})
        table, basis = _start(part, names)
        for place, name in enumerate(names):
            low, high = (_maximum(table, basis, len(names), place, sign) for sign in (-1, 1))
            found[name] = (-low, high)
    return found


def _components(equations: Sequence[Equation]) -> list[list[Equation]]:
    parts: list[tuple[set[str], list[Equation]]] = []
    for equation in equations:
        touching = [part for part in parts if part[0] & equation[0].keys()]
        names = set(equation[0]).union(*(part[0] for part in touching))
        rows = [equation, *(row for part in touching for row in part[1])]
        parts = [part for part in parts if part not in touching] + [(names, rows)]
    return [rows for _names, rows in parts]


def _start(
    equations: Sequence[Equation], names: Sequence[str]
) -> tuple[list[list[Fraction]], list[int]]:
    """The simplex method's first phase, with Bland's rule, so that it ends: any solution."""
    count = len(names)
    table = [
        [Fraction(factors.get(name, 0)) for name in names]
        + [Fraction(int(row == other)) for other in range(len(equations))]
        + [Fraction(total)]
        for row, (factors, total) in enumerate(equations)
    ]
    basis = [count + row for row in range(len(equations))]
    goal = [Fraction(0)] * count + [Fraction(-1)] * len(equations)
    assert _improve(table, basis, goal, count + len(equations)) == 0, "no such numbers"
    needed = []
    for row, name in enumerate(basis):
        column = next((c for c in range(count) if table[row][c]), None) if name >= count else name
        if column is None:
            continue  # it follows from the others
        if name >= count:
            _pivot(table, basis, row, column)
        needed.append(row)
    basis = [basis[row] for row in needed]
    return [[*table[row][:count], table[row][-1]] for row in needed], basis


def _maximum(
    table: list[list[Fraction]], basis: list[int], count: int, place: int, sign: int
) -> Fraction:
    """The second phase; leaves table and basis at the solution, where the next one begins."""
    goal = [Fraction(0)] * count
    goal[place] = Fraction(sign)
    return _improve(table, basis, goal, count)


def _improve(
    table: list[list[Fraction]], basis: list[int], goal: Sequence[Fraction], usable: int
) -> Fraction:
    while True:
        column = next((c for c in range(usable) if _gain(table, basis, goal, c) > 0), None)
        if column is None:
            return sum((goal[b] * row[-1] for b, row in zip(basis, table, strict=True)), Fraction())
        limits = [(r[-1] / r[column], basis[i], i) for i, r in enumerate(table) if r[column] > 0]
        assert limits, "without end"
        _pivot(table, basis, min(limits)[2], column)


def _gain(
    table: list[list[Fraction]], basis: list[int], goal: Sequence[Fraction], column: int
) -> Fraction:
    spent = (
        goal[b] * row[column]
        for b, row in zip(basis, table, strict=True)
        if row[column] and goal[b]
    )
    return goal[column] - sum(spent, Fraction())


def _pivot(table: list[list[Fraction]], basis: list[int], row: int, column: int) -> None:
    factor = table[row][column]
    table[row] = [value / factor if value else value for value in table[row]]
    there = [(place, value) for place, value in enumerate(table[row]) if value]
    for other, values in enumerate(table):
        much = values[column]
        if other != row and much:
            for place, value in there:
                values[place] -= much * value
    basis[row] = column
