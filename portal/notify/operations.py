"""The outbox's bookkeeping, and ending mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    case,
    delete,
    exists,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from portal.models.news import NewsSubscription
from portal.models.running import Outbox
from portal.models.submissions import Contact
from portal.notify.bounces import mark_bounced
from portal.notify.cases import lock_reached_case
from portal.notify.telling import record_told
from portal.store.contacts import ask_anew
from portal.store.next_steps import invite
from portal.store.retrying import LEASE, TRIES, pause_after
from portal.store.secrets import sha256

# Somebody waits for the first ones at this moment: no mass of the later ones may come before them.
# Asking who is to be told takes no mail server, and brings answers to the receipts' pages.
RANKS = (
    ("account_link", "account_notice", "job_fault"),
    ("confirm_address", "confirm_news", "acknowledge", "partner_link"),
    ("call_off_step", "tell_response", "invite_theme"),
    ("call_off",),  # it is worth nothing once the day is over, and mail to a provider is rationed
    ("tell",),
    ("invite", "promise", "remind"),
    ("digest", "news"),
)
_RANK = case({kind: rank for rank, kinds in enumerate(RANKS) for kind in kinds}, value=Outbox.kind)


@dataclass
class Job:
    """A claimed message of the outbox; the lease moves on each time that it is held."""

    id: int
    kind: str
    submission_id: int | None
    response_id: int | None
    person_id: int | None
    next_step_id: int | None
    attempts: int
    lease: datetime  # until then it is nobody else's
    is_sent: bool  # the mail server has taken it, and that could not be written down yet


def claim_due(session: Session, *, now: datetime, kinds: Sequence[str], limit: int) -> list[Job]:
    """Take what is due for a while: by rank, and the oldest of each first.

    Another worker sees it only when the lease is over.
    """
    rows = session.scalars(
        select(Outbox)
        .where(
            Outbox.done_at.is_(None),
            Outbox.dead_at.is_(None),
            Outbox.due_at <= now,
            Outbox.locked_until.is_(None) | (Outbox.locked_until < now),
            Outbox.kind.in_(kinds),
        )
        .order_by(_RANK, Outbox.due_at, Outbox.id)
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
            now + LEASE, row.detail.get("is_sent", False),
        )
        for row in rows
    ]  # fmt: skip


def hold(session: Session, *, now: datetime, job: Job) -> datetime | None:
    """Take a claimed message for the time that it needs; returns the new lease.

    None where it is ours no more: a slow mail server can outlast the lease of those that were
    claimed together, and whoever else has claimed one since then does it.
    """
    lease = now + LEASE
    is_waiting = Outbox.done_at.is_(None) & Outbox.dead_at.is_(None)
    return lease if _set_own(session, job, is_waiting, locked_until=lease) else None


def finish(session: Session, *, now: datetime, job_id: int, note: str | None = None) -> None:
    """It is done, whoever else may have taken it up since: what was sent was sent."""
    session.execute(
        update(Outbox)
        .where(Outbox.id == job_id)
        .values(done_at=now, dead_at=None, locked_until=None, last_error=_keep_bounce(note))
    )


def _keep_bounce(note: str | None) -> ColumnElement[str | None]:
    """What to note of a mail, unless a report was quicker than the worker that sent it."""
    has_bounced = Outbox.detail["bounced"].as_string().is_not(None)
    return case((has_bounced, Outbox.last_error), else_=literal(note, String))


def postpone(session: Session, *, job: Job, until: datetime, note: str) -> None:
    """Not now, and through no fault: the try is not counted."""
    _set_own(
        session, job, due_at=until, locked_until=None, attempts=job.attempts - 1, last_error=note
    )


def drop(session: Session, *, job: Job) -> None:
    """It need not be done; the same may be asked for again."""
    session.execute(delete(Outbox).where(_is_own(job)))


def fail(session: Session, *, now: datetime, job: Job, error: str) -> None:
    """Try again after a pause that about doubles each time; give up after TRIES.

    A letter that may go only once at most counts as done while it is being sent (`prepare_digest`).
    What was sent is not sent again: only what follows from it is tried.
    """
    values: dict[str, object] = {
        "done_at": None, "locked_until": None, "last_error": _keep_bounce(error[:200]),
    }  # fmt: skip
    if job.is_sent:
        row = session.get_one(Outbox, job.id, with_for_update=True)
        values["detail"] = {**row.detail, "is_sent": True}
    if job.attempts >= TRIES:
        if _set_own(session, job, dead_at=now, **values) and job.kind == "confirm_address":
            _ask_instead(session, now, job)
        return
    _set_own(session, job, due_at=now + pause_after(job.attempts, str(job.id)), **values)


def _ask_instead(session: Session, now: datetime, job: Job) -> None:
    """A question that never went out may have stood for others of the same address."""
    contact = session.get(Contact, job.submission_id) if job.submission_id is not None else None
    if contact is not None and contact.email_hash is not None:
        ask_anew(session, [contact.email_hash], now=now)


def _set_own(session: Session, job: Job, *also: ColumnElement[bool], **values: object) -> bool:
    """Change what this worker still has; False where another one has taken it up or ended it."""
    changed = update(Outbox).where(_is_own(job), *also).values(**values).returning(Outbox.id)
    return session.scalar(changed) is not None


def _is_own(job: Job) -> ColumnElement[bool]:
    """Whether a message is this worker's: taking it up changes the lease, and ending it clears it.

    No two leases of a message are the same, as the next begins when the last one is over.
    """
    return and_(Outbox.id == job.id, Outbox.locked_until == job.lease)


def finish_telling(
    session: Session, *, now: datetime, today: date, job: Job, has_bounced: bool = False
) -> None:
    """The mail was accepted, or told rests on the receipt's page: the resident is told.

    Where the case was set aside at that moment, they are told once it comes back; they are invited
    now, as they would come.
    """
    assert job.submission_id is not None and job.response_id is not None  # noqa: S101, PT018
    if has_bounced:
        mark_bounced(session, now, job.submission_id, is_gone=True)
    row = lock_reached_case(session, job.submission_id)
    mailed = _list_noted_steps(session, job)
    if row is not None and row.excluded is None:
        record_told(
            session, now=now, today=today, row=row, response_id=job.response_id,
            mailed_step_ids=mailed,
        )  # fmt: skip
    elif row is not None:
        for step_id in mailed:
            invite(session, now=now, today=today, case=row, step_id=step_id)
    finish(session, now=now, job_id=job.id, note="refused" if has_bounced else None)


def _list_noted_steps(session: Session, job: Job) -> Sequence[int]:
    """What its mail invited to; one step at most where the version before this one sent it."""
    one = () if job.next_step_id is None else (job.next_step_id,)
    noted: Sequence[int] = session.get_one(Outbox, job.id).detail.get("next_step_ids", one)
    return noted


def finish_invitation(
    session: Session, *, now: datetime, today: date, job: Job, has_bounced: bool = False
) -> None:
    """The mail was accepted, or the invitation rests on the receipt's page."""
    assert job.submission_id is not None and job.next_step_id is not None  # noqa: S101, PT018
    if has_bounced:
        mark_bounced(session, now, job.submission_id, is_gone=True)
    row = lock_reached_case(session, job.submission_id)
    if row is not None:
        for step_id in _list_noted_steps(session, job):
            invite(session, now=now, today=today, case=row, step_id=step_id)
    finish(session, now=now, job_id=job.id, note="refused" if has_bounced else None)


