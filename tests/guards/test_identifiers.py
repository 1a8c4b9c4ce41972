"""Numbers of cases, answers and mails are names: whoever copies one must be able to look for it."""

from __future__ import annotations

import re
from pathlib import Path

import portal

TEMPLATES = Path(portal.__path__[0]) / "templates"
_WRITTEN_AS_AMOUNT = re.compile(r"\b(?:id|[a-z]+_id)\s*\|\s*number\b")


def test_no_page_writes_an_identifier_with_thousands_marks() -> None:
    assert _WRITTEN_AS_AMOUNT.search("{{ case.id|number }}")
    found = [
        f"{path.relative_to(TEMPLATES)}: {hit[0]}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for hit in _WRITTEN_AS_AMOUNT.finditer(path.read_text())
    ]
    assert not found, found
