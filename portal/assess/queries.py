"""Which services are to be assessed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models.assessments import Assessment
from portal.models.loops import LoopEvent, LoopRow
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.store.evidence.hand_overs import services_of_hand_overs
from portal.store.reassessments import list_asked


def list_due_services(session: Session, today: date) -> list[int]:
    """Services in use that have no assessment of today, or of which anything has changed since."""
    known = (
        select(
            Service.id.label("service_id"),
            Assessment.last_event_id,
            Assessment.last_submission_id,
        )
        .outerjoin(Assessment, (Assessment.service_id == Service.id) & (Assessment.as_of == today))
        .where(Service.is_active)
    )
    rows = session.execute(known.order_by(Service.id)).all()
    asked = list_asked(session)
    unassessed = {row.service_id for row in rows if row.last_event_id is None}
    assessed = {row.service_id: row for row in rows if row.last_event_id is not None}
    if not assessed:
        return sorted(unassessed)
    first_event = min(row.last_event_id for row in assessed.values())
    first_submission = min(row.last_submission_id for row in assessed.values())
    news = {
        service_id
        for service_id, newest in _newest_submissions(session, first_submission).items()
        if service_id in assessed and newest > assessed[service_id].last_submission_id
    }
    news |= {
        service_id
        for service_id, newest in _newest_events(session, first_event).items()
        if service_id in assessed and newest > assessed[service_id].last_event_id
    }
    return sorted(unassessed | news | (asked & assessed.keys()))


def _newest_submissions(session: Session, after: int) -> dict[int, int]:
    rows = session.execute(
        select(Submission.service_id, func.max(Submission.id).label("newest"))
        .where(Submission.id > after)
        .group_by(Submission.service_id)
    )
    return {row.service_id: row.newest for row in rows}


def _newest_events(session: Session, after: int) -> dict[int, int]:
    rows = session.execute(
        select(LoopRow.service_id, func.max(LoopEvent.id).label("newest"))
        .join(LoopEvent, LoopEvent.submission_id == LoopRow.submission_id)
        .where(LoopEvent.id > after)
        .group_by(LoopRow.service_id)
    )
    newest = {row.service_id: row.newest for row in rows}
    for service_id, event_id in session.execute(services_of_hand_overs(after)):
        newest[service_id] = max(event_id, newest.get(service_id, 0))
    return newest
