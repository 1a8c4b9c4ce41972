"""Counting a service's ratings and cases by month, by the statements of `month_statements`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from portal.assess.month_statements import TOLD_DAYS, cases_by, ratings_by, touched_months
from portal.domain.loop import RETELL_DAYS
from portal.domain.monthly import (
    BREAKDOWNS,
    LOOP_COUNTS,
    OWN_COUNTS,
    QUESTIONS,
    WAITS,
    Counts,
    month_from_number,
    month_number,
    no_counts,
)


class Cell(NamedTuple):
    """Which figures: of a month, an instrument, and a group (empty for everybody)."""

    month_on: date
    instrument: str
    breakdown: str
    value: str


def count_months(
    session: Session, service_id: int, months: Sequence[date], today: date
) -> dict[Cell, Counts]:
    """The figures of these months (their first days) as they are known today."""
    found: dict[Cell, Counts] = {}
    for begin, end in _stretches(months):
        asked = {
            "service_id": service_id,
            "begin": begin,
            "end": end,
            "today": today,
            "old_enough": today - timedelta(days=TOLD_DAYS),
            "may_be_retold": today - timedelta(days=RETELL_DAYS),
        }
        for breakdown in BREAKDOWNS:
            for statement in (ratings_by(breakdown), cases_by(breakdown)):
                for row in session.execute(statement, asked).mappings():
                    cell = Cell(
                        month_from_number(int(row["month"])),  # PostgreSQL extracts decimals
                        row["instrument"],
                        breakdown,
                        row.get("value", ""),
                    )
                    found.setdefault(cell, no_counts()).update(_counts(row))
    return found


def list_touched_months(
    session: Session, service_id: int, after_event: int, after_submission: int
) -> list[date]:
    """The months whose figures anything newer than these two ids may change."""
    asked = {
        "service_id": service_id,
        "after_event": after_event,
        "after_submission": after_submission,
    }
    numbers = {
        int(number)
        for statement in touched_months()
        for number in session.scalars(statement, asked)
    }
    return [month_from_number(number) for number in sorted(numbers)]


def _stretches(months: Sequence[date]) -> Iterator[tuple[date, date]]:
    """(first day, day after the last) of every run of months that follow each other."""
    numbers = sorted({month_number(month) for month in months})
    for place, number in enumerate(numbers):
        if place and numbers[place - 1] == number - 1:
            continue
        last = number
        while last + 1 in numbers:
            last += 1
        yield month_from_number(number), month_from_number(last + 1)


def _counts(row: RowMapping) -> Counts:
    if "ratings" not in row:
        own = {name: row[name] for name in OWN_COUNTS} if row["own"] else {}
        waits = {"waits": [row[wait] for wait in WAITS]}
        return {name: row[name] for name in LOOP_COUNTS} | waits | own
    return {
        "ratings": row["ratings"],
        "q0": [row[f"q0_{answer}"] for answer in range(1, 6)],
        **{q: [row[f"{q}_{answer}"] for answer in range(6)] for q in QUESTIONS},
    }
