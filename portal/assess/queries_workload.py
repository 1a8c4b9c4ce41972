"""What waits for a department: counted with the assessment, so that overviews never count cases."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import and_, case, or_, select
from sqlalchemy.orm import Session

from portal.domain.loop import PROMISES, RETELL_DAYS
from portal.store.evidence.known_cases import cases_known_on
from portal.store.evidence.window import count_where

TELL_DAYS = 30  # METHOD.md 3.2, L3.1: told within 30 days
RISK_DAYS = 14


def count_workload(session: Session, service_id: int, as_of: date) -> dict[str, int]:
    """Numbers of cases and open promises of the service on the day, for `Assessment.workload`.

    Imported history is no work: it has nobody to tell. A case that its resident opened again has
    a clock of its own, from the day of the dispute.
    """
    row = cases_known_on(session, service_id, as_of).c
    is_open_again = and_(row.disputed_on.is_not(None), row.retold_on.is_(None))
    is_waiting = or_(row.told_on.is_(None), is_open_again)
    late_before = case(
        (is_open_again, as_of - timedelta(days=RETELL_DAYS)),
        else_=as_of - timedelta(days=TELL_DAYS),
    )
    since = case((is_open_again, row.disputed_on), else_=row.received_on)
    is_promise = and_(
        row.outcome.in_(sorted(PROMISES)), row.due_on.is_not(None), row.done_on.is_(None)
    )
    counts = {
        "waiting": count_where(is_waiting),
        "late": count_where(is_waiting, since < late_before),
        "promises": count_where(is_promise),
        "promises_at_risk": count_where(
            is_promise, row.due_on <= as_of + timedelta(days=RISK_DAYS)
        ),
    }
    statement = select(*(value.label(name) for name, value in counts.items())).where(
        row.service_id == service_id,
        row.excluded.is_(None),
        row.withdrawn_on.is_(None),
        row.is_imported.is_(False),
        row.received_on <= as_of,
    )
    return {name: int(value) for name, value in session.execute(statement).mappings().one().items()}
