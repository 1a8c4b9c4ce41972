"""Sending again what was given up, and what a mailbox refused."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.running import Outbox
from portal.notify import reminders
from portal.notify.stationery import STALE
from portal.store import audit
from portal.store.undelivered import IS_UNDELIVERED

AGAIN = ("account_notice", "digest", "job_fault", "promise")
"""Kinds to people of the city, whose address stays. Links are made anew on the person's page.
Whoever wanted the weekly news gets the next ones, or is forgotten with an address that is none."""
_WEEKLY = {"digest", "news"}


def is_too_late(mail: Outbox, *, now: datetime, today: date) -> bool:
    """Whether the time of a mail is over, so that nothing would be sent any more."""
    if mail.kind == "promise":
        return reminders.is_too_late(mail, today)
    return mail.kind in _WEEKLY and now - mail.created_at > STALE


def retry(
    session: Session, *, now: datetime, today: date, person_id: int, job_id: int | None = None
) -> int:
    """Try a dead letter again, or all of them, as if they were new; returns how many."""
    wanted = select(Outbox).where(Outbox.dead_at.is_not(None)).order_by(Outbox.id)
    if job_id is not None:
        wanted = wanted.where(Outbox.id == job_id)
    rows = [
        row
        for row in session.scalars(wanted.with_for_update())
        if not is_too_late(row, now=now, today=today)
    ]
    for row in rows:
        row.dead_at = row.locked_until = None
        row.due_at, row.attempts = now, 0
    if rows:
        _record(session, now, person_id, job_id, len(rows))
    return len(rows)


def retry_refused(
    session: Session, *, now: datetime, today: date, person_id: int, job_id: int
) -> int:
    """Send a refused mail once more, once its address takes mail again; returns how many (or 0)."""
    row = session.scalar(
        select(Outbox)
        .where(Outbox.id == job_id, Outbox.kind.in_(AGAIN), IS_UNDELIVERED)
        .with_for_update()
    )
    if row is None or row.done_at is None or is_too_late(row, now=now, today=today):
        return 0
    row.done_at = row.last_error = row.locked_until = None
    row.due_at, row.attempts = now, 0
    row.detail = {
        name: value for name, value in row.detail.items() if name not in {"bounced", "is_sent"}
    }
    _record(session, now, person_id, job_id, 1)
    return 1


def _record(
    session: Session, now: datetime, person_id: int, job_id: int | None, count: int
) -> None:
    audit.record(
        session, at=now, person_id=person_id, action="retried", subject="outbox",
        subject_id=job_id, count=count,
    )  # fmt: skip
