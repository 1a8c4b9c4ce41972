"""What was looked at when the pages' accessibility was last checked: the basis of the statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class AccessibilityChecks:
    """One passed run of the browser's rounds; the record holds what these looked at, no more."""

    on: date
    tool: str
    standards: tuple[str, ...]  # axe's names of them
    resident_pages: int  # kinds of pages; every one was opened in every language
    staff_pages: int
    languages: tuple[str, ...]
    staff_languages: tuple[str, ...]
    journey_languages: tuple[str, ...]  # by keyboard alone, and without JavaScript
    widths: tuple[int, ...]  # CSS pixels
    text_sizes: tuple[float, ...]  # 1 is the usual size
    colours: tuple[str, ...]  # light, dark, forced
    whole: bool  # every language in every width and colours; else each in colours of its own

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> AccessibilityChecks:
        """The record from its file. Raises TypeError for missing or unknown entries."""
        entries: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()
        }
        return cls(**{**entries, "on": date.fromisoformat(raw["on"])})
