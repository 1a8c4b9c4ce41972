"""The overview as its reader wants it: searched, filtered, sorted, grouped. All in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from portal.domain.language import fold
from portal.manage.queries.overview import Named, Overview, ServiceLine

LEVELS = ("0", "1", "2", "3", "4", "none")
MAX_SEARCH = 100
_LAST = 9  # where there is no level: after all that have one


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; empty means all."""

    search: str = ""
    level: str = ""
    department: str = ""
    is_doubt: bool = False
    sort: str = "name"
    is_grouped: bool = False

    @classmethod
    def parse(cls, args: Mapping[str, str]) -> Wanted:
        """Whatever makes no sense is left out."""
        level, sort = args.get("level", ""), args.get("sort", "")
        return cls(
            search=args.get("q", "")[:MAX_SEARCH].strip(),
            level=level if level in LEVELS else "",
            department=args.get("department", ""),
            is_doubt=args.get("doubt") == "1",
            sort=sort if sort in SORTS else "name",
            is_grouped=args.get("group") == "1",
        )

    def address(self) -> dict[str, str]:
        """The same as arguments of an address."""
        arguments = {
            "q": self.search,
            "level": self.level,
            "department": self.department,
            "doubt": "1" if self.is_doubt else "",
            "sort": self.sort if self.sort != "name" else "",
            "group": "1" if self.is_grouped else "",
        }
        return {name: value for name, value in arguments.items() if value}


@dataclass(frozen=True)
class Group:
    """Services under one heading; `name` is None where nothing is grouped."""

    name: Named | None
    services: Sequence[ServiceLine]


def narrow(overview: Overview, wanted: Wanted) -> list[ServiceLine]:
    """The services that fit, in the order that was asked for; equal ones by name."""
    words = fold(wanted.search).split()
    fitting = [line for line in overview.services if _fits(line, wanted, words)]
    fitting.sort(key=lambda line: (fold(line.name.text), line.slug))
    return sorted(fitting, key=SORTS[wanted.sort])


def group(services: Sequence[ServiceLine], wanted: Wanted) -> list[Group]:
    """The services under their departments, or all under none."""
    if not wanted.is_grouped:
        return [Group(None, services)]
    by_department = sorted(services, key=_department)
    return [
        Group(lines[0].department, lines)
        for lines in (list(found) for _name, found in groupby(by_department, key=_department))
    ]


def _department(line: ServiceLine) -> tuple[str, str]:
    return fold(line.department.text), line.department_slug


def _fits(line: ServiceLine, wanted: Wanted, words: Sequence[str]) -> bool:
    if wanted.department and line.department_slug != wanted.department:
        return False
    if wanted.level and wanted.level != _level_text(line):
        return False
    if wanted.is_doubt and not line.is_in_doubt:
        return False
    if not words:
        return True
    text = fold(" ".join((*line.names.values(), line.department.text)))
    return all(word in text for word in words)


def _level_text(line: ServiceLine) -> str:
    return str(line.published.level) if line.published else "none"


def _count(name: str) -> Callable[[ServiceLine], int]:
    """Most first; what has not been counted comes last."""
    return lambda line: -getattr(line.today, name, -1)


def _by_change(line: ServiceLine) -> tuple[int, int]:
    """What fell, what rose, the newest first; then what stood still, then what is too new."""
    if line.change is None:
        return _LAST, 0
    newest = -line.change.on.toordinal() if line.change.on else 0
    return ("fell", "rose", "same").index(line.change.kind), newest


SORTS: Mapping[str, Callable[[ServiceLine], Any]] = {
    "name": lambda _line: 0,
    "level": lambda line: line.published.level if line.published else _LAST,
    "today": lambda line: line.today.level if line.today else _LAST,
    "waiting": _count("waiting"),
    "risk": _count("promises_at_risk"),
    "warnings": lambda line: -line.warnings,
    "change": _by_change,
}
