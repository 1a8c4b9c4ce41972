"""All that a city publishes as equations over what is hidden, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from flask.testing import FlaskClient

from tests.support.linear import Equation, ranges

WIDE = 5
K = 10
VERDICTS = ("yes", "partly", "no")
PARTS = {
    "verdicts": (("yes", "partly"), ("no",)),
    **{f"q{number}": (("4", "5"), ("1", "2", "3"), ("0",)) for number in range(1, 6)},
}
"""The parts of a table of which evidence says how many they hold together."""
Cell = tuple[str, int | None]
"""A cell's name, and what it shows; None where that is hidden."""
Published = dict[str, Any]


class Attack:
    """What somebody knows who has read everything that is published about some services.

    `given` are the equations that are published on purpose: how many people are in a table and,
    by the evidence, in its parts. `within` names for hidden cells the sums that hold them (sets of
    sums that do so together): where these are given to be few, a cell is known to be no more.
    """

    def __init__(
        self, client: FlaskClient, services: Sequence[str], quarters: Mapping[date, date]
    ) -> None:
        """Read it, results first; `quarters` are all there were, with their appraisals' days."""
        self.client, self.services = client, services
        self.quarters = {str(quarter): str(day) for quarter, day in quarters.items()}
        self.equations: list[Equation] = []
        self.hidden: set[str] = set()
        self.given: list[Equation] = []
        self.within: dict[str, list[list[str]]] = {}
        self.tables: dict[tuple[str, str, str], Published] = {}
        for service in services:
            for result in self.get(f"services/{service}/results")["results"]:
                self.read_service(service, result)
        for service in services:
            self.read_evidence(service)
            self.read_replies(service)
        for result in self.get("results")["results"]:
            self.read_city(result)

    def get(self, path: str) -> Published:
        found: Published = self.client.get(f"/api/v1/{path}").get_json()
        return found

    def say(
        self,
        added: Iterable[Cell],
        total: int,
        less: Iterable[Cell] = (),
        *,
        is_given: bool = False,
    ) -> None:
        """These cells, and without those, are so many people."""
        signed = [(1, cell) for cell in added] + [(-1, cell) for cell in less]
        factors = {name: sign for sign, (name, n) in signed if n is None}
        rest = total - sum(sign * n for sign, (_name, n) in signed if n is not None)
        assert factors or not rest, "what is published contradicts itself"
        if factors:
            sign = -1 if rest < 0 else 1  # the solver wants sums that are not below 0
            equation = ({name: sign * n for name, n in factors.items()}, sign * rest)
            self.equations.append(equation)
            self.given += [equation] if is_given else []

    def bound(self, cells: Sequence[Cell], label: str) -> str:
        """A name for the sum of these cells."""
        label = f"sum {label}"
        self.say(cells, 0, [(label, None)], is_given=True)
        return label

    def cells(self, owner: str, quarter: str, table: str, names: Iterable[str]) -> list[Cell]:
        """Cells of a table; nothing is shown of one of fewer than ten people."""
        shown = self.tables.get((owner, quarter, table), {"cells": {}})["cells"]
        return [(f"{owner} {quarter} {table} {name}", shown.get(name)) for name in names]

    def read_service(self, service: str, result: Published) -> None:
        for name, table in tables_of(result):
            self.tables[service, result["quarter"], name] = table
            cells = self.cells(service, result["quarter"], name, table["cells"])
            self.say(cells, table["n"], is_given=True)
            self.hidden |= {cell for cell, n in cells if n is None}
            for part in PARTS.get(name, ()):
                held = self.cells(service, result["quarter"], name, part)
                label = self.bound(held, f"{service} {result['quarter']} {name} {'+'.join(part)}")
                self.within |= {cell: [[label]] for cell, _n in held}

    def read_city(self, result: Published) -> None:
        """The city's cells are the sums of the services', and of those that show nothing."""
        quarter = result["quarter"]
        for name, table in tables_of(result):
            self.tables["city", quarter, name] = table
            rows = [
                service
                for service in self.services
                if self.tables.get((service, quarter, name), {"n": 0})["n"]
            ]
            others = [(f"others {quarter} {name} {cell}", None) for cell in table["cells"]]
            self.say(others, table["n"] - sum(self.tables[s, quarter, name]["n"] for s in rows))
            cells = self.cells("city", quarter, name, table["cells"])
            self.hidden |= {cell for cell, n in cells if n is None}
            for place, (cell, city) in enumerate(zip(table["cells"], cells, strict=True)):
                parts = [
                    self.cells(service, quarter, name, [cell])[0]
                    for service in rows
                    if cell in self.tables[service, quarter, name]["cells"]
                ]
                self.say([*parts, others[place]], 0, [city])
                if all(part in self.within for part, n in parts if n is None):
                    held = [self.within[part][0][0] for part, n in parts if n is None]
                    self.within[city[0]] = [held]

    def read_evidence(self, service: str) -> None:
        """What appraisals say of parts: of the quarter, and of everything until then.

        Nothing leaves their window yet: what was so at the appraisal before is the difference.
        """
        past: list[str] = []
        for quarter, day in self.quarters.items():
            evidence = self.get(f"services/{service}/level/{day}")["evidence"]
            past.append(quarter)
            for table, parts in PARTS.items():
                share = evidence["confirmed" if table == "verdicts" else table]
                high, n = share.get("recent", [0, 0])
                if n:
                    self.say_parts(service, [quarter], table, [high, n - high])
                if share["n"]:
                    sums = [share["x"], share["n"] - share["x"], share.get("dk", 0)]
                    self.say_parts(service, past, table, sums[: len(parts)])

    def say_parts(
        self, service: str, quarters: Sequence[str], table: str, sums: Sequence[int]
    ) -> None:
        """So many people are in the parts of a table, of so many quarters together."""
        for part, total in zip(PARTS[table], sums, strict=False):
            rows = [self.cells(service, quarter, table, part) for quarter in quarters]
            self.say([cell for row in rows for cell in row], total, is_given=True)

    def read_replies(self, service: str) -> None:
        """Replies to all answers of a service are the verdicts of all its quarters."""
        found = self.get(f"responses?service={service}&limit=200")["responses"]
        rows = []
        for response in found:
            table = response["replies"]
            cells = {v: table["cells"].get(v) if table and table["n"] else None for v in VERDICTS}
            row = [(f"response {response['id']} {verdict}", n) for verdict, n in cells.items()]
            rows.append(row)
            self.hidden |= {cell for cell, n in row if n is None}
            if table and table["n"]:
                self.say(row, table["n"], is_given=True)
            else:
                self.say([*row, (f"room response {response['id']}", None)], K - 1)
        for quarter in self.quarters:
            if not self.tables.get((service, quarter, "verdicts"), {"n": 0})["n"]:
                few = self.cells(service, quarter, "verdicts", VERDICTS)
                self.hidden |= {cell for cell, _n in few}
                self.say([*few, (f"room {service} {quarter}", None)], K - 1, is_given=True)
                label = self.bound(few[:2], f"{service} {quarter} verdicts yes+partly")
                self.within |= {cell: [[label]] for cell, _n in few[:2]}
        replied: list[Cell] = []
        own = [self.bound(row, f"{row[0][0]} and its row") for row in rows]
        others = [
            self.bound([cell for one in rows if one is not row for cell in one],
                       f"{row[0][0]} and its row's others")
            for row in rows
        ]  # fmt: skip
        for place, verdict in enumerate(VERDICTS):
            times = [self.cells(service, q, "verdicts", [verdict])[0] for q in self.quarters]
            replied += times
            self.say([row[place] for row in rows], 0, times)
            label = self.bound(times, f"{service} {verdict}")
            for number, row in enumerate(rows):
                self.within[row[place][0]] = [[label], [own[number]], [others[number]]]
        self.say([cell for row in rows for cell in row], 0, replied, is_given=True)

    def ranges(self) -> dict[str, tuple[Fraction, Fraction]]:
        """The least and greatest that each hidden cell can be."""
        return ranges(self.equations)

    def exposed(self) -> dict[str, tuple[Fraction, Fraction]]:
        """Hidden cells that may be under ten and are known better than to five people."""
        found, given = self.ranges(), ranges(self.given)
        few = {
            cell: min(sum(given[label][1] for label in labels) for labels in sums)
            for cell, sums in self.within.items()
        }
        return {
            cell: (low, high)
            for cell in sorted(self.hidden)
            for low, high in [found[cell]]
            if low < K and high and not is_given(cell)
            if high - low < min(WIDE, few.get(cell, WIDE))
        }


def is_given(cell: str) -> bool:
    """Whether the cell is a part of its own, so that the evidence itself says it."""
    *_owner, table, name = cell.split()
    return (name,) in PARTS.get(table, ())


def tables_of(result: Published) -> Iterator[tuple[str, Published]]:
    """The tables of people of a quarter; how long the city took is its own record."""
    yield from ((name, result[name]) for name in ("languages", "verdicts"))
    yield from result["questions"].items()
