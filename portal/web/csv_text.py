"""Tables as CSV, for spreadsheets and other programs."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

CSV = "text/csv; charset=utf-8"
# A spreadsheet takes a cell that begins so for a formula (OWASP ASVS 5.0, 1.2.10): also with the
# wide signs of Chinese and Korean keyboards, where it is set up for these languages.
_FORMULA_STARTS = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """CSV as in RFC 4180; text that a spreadsheet would compute gets an apostrophe before it."""
    return "".join(csv_lines(columns, rows))


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The same line by line, for tables that no memory should hold at once."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in itertools.chain([columns], rows):
        writer.writerow([_cell(value) for value in row])
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
