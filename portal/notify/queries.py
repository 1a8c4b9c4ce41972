"""What administrators see of mail and of the worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models.partners import CoDecision, Partner
from portal.models.people import AccountLink, Person
from portal.models.running import Outbox, WorkerJob
from portal.models.submissions import Contact
from portal.notify.dead_letters import AGAIN
from portal.notify.mail import MAIL
from portal.store.secrets import Secrets
from portal.store.undelivered import KEPT, list_undelivered

SHOWN = 50
LATE = timedelta(hours=1)  # mail that waits for longer than this is worth a look


@dataclass(frozen=True)
class DeadLetter:
    """A mail that was given up: for whom (masked), since when and why."""

    id: int
    kind: str
    address: str | None
    created_at: datetime
    dead_at: datetime
    attempts: int
    reason: str | None


@dataclass(frozen=True)
class Waiting:
    """Messages of one kind that are not done: how many, and since when the oldest is asked for."""

    kind: str
    count: int
    since: datetime
    failing: int


@dataclass(frozen=True)
class Refused:
    """A mail that whoever keeps the mailbox refused, and whom it was for.

    `person` is (id, name); `partner` is (record to sign, name of the organisation). Both are None
    where it was for a resident, whose address is erased, or somebody who is gone.
    """

    id: int
    kind: str
    person: tuple[int, str] | None
    partner: tuple[int, str] | None
    sent_at: datetime
    may_retry: bool


@dataclass(frozen=True)
class Queue:
    """The outbox at a moment."""

    waiting: Sequence[Waiting]
    dead: Sequence[DeadLetter]
    dead_count: int
    refused: Sequence[Refused]
    jobs: Sequence[WorkerJob]


def get_queue(session: Session, secrets: Secrets, *, now: datetime) -> Queue:
    """What waits, what was given up or refused (newest first), and the worker's jobs."""
    is_dead = Outbox.dead_at.is_not(None)
    rows = session.execute(
        select(Outbox, Contact.email_encrypted)
        .outerjoin(Contact, Contact.submission_id == Outbox.submission_id)
        .where(is_dead)
        .order_by(Outbox.dead_at.desc(), Outbox.id.desc())
        .limit(SHOWN)
    ).all()
    return Queue(
        waiting=_list_waiting(session),
        dead=[_dead_letter(row[0], row[1], secrets) for row in rows],
        dead_count=session.scalar(select(func.count()).select_from(Outbox).where(is_dead)) or 0,
        refused=_list_refused(session, now),
        jobs=session.scalars(
            select(WorkerJob).order_by(WorkerJob.fault.is_(None), WorkerJob.name)
        ).all(),
    )


def _list_refused(session: Session, now: datetime) -> list[Refused]:
    rows = list_undelivered(session, since=now - KEPT, limit=SHOWN)
    people, partners = _find_people(session, rows), _find_partners(session, rows)
    return [
        Refused(
            row.id, row.kind, people.get(row.id), partners.get(row.detail.get("co_decision_id", 0)),
            row.done_at or row.created_at, row.kind in AGAIN,
        )
        for row in rows
    ]  # fmt: skip


def _find_people(session: Session, mails: Sequence[Outbox]) -> dict[int, tuple[int, str]]:
    """(id, name) of those of the city whom these mails were for, by mail."""
    links = {mail.detail.get("link_id") for mail in mails}
    owners = session.execute(
        select(AccountLink.id, AccountLink.person_id).where(AccountLink.id.in_(links - {None}))
    )
    by_link: dict[int, int] = {row[0]: row[1] for row in owners}
    to = {
        mail.id: mail.detail.get("person_id") or by_link.get(mail.detail.get("link_id", 0))
        for mail in mails
    }
    people = session.execute(
        select(Person.id, Person.name, Person.email).where(Person.id.in_(set(to.values()) - {None}))
    )
    names = {row.id: (row.id, row.name or mask(row.email)) for row in people}
    return {mail_id: names[person_id] for mail_id, person_id in to.items() if person_id in names}


def _find_partners(session: Session, mails: Sequence[Outbox]) -> dict[int, tuple[int, str]]:
    """(record, name) of the partners that were to sign, by record."""
    records = {mail.detail.get("co_decision_id") for mail in mails} - {None}
    rows = session.execute(
        select(CoDecision.id, Partner.name)
        .join(Partner, Partner.id == CoDecision.partner_id)
        .where(CoDecision.id.in_(records))
    )
    return {row.id: (row.id, row.name) for row in rows}


def _list_waiting(session: Session) -> list[Waiting]:
    rows = session.execute(
        select(
            Outbox.kind,
            func.count(),
            func.min(Outbox.created_at),
            func.count().filter(Outbox.attempts > 0, Outbox.last_error.is_not(None)),
        )
        .where(Outbox.done_at.is_(None), Outbox.dead_at.is_(None))
        .group_by(Outbox.kind)
        .order_by(Outbox.kind)
    )
    return [Waiting(*row) for row in rows]


def _dead_letter(row: Outbox, encrypted: bytes | None, secrets: Secrets) -> DeadLetter:
    address = mask(secrets.decrypt(encrypted)) if encrypted and row.kind in MAIL else None
    assert row.dead_at is not None  # noqa: S101 - asked for
    return DeadLetter(
        row.id, row.kind, address, row.created_at, row.dead_at, row.attempts, row.last_error
    )


def mask(email: str) -> str:
    """Enough of an address to find what is wrong with a provider, and not whose it is."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"
