"""What administrators see of mail and of the worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models.news import NewsSubscription
from portal.models.partners import CoDecision, Partner
from portal.models.people import AccountLink, Person
from portal.models.running import Outbox, WorkerJob
from portal.models.submissions import Contact
from portal.notify.dead_letters import AGAIN, is_too_late
from portal.notify.mail import MAIL
from portal.store.secrets import Secrets
from portal.store.undelivered import KEPT, list_undelivered

SHOWN = 50
LATE = timedelta(hours=1)  # mail that waits for longer than this is worth a look


@dataclass(frozen=True)
class Addressee:
    """Whom a mail was for; all is None where they are gone, or their address is erased.

    `person` is (id, name) of somebody of the city; `partner` is (record to sign, name of the
    organisation); `address` is a resident's, masked.
    """

    person: tuple[int, str] | None = None
    partner: tuple[int, str] | None = None
    address: str | None = None


@dataclass(frozen=True)
class DeadLetter:
    """A mail that was given up: for whom, since when, why, and whether it can still be sent."""

    id: int
    kind: str
    to: Addressee
    created_at: datetime
    dead_at: datetime
    attempts: int
    reason: str | None
    may_retry: bool


@dataclass(frozen=True)
class Waiting:
    """Messages of one kind that are not done: how many, and since when the oldest is asked for."""

    kind: str
    count: int
    since: datetime
    failing: int


@dataclass(frozen=True)
class Refused:
    """A mail that whoever keeps the mailbox refused, and whom it was for."""

    id: int
    kind: str
    to: Addressee
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


def get_queue(session: Session, secrets: Secrets, *, now: datetime, today: date) -> Queue:
    """What waits, what was given up or refused (newest first), and the worker's jobs."""
    is_dead = Outbox.dead_at.is_not(None)
    dead = session.scalars(
        select(Outbox).where(is_dead).order_by(Outbox.dead_at.desc(), Outbox.id.desc()).limit(SHOWN)
    ).all()
    refused = list_undelivered(session, since=now - KEPT, limit=SHOWN)
    to = _find_addressees(session, secrets, [*dead, *refused])
    late = {mail.id for mail in (*dead, *refused) if is_too_late(mail, now=now, today=today)}
    return Queue(
        waiting=_list_waiting(session),
        dead=[
            DeadLetter(
                row.id, row.kind, to[row.id], row.created_at, row.dead_at or now, row.attempts,
                row.last_error, row.id not in late,
            )
            for row in dead
        ],
        dead_count=session.scalar(select(func.count()).select_from(Outbox).where(is_dead)) or 0,
        refused=[
            Refused(
                row.id, row.kind, to[row.id], row.done_at or row.created_at,
                row.kind in AGAIN and row.id not in late,
            )
            for row in refused
        ],
        jobs=session.scalars(
            select(WorkerJob).order_by(WorkerJob.fault.is_(None), WorkerJob.name)
        ).all(),
    )  # fmt: skip


def _find_addressees(
    session: Session, secrets: Secrets, rows: Sequence[Outbox]
) -> dict[int, Addressee]:
    """Whom these messages were for, by message; nobody where one is no mail."""
    mails = [row for row in rows if row.kind in MAIL]
    people, partners = _find_people(session, mails), _find_partners(session, mails)
    residents = _find_residents(session, mails)
    return {row.id: Addressee() for row in rows} | {
        mail.id: Addressee(
            people.get(mail.id),
            partners.get(mail.detail.get("co_decision_id", 0)),
            mask(secrets.decrypt(residents[mail.id])) if mail.id in residents else None,
        )
        for mail in mails
    }


def _find_residents(session: Session, mails: Sequence[Outbox]) -> dict[int, bytes]:
    """The addresses of residents (encrypted) that these mails were for, by mail."""
    cases = {mail.submission_id for mail in mails} - {None}
    of_cases = session.execute(
        select(Contact.submission_id, Contact.email_encrypted).where(
            Contact.submission_id.in_(cases)
        )
    )
    news = {mail.detail.get("subscription_id") for mail in mails} - {None}
    of_news = session.execute(
        select(NewsSubscription.id, NewsSubscription.email_encrypted).where(
            NewsSubscription.id.in_(news)
        )
    )
    by_case: dict[int | None, bytes | None] = {row[0]: row[1] for row in of_cases}
    by_news: dict[int | None, bytes] = {row[0]: row[1] for row in of_news}
    to = {
        mail.id: by_case.get(mail.submission_id) or by_news.get(mail.detail.get("subscription_id"))
        for mail in mails
    }
    return {mail_id: address for mail_id, address in to.items() if address is not None}


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


def mask(email: str) -> str:
    """Enough of an address to find what is wrong with a provider, and not whose it is."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"
