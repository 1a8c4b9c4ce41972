"""The audit trail of what signed-in people do, beside the loops' own events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.models.running import AuditEvent


def record(
    session: Session,
    *,
    at: datetime,
    person_id: int | None,
    action: str,
    subject: str,
    subject_id: int | None = None,
    **detail: Any,
) -> AuditEvent:
    """Write down one action; `detail` holds ids, words and dates, never what residents wrote."""
    event = AuditEvent(
        at=at,
        person_id=person_id,
        action=action,
        subject=subject,
        subject_id=subject_id,
        detail=detail,
    )
    session.add(event)
    return event
