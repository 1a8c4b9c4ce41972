"""What a colleague deleted while somebody was still working on it."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from portal.models.running import AuditEvent
from portal.store.scope import NotAllowed


class Deleted(NotAllowed):
    """It was one's own or one's team's, and is gone; not found where nothing else is said."""


Deleting = Literal["phrase_deleted", "response_dropped", "view_deleted"]
"""What was done, as the audit trail calls it: those in the index of models.running."""


def find_deletion(session: Session, action: Deleting, subject_id: int) -> AuditEvent:
    """Who deleted it, and what the audit trail knows of it. Raises NotAllowed where nobody did."""
    deletion = session.scalar(
        select(AuditEvent)
        .where(
            # Written out: SQLite finds its index by that.
            AuditEvent.action == literal_column(f"'{action}'"),
            AuditEvent.subject_id == subject_id,
        )
        .order_by(AuditEvent.id.desc())  # the newest: SQLite gives a number that is free again
        .limit(1)
    )
    if deletion is None:
        raise NotAllowed
    return deletion
