"""From when to when something is open: a language of a service, a channel.

A span begins on `opened_on`; `closed_on` is the first day on which it no longer holds. What has
held is a record (METHOD.md counts with it), so only today and later days can be changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True)
class Span:
    """One span, open at its end where nobody has closed it."""

    opened_on: date
    closed_on: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it is open on this day."""
        return self.opened_on <= day and (self.closed_on is None or day < self.closed_on)


def is_open(spans: Sequence[Span], day: date) -> bool:
    """Whether any of them is open on this day."""
    return any(span.holds(day) for span in spans)


def open_from(spans: Sequence[Span], day: date, today: date) -> list[Span]:
    """The spans, open from `day` on for good. Raises ValueError for a day that has passed.

    What was to be closed from that day on stays open instead; a later opening comes earlier.
    """
    _require_ahead(day, today)
    kept = [span for span in spans if span.opened_on < day]
    last = max(kept, key=lambda span: span.opened_on, default=None)
    if last is not None and (last.closed_on is None or last.closed_on >= day):
        return [*(span for span in kept if span != last), replace(last, closed_on=None)]
    return [*kept, Span(day)]


def close_from(spans: Sequence[Span], day: date, today: date) -> list[Span]:
    """The spans, closed from `day` on for good. Raises ValueError for a day that has passed."""
    _require_ahead(day, today)
    return [
        replace(span, closed_on=day) if span.closed_on is None or span.closed_on > day else span
        for span in spans
        if span.opened_on < day
    ]


def _require_ahead(day: date, today: date) -> None:
    if day < today:
        raise ValueError("this day has passed")
