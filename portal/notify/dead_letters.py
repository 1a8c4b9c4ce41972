"""Sending again what was given up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.models.running import Outbox
from portal.store import audit


def retry(session: Session, *, now: datetime, person_id: int, job_id: int | None = None) -> int:
    """Try a dead letter again, or all of them, as if they were new; returns how many."""
    wanted = update(Outbox).where(Outbox.dead_at.is_not(None))
    if job_id is not None:
        wanted = wanted.where(Outbox.id == job_id)
    ids = session.scalars(
        wanted.values(dead_at=None, due_at=now, attempts=0, locked_until=None).returning(Outbox.id)
    ).all()
    if ids:
        audit.record(
            session, at=now, person_id=person_id, action="retried", subject="outbox",
            subject_id=job_id, count=len(ids),
        )  # fmt: skip
    return len(ids)
