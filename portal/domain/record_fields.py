"""Reading the fields of a record from JSON, with every problem collected, not only the first.

A field that cannot be read gives a harmless stand-in, so that reading goes on; the records are
thrown away when there was any problem.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

# date.fromisoformat also takes weeks and dates without hyphens; files mean days.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_STAND_IN_DAY = date.min


class Problems:
    """What is wrong, in the order found, each with the place."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, where: str, what: str) -> None:
        self.found.append(f"{where}: {what}")


class Fields:
    """One record of the file: typed access to its fields, complaints with record and field."""

    def __init__(self, where: str, record: object, problems: Problems) -> None:
        self._problems = problems
        self._record: Mapping[str, Any] = record if isinstance(record, Mapping) else {}
        given = self._record.get("id")
        self._where = where if given is None else f"{where} (id {_shown(given)})"
        self._is_readable = isinstance(record, Mapping)
        if not self._is_readable:
            problems.add(where, f"must be an object, not {_shown(record)}")

    def record_id(self) -> int | str:
        """The id, which is needed: imports are told apart by it."""
        if self._record.get("id") is None:
            self._complain("id", "is missing")
            return 0
        return self.optional_id() or 0

    def optional_id(self) -> int | str | None:
        value = self._record.get("id")
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if isinstance(value, str) and value.strip() and _is_storable(value):
            return value
        self._complain("id", f"{_shown(value)} is neither a number nor a text")
        return None

    def claim_id(self, seen: set[str]) -> None:
        """Complain when another record of the list has this id ("7" and 7 are the same)."""
        value = self._record.get("id")
        if not isinstance(value, int | str):
            return
        if str(value) in seen:
            self._complain("id", "is used twice")
        seen.add(str(value))

    def text(self, name: str) -> str:
        value = self.optional_text(name)
        if value is None and self._record.get(name) is None:
            self._complain(name, "is missing")
        return value or ""

    def optional_text(self, name: str) -> str | None:
        value = self._record.get(name)
        if value is None:
            return None
        if isinstance(value, str) and value.strip() and _is_storable(value):
            return value
        self._complain(name, f"{_shown(value)} is not a text")
        return None

    def day(self, name: str) -> date:
        if self._record.get(name) is None:
            self._complain(name, "is missing")
        return self.optional_day(name) or _STAND_IN_DAY

    def optional_day(self, name: str) -> date | None:
        value = self._record.get(name)
        if value is None:
            return None
        if isinstance(value, str) and _DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        self._complain(name, f"{_shown(value)} is not a date (YYYY-MM-DD)")
        return None

    def choice(self, name: str, choices: Sequence[str]) -> str:
        if self._record.get(name) is None:
            self._complain(name, "is missing")
        return self.optional_choice(name, choices) or choices[0]

    def optional_choice(self, name: str, choices: Sequence[str]) -> str | None:
        value = self._record.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or value not in choices:
            self._complain(name, f"{_shown(value)} is none of {', '.join(choices)}")
            return None
        return value

    def answer(self, name: str, lowest: int) -> int | None:
        """An answer on the five-point scale; None where the question was skipped."""
        value = self._record.get(name)
        if value is None or (_is_whole(value) and lowest <= value <= 5):
            return value
        self._complain(name, f"{_shown(value)} is not an answer from {lowest} to 5")
        return None

    def flag(self, name: str) -> bool:
        value = self._record.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        self._complain(name, f"{_shown(value)} is neither true nor false")
        return False

    def count(self, name: str) -> int:
        value = self._record.get(name, 0)
        if _is_whole(value) and value >= 0:
            return int(value)
        self._complain(name, f"{_shown(value)} is not a count")
        return 0

    def names(self, name: str) -> tuple[str, ...]:
        value = self._record.get(name, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self._complain(name, "must be a list of texts")
        return ()

    def parts(self, name: str) -> dict[str, float]:
        """Parts of a whole by name, each between 0 and 1."""
        value = self._record.get(name) or {}
        if isinstance(value, Mapping) and all(map(_is_part, value.values())):
            return dict(value)
        self._complain(name, "must give each language a number between 0 and 1")
        return {}

    def _complain(self, name: str, what: str) -> None:
        # A record that is no object has been complained of once, which is enough.
        if self._is_readable:
            self._problems.add(f"{self._where}: {name}", what)


def _is_storable(text: str) -> bool:
    """No NUL and no half of a surrogate pair: databases refuse the one, UTF-8 the other."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_part(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and 0 <= value <= 1


def _shown(value: object) -> str:
    """A value in a message: short, on one line."""
    if isinstance(value, Mapping | list):
        return "an object" if isinstance(value, Mapping) else "a list"
    if value is None:
        return "null"
    text = " ".join(str(value).split()) if not isinstance(value, int) or value < 10**9 else "…"
    return repr(text if len(text) <= 40 else text[:39] + "…")
