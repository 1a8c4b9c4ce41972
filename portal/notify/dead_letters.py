"""Sending again what was given up, and what a mailbox refused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.models.running import Outbox
from portal.store import audit
from portal.store.undelivered import IS_UNDELIVERED

AGAIN = ("account_notice", "digest", "job_fault", "promise")
"""Kinds to people of the city, whose address stays. Links are made anew on the person's page, and
whoever wanted the weekly news is forgotten with the address that was refused."""


def retry(session: Session, *, now: datetime, person_id: int, job_id: int | None = None) -> int:
    """Try a dead letter again, or all of them, as if they were new; returns how many."""
    wanted = update(Outbox).where(Outbox.dead_at.is_not(None))
    if job_id is not None:
        wanted = wanted.where(Outbox.id == job_id)
    ids = session.scalars(
        wanted.values(dead_at=None, due_at=now, attempts=0, locked_until=None).returning(Outbox.id)
    ).all()
    if ids:
        _record(session, now, person_id, job_id, len(ids))
    return len(ids)


def retry_refused(session: Session, *, now: datetime, person_id: int, job_id: int) -> int:
    """Send a refused mail once more, once its address takes mail again; returns how many (or 0)."""
    row = session.scalar(
        select(Outbox)
        .where(Outbox.id == job_id, Outbox.kind.in_(AGAIN), IS_UNDELIVERED)
        .with_for_update()
    )
    if row is None or row.done_at is None:
        return 0
    row.done_at = row.last_error = row.locked_until = None
    row.due_at, row.attempts = now, 0
    row.detail = {name: value for name, value in row.detail.items() if name != "bounced"}
    _record(session, now, person_id, job_id, 1)
    return 1


def _record(
    session: Session, now: datetime, person_id: int, job_id: int | None, count: int
) -> None:
    audit.record(
        session, at=now, person_id=person_id, action="retried", subject="outbox",
        subject_id=job_id, count=count,
    )  # fmt: skip
