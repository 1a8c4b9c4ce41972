"""The page that warns of personal data before words are kept, wherever residents write some."""

from __future__ import annotations

import re
from collections.abc import Sequence

from portal.domain.personal_data import DataKind, Finding


def warning_of(text: str, findings: Sequence[Finding]) -> dict[str, object]:
    """What macros/personal_data.html shows: the kinds that were found, and the text in parts.

    Each part comes with whether it was found; line ends stand alone.
    """
    return {
        "kinds": [kind for kind in DataKind if any(found.kind is kind for found in findings)],
        "parts_of_text": _parts(text, findings),
    }


def _parts(text: str, findings: Sequence[Finding]) -> list[tuple[str, bool]]:
    parts: list[tuple[str, bool]] = []
    at = 0
    for found in findings:
        parts += [*_lines(text[at : found.start]), (text[found.start : found.end], True)]
        at = found.end
    return [*parts, *_lines(text[at:])]


def _lines(text: str) -> list[tuple[str, bool]]:
    return [(part, False) for part in re.split("(\n)", text) if part]
