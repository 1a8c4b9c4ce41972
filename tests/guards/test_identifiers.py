"""Numbers of cases, answers and mails are names: whoever copies one must be able to look for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import portal

PACKAGE = Path(portal.__path__[0])
_IN_TEMPLATES = re.compile(r"\b(?:id|[a-z]+_id)\s*\|\s*number\b")
_IN_CODE = re.compile(r"(?<!_)\bnumber\([a-z_.]*(?:\bid|_id)\b")


@pytest.mark.parametrize(
    ("files", "written_as_amount", "example"),
    [
        ("*.html", _IN_TEMPLATES, "{{ case.id|number }}"),
        ("*.txt", _IN_TEMPLATES, "{{ row.submission_id | number }}"),
        ("*.py", _IN_CODE, "n=number(item.id or 0)"),
    ],
)
def test_no_page_writes_an_identifier_with_thousands_marks(
    files: str, written_as_amount: re.Pattern[str], example: str
) -> None:
    assert written_as_amount.search(example)
    found = [
        f"{path.relative_to(PACKAGE)}: {hit[0]}"
        for path in sorted(PACKAGE.rglob(files))
        for hit in written_as_amount.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found, found
