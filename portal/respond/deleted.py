"""What a colleague deleted while somebody was still working on it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.running import AuditEvent
from portal.store.scope import NotAllowed


class Deleted(NotAllowed):
    """It was one's own or one's team's, and is gone; not found where nothing else is said."""


def find_deletion(session: Session, action: str, subject_id: int) -> AuditEvent:
    """Who deleted it, and what the audit trail knows of it. Raises NotAllowed where nobody did."""
    deletion = session.scalar(
        select(AuditEvent)
        .where(AuditEvent.action == action, AuditEvent.subject_id == subject_id)
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    if deletion is None:
        raise NotAllowed
    return deletion
