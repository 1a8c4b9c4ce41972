"""What somebody did last at the desk, where it can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.models.operations import AuditEvent
from portal.models.responses import Response
from portal.store.scope import Scope

UNDO_FOR = timedelta(hours=1)
_ACTIONS = ("case_assigned", "cases_grouped", "theme_split", "theme_merged")
_SPAN = 5000  # events of others that may stand between those of one deed


@dataclass(frozen=True)
class Deed:
    """One thing that was done to many cases, with its events in the audit trail."""

    event_id: int
    action: str
    count: int
    events: list[AuditEvent]


def find_last_deed(session: Session, scope: Scope, *, now: datetime) -> Deed | None:
    """What the person did last, if it was done just now, can be undone, and reached anything."""
    last = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.person_id == scope.person_id)
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).first()
    if last is None or last.action not in _ACTIONS or last.at < now - UNDO_FOR:
        return None
    if last.action != "case_assigned":
        count = len(last.detail["cases"])
        is_final = not count or _is_published(session, last.subject_id)
        return None if is_final else Deed(last.id, last.action, count, [last])
    events = session.scalars(
        select(AuditEvent).where(
            AuditEvent.person_id == scope.person_id,
            AuditEvent.id > last.id - _SPAN,
            AuditEvent.at == last.at,
            AuditEvent.action == last.action,
        )
    ).all()
    return Deed(last.id, last.action, len(events), list(events))


def _is_published(session: Session, theme_id: int | None) -> bool:
    published = exists().where(Response.theme_id == theme_id, Response.status == "published")
    return bool(session.scalar(select(published)))
