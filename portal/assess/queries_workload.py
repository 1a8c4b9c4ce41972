"""What waits for a department: counted with the assessment, so that overviews never count cases."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import ColumnElement, Label, and_, select
from sqlalchemy.orm import Session

from portal.domain.loop import PROMISES
from portal.domain.what_if import IN_TIME
from portal.store.evidence.known_cases import cases_known_on
from portal.store.evidence.records import open_cases
from portal.store.evidence.window import count_where

RISK_DAYS = 14


def count_workload(session: Session, service_id: int, as_of: date) -> dict[str, int]:
    """Numbers of cases and promises of the service on the day, for `Assessment.workload`.

    Open cases are those of METHOD.md's loop measures that nobody was told of, the very ones that
    "what if" lists; reopened ones were told, and their residents have said no since.
    """
    opened = open_cases(session, service_id, as_of)
    late_before = as_of - timedelta(days=IN_TIME)
    counts = {
        "waiting": count_where(opened.c.submission_id.is_not(None)),
        "late": count_where(opened.c.received_on < late_before),
    }
    found = session.execute(select(*_named(counts)).select_from(opened)).mappings().one()
    return {name: int(value) for name, value in found.items()} | _count_told(
        session, service_id, as_of
    )


def _count_told(session: Session, service_id: int, as_of: date) -> dict[str, int]:
    """What is left to do where people have had an answer, or a promise."""
    row = cases_known_on(session, service_id, as_of).c
    is_promise = and_(
        row.outcome.in_(sorted(PROMISES)), row.due_on.is_not(None), row.done_on.is_(None)
    )
    counts = {
        "reopened": count_where(
            row.told_on.is_not(None), row.disputed_on.is_not(None), row.retold_on.is_(None)
        ),
        "promises": count_where(is_promise),
        "promises_at_risk": count_where(
            is_promise, row.due_on <= as_of + timedelta(days=RISK_DAYS)
        ),
    }
    statement = select(*_named(counts)).where(
        row.service_id == service_id,
        row.excluded.is_(None),
        row.is_imported.is_(False),  # imported history is no work: it has nobody to tell
        row.received_on <= as_of,
    )
    return {name: int(value) for name, value in session.execute(statement).mappings().one().items()}


def _named(counts: dict[str, ColumnElement[int]]) -> list[Label[int]]:
    return [value.label(name) for name, value in counts.items()]
