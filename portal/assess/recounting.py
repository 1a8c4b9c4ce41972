"""Figures counted once more for `portal check`, and compared with those that are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.assess.monthly import KEPT_FRESH
from portal.assess.queries_months import Cell, count_months, list_touched_months
from portal.domain.monthly import Counts, months_until
from portal.models.appraisals import MonthlyFigure
from portal.models.assessments import Assessment
from portal.models.services import Service

_NEWEST = "due_people"  # months without it were counted when less was


def check_months(session: Session) -> Iterator[str]:
    """Every month is as it is counted again, as of the day on which it was counted last.

    Left out are months that have had news since: the next assessment counts them anew.
    """
    for slug, row in session.execute(_newest_assessments()):
        kept = {
            Cell(figure.month_on, figure.instrument, figure.breakdown, figure.value): figure.counts
            for figure in session.scalars(
                select(MonthlyFigure).where(MonthlyFigure.service_id == row.service_id)
            )
        }
        touched = list_touched_months(
            session, row.service_id, row.last_event_id, row.last_submission_id
        )
        fresh = set(months_until(row.as_of, KEPT_FRESH))
        months = (fresh | {cell.month_on for cell in kept}) - set(touched)
        counted = count_months(session, row.service_id, sorted(months), row.as_of)
        kept = {cell: counts for cell, counts in kept.items() if cell.month_on in months}
        for month in sorted(_find_differences(kept, counted, fresh)):
            yield f"the figures of {slug} of {month:%Y-%m} are not those of its records"
    yield from _check_strays(session)


def _newest_assessments() -> Select[str, Assessment]:
    newest = (
        select(Assessment.service_id, func.max(Assessment.as_of).label("as_of"))
        .group_by(Assessment.service_id)
        .subquery()
    )
    return (
        select(Service.slug, Assessment)
        .join(Service, Service.id == Assessment.service_id)
        .join(
            newest,
            (newest.c.service_id == Assessment.service_id) & (newest.c.as_of == Assessment.as_of),
        )
        .order_by(Service.slug)
    )


def _find_differences(
    kept: Mapping[Cell, Counts], counted: Mapping[Cell, Counts], fresh: set[date]
) -> set[date]:
    """Months that differ; of those counted before there was all of it, what they have."""
    return {
        cell.month_on
        for cell in kept.keys() | counted.keys()
        if not _is_same(kept.get(cell), counted.get(cell), is_whole=cell.month_on in fresh)
    }


def _is_same(kept: Counts | None, counted: Counts | None, *, is_whole: bool) -> bool:
    if kept is None or counted is None or (is_whole and _NEWEST in kept):
        return kept == counted
    return bool(kept) and all(counted[name] == kept[name] for name in kept.keys() & counted.keys())


def _check_strays(session: Session) -> Iterator[str]:
    assessed = select(Assessment.service_id)
    alone = select(func.count()).where(MonthlyFigure.service_id.not_in(assessed))
    if count := session.scalar(alone):
        yield f"{count} monthly figures are of services that nobody has assessed"


RECOUNTS = (("monthly figures against the records", check_months),)
