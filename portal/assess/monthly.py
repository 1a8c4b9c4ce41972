"""Monthly figures: what trends are drawn from, refreshed with every assessment.

THE KEYS of `MonthlyFigure.counts`, all whole numbers or lists of them:

- `ratings`: people who rated, each with their last rating of the month;
- `q0`: how many of them answered 1, 2, 3, 4, 5;
- `q1` … `q6`: how many of them answered 0 (don't know), 1, 2, 3, 4, 5; who skipped it is in none;
- `cases`: cases received in the month, praise too, at most the first three of a person;
- `due`: those of them, praise left out, that are at least 30 days old;
- `due_people`: the people who sent those;
- `told30`: those of `due` that were told within 30 days (METHOD.md A: undone by a dispute that was
  left unanswered for 30 days);
- `told`: cases of the month, praise left out, told until now;
- `waits`: the same cases by the days until they were told: up to 7, 30, 90, more, not told yet;
- `own`: cases of the month, praise left out, that the city meant to answer by a day of its own
  (decision 59); `own_due`: those whose day has passed; `own_met`: those of them told by then. These
  three are missing where there is no such case;
- `yes`, `partly`, `no`: people by what they said about the answer, each with the last of their
  cases that they said it of, praise left out.

Everything is by the month in which it was *received*, so that a month's figures are of the same
cases whenever one looks. Excluded cases and ratings, and quarantined ratings, are in none. Groups
without a name (no district given) are in no row of their breakdown.

METHOD.md counts a person once in 90 days, which no month can know of another: within a month it
is the newest rating and the first three cases, as there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.assess.queries_months import Cell, count_months, list_touched_months
from portal.domain.monthly import Counts, months_until
from portal.models.appraisals import MonthlyFigure
from portal.models.assessments import Assessment

KEPT_FRESH = 25
"""Months that are counted again every day: two years, and the one that has not ended."""


@dataclass(frozen=True)
class CountedMonths:
    """The figures of some months of a service, counted and not yet kept."""

    service_id: int
    months: Sequence[date]
    figures: Mapping[Cell, Counts]


def count_news(session: Session, service_id: int, today: date) -> CountedMonths:
    """The months that have news since today's assessment; before it, all that are kept fresh."""
    known = session.execute(
        select(Assessment.last_event_id, Assessment.last_submission_id).where(
            Assessment.service_id == service_id, Assessment.as_of == today
        )
    ).first()
    months = (
        months_until(today, KEPT_FRESH)
        if known is None
        else list_touched_months(session, service_id, known.last_event_id, known.last_submission_id)
    )
    return CountedMonths(service_id, months, count_months(session, service_id, months, today))


def keep_months(session: Session, counted: CountedMonths) -> None:
    """Store the figures; only rows that have changed are written. The caller holds the service."""
    months = list(counted.months)
    rows = session.scalars(
        select(MonthlyFigure).where(
            MonthlyFigure.service_id == counted.service_id, MonthlyFigure.month_on.in_(months)
        )
    )
    new = dict(counted.figures)
    for row in rows:
        counts = new.pop(Cell(row.month_on, row.instrument, row.breakdown, row.value), None)
        if counts is None:
            session.delete(row)
        elif counts != row.counts:
            row.counts = counts
    session.flush()
    if new:
        session.execute(
            insert(MonthlyFigure),
            [
                {"service_id": counted.service_id, **cell._asdict(), "counts": counts}
                for cell, counts in new.items()
            ],
        )