def finish_mail(session: Session, *, now: datetime, job: Job, has_bounced: bool = False) -> None:
    """A mail on which nothing hangs went out, or the server knows no such address."""
    if has_bounced and job.submission_id is not None:
        mark_bounced(session, now, job.submission_id, is_gone=True)
    finish(session, now=now, job_id=job.id, note="refused" if has_bounced else None)


def stop_mail(session: Session, *, now: datetime, token: str) -> bool:
    """No more mail to this address, about whatever: the weekly news end too.

    Returns whether there is such a link. Where the address is erased there is nothing to stop.
    """
    contact = find_contact(session, token)
    if contact is None:
        return is_erased(session, token)
    of_address = NewsSubscription.email_hash == contact.email_hash
    session.execute(delete(NewsSubscription).where(of_address))
    session.execute(
        update(Contact)
        .where(same_address(contact), Contact.unsubscribed_at.is_(None))
        .values(unsubscribed_at=now)
    )
    return True


def same_address(contact: Contact) -> ColumnElement[bool]:
    """Whether a contact has the same address as this one."""
    return Contact.email_hash == contact.email_hash


def is_erased(session: Session, token: str) -> bool:
    """Whether the address is erased to which a mail with this link went."""
    erased = exists().where(Contact.token_hash == sha256(token), Contact.erased_at.is_not(None))
    return bool(session.scalar(select(erased)))


def find_contact(session: Session, token: str) -> Contact | None:
    """The contact that a mail's link belongs to, None when unknown or erased."""
    return session.scalar(
        select(Contact).where(Contact.token_hash == sha256(token), Contact.erased_at.is_(None))
    )
