"""What a page said of the days from which channels and languages are open, as its form sends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from portal.domain.open_spans import Span


def key_of(spans: Sequence[Span]) -> str:
    """A record in one line: the same record always gives the same."""
    return " ".join(
        f"{one.opened_on.isoformat()}/{one.closed_on.isoformat() if one.closed_on else ''}"
        for one in spans
    )


def spans_of(key: str) -> list[Span]:
    """The record in such a line. Raises ValueError for any other line."""
    found = []
    for one in key.split():
        opened_on, _, closed_on = one.partition("/")
        last = date.fromisoformat(closed_on) if closed_on else None
        found.append(Span(date.fromisoformat(opened_on), last))
    return found


def keys_of(records: Mapping[str, Sequence[Span]]) -> str:
    """The records of one kind, by channel or language, in one line."""
    return ";".join(f"{name}={key_of(spans)}" for name, spans in records.items())


def read_of(keys: str | None, name: str) -> str | None:
    """The record of this channel or language in what `keys_of` made; None where there is none."""
    parts = (one.partition("=") for one in (keys or "").split(";"))
    return next((record for known, _is, record in parts if known == name), None)
