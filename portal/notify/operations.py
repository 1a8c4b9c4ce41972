"""The outbox's bookkeeping, and ending mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from portal.models.operations import Outbox
from portal.models.submissions import Contact
from portal.notify.bounces import mark_bounced
from portal.notify.cases import lock_case
from portal.notify.telling import record_told
from portal.store.next_steps import invite
from portal.store.retrying import LEASE, TRIES, pause_after
from portal.store.secrets import sha256


@dataclass(frozen=True)
class Job:
    """A claimed message of the outbox."""

    id: int
    kind: str
    submission_id: int | None
    response_id: int | None
    person_id: int | None
    next_step_id: int | None
    attempts: int
    lease: datetime  # until then it is nobody else's


def claim_due(session: Session, *, now: datetime, kinds: Sequence[str], limit: int) -> list[Job]:
    """Take what is due for a while; another worker sees it only when the lease is over."""
    rows = session.scalars(
        select(Outbox)
        .where(
            Outbox.done_at.is_(None),
            Outbox.dead_at.is_(None),
            Outbox.due_at <= now,
            Outbox.locked_until.is_(None) | (Outbox.locked_until < now),
            Outbox.kind.in_(kinds),
        )
        .order_by(Outbox.due_at, Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.locked_until = now + LEASE
        row.attempts += 1
    return [
        Job(
            row.id, row.kind, row.submission_id, row.response_id,
            row.detail.get("person_id"), row.detail.get("next_step_id"), row.attempts,
            now + LEASE,
        )
        for row in rows
    ]  # fmt: skip


def hold(session: Session, *, now: datetime, job: Job) -> bool:
    """Take a claimed message for the time that sending it needs; False where it is ours no more.

    A slow mail server can outlast the lease of those that were claimed together. Whoever else has
    claimed one since then sends it.
    """
    held = session.scalar(
        update(Outbox)
        .where(
            Outbox.id == job.id, Outbox.locked_until == job.lease,
            Outbox.done_at.is_(None), Outbox.dead_at.is_(None),
        )
        .values(locked_until=now + LEASE)
        .returning(Outbox.id)
    )  # fmt: skip
    return held is not None


def finish(session: Session, *, now: datetime, job_id: int, note: str | None = None) -> None:
    """It is done."""
    _set(session, job_id, done_at=now, locked_until=None, last_error=note)


def extend(session: Session, *, now: datetime, job_id: int) -> None:
    """It takes longer: nobody else shall begin it anew."""
    _set(session, job_id, locked_until=now + LEASE)


def postpone(session: Session, *, job: Job, until: datetime, note: str) -> None:
    """Not now, and through no fault: the try is not counted."""
    _set(
        session, job.id, due_at=until, locked_until=None, attempts=job.attempts - 1,
        last_error=note,
    )  # fmt: skip


def drop(session: Session, *, job_id: int) -> None:
    """It need not be done; the same may be asked for again."""
    row = session.get(Outbox, job_id)
    if row is not None:
        session.delete(row)


def fail(session: Session, *, now: datetime, job: Job, error: str) -> None:
    """Try again after a pause that about doubles each time; give up after TRIES."""
    if job.attempts >= TRIES:
        _set(session, job.id, dead_at=now, done_at=None, locked_until=None, last_error=error[:200])
        return
    _set(
        session, job.id, due_at=now + pause_after(job.attempts, str(job.id)), done_at=None,
        locked_until=None, last_error=error[:200],
    )  # fmt: skip


def _set(session: Session, job_id: int, **values: object) -> None:
    session.execute(update(Outbox).where(Outbox.id == job_id).values(**values))


def finish_telling(
    session: Session, *, now: datetime, today: date, job: Job, has_bounced: bool = False
) -> None:
    """The mail was accepted, or told rests on the receipt's page: the resident is told."""
    assert job.submission_id is not None and job.response_id is not None  # noqa: S101, PT018
    if has_bounced:
        mark_bounced(session, now, job.submission_id, is_gone=True)
    row = lock_case(session, job.submission_id)
    if row is not None:
        mailed = session.get_one(Outbox, job.id).detail.get("next_step_id")
        record_told(
            session, now=now, today=today, row=row, response_id=job.response_id,
            mailed_step_id=mailed,
        )  # fmt: skip
    finish(session, now=now, job_id=job.id, note="refused" if has_bounced else None)


def finish_invitation(
    session: Session, *, now: datetime, today: date, job: Job, has_bounced: bool = False
) -> None:
    """The mail was accepted, or the invitation rests on the receipt's page."""
    assert job.submission_id is not None and job.next_step_id is not None  # noqa: S101, PT018
    if has_bounced:
        mark_bounced(session, now, job.submission_id, is_gone=True)
    case = lock_case(session, job.submission_id)
    if case is not None:
        invite(session, now=now, today=today, case=case, step_id=job.next_step_id)
    finish(session, now=now, job_id=job.id, note="refused" if has_bounced else None)


def finish_mail(session: Session, *, now: datetime, job: Job, has_bounced: bool = False) -> None:
    """A mail on which nothing hangs went out, or the server knows no such address."""
    if has_bounced and job.submission_id is not None:
        mark_bounced(session, now, job.submission_id, is_gone=True)
    finish(session, now=now, job_id=job.id, note="refused" if has_bounced else None)


def stop_mail(session: Session, *, now: datetime, token: str) -> bool:
    """No more mail to this address, about whatever. Returns whether there is such a link."""
    contact = find_contact(session, token)
    if contact is None:
        return False
    session.execute(
        update(Contact)
        .where(same_address(contact), Contact.unsubscribed_at.is_(None))
        .values(unsubscribed_at=now)
    )
    return True


def same_address(contact: Contact) -> ColumnElement[bool]:
    """Whether a contact has the same address as this one."""
    return Contact.email_hash == contact.email_hash


def find_contact(session: Session, token: str) -> Contact | None:
    """The contact that a mail's link belongs to, None when unknown or erased."""
    return session.scalar(
        select(Contact).where(Contact.token_hash == sha256(token), Contact.erased_at.is_(None))
    )
