"""How a resident can be reached: checking it, and erasing it on schedule or on request."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from cryptography.fernet import InvalidToken
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    exists,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from portal.models.partners import PartnerContact
from portal.models.running import Outbox
from portal.models.submissions import Contact
from portal.store.outbox import COVERED
from portal.store.secrets import Secrets

_QUESTION = "confirm:"


def check_contacts(session: Session, secrets: Secrets) -> Iterator[str]:
    """Every address that is kept can be read with our key, and is the one that it is known by."""
    kept = select(Contact.submission_id, Contact.email_encrypted, Contact.email_hash).where(
        Contact.erased_at.is_(None)
    )
    for number, encrypted, known_by in session.execute(kept.execution_options(yield_per=2000)):
        if not _is_known_by(secrets, encrypted, known_by):
            yield f"case {number}: its address is not the one that the resident left"
    for row in session.scalars(select(PartnerContact)):
        if not _is_known_by(secrets, row.email_encrypted, row.email_hash):
            yield f"partner {row.partner_id}: its address is not the one that it is known by"


def _is_known_by(secrets: Secrets, encrypted: bytes | None, known_by: str | None) -> bool:
    try:
        return secrets.email_hash(secrets.decrypt(encrypted or b"")) == known_by
    except InvalidToken:
        return False


def is_mailable(contact: Contact | None) -> bool:
    """Whether the resident left an address, confirmed it, and it still works."""
    return (
        contact is not None
        and contact.confirmed_at is not None
        and contact.unsubscribed_at is None
        and contact.bounced_at is None
        and contact.erased_at is None
    )


def can_be_mailed() -> ColumnElement[bool]:
    """The same for a query over `Contact`."""
    return and_(
        Contact.confirmed_at.is_not(None),
        Contact.unsubscribed_at.is_(None),
        Contact.bounced_at.is_(None),
        Contact.erased_at.is_(None),
    )


def is_unconfirmed() -> ColumnElement[bool]:
    """For a query over `Contact`: whether its owner can still say that the address is theirs."""
    return and_(
        Contact.confirmed_at.is_(None),
        Contact.unsubscribed_at.is_(None),
        Contact.erased_at.is_(None),
    )


def question_key(submission_id: int) -> str:
    """What makes one question whether the address that was left with a message is right."""
    return f"{_QUESTION}{submission_id}"


def _list_questions(emails: Collection[str]) -> Select[str]:
    """The keys of the questions about these addresses (hashes) that nobody has answered."""
    key = literal(_QUESTION) + cast(Contact.submission_id, String)
    return select(key).where(Contact.email_hash.in_(emails), is_unconfirmed())


def has_question_out(session: Session, email_hash: str) -> bool:
    """Whether this address was asked and can still answer: one yes stands for all sent with it."""
    keys = _list_questions([email_hash]).where(Contact.bounced_at.is_(None))
    question = exists().where(
        Outbox.dedupe_key.in_(keys),
        Outbox.dead_at.is_(None),
        Outbox.detail["is_counted"].as_boolean(),
    )
    return bool(session.scalar(select(question)))


def erase_contacts(session: Session, submission_ids: Sequence[int], *, now: datetime) -> None:
    """Erase these addresses. That there was one, and when it was erased, stays."""
    asked = session.scalars(
        select(Contact.email_hash).where(
            Contact.submission_id.in_(submission_ids), is_unconfirmed()
        )
    ).all()
    session.execute(
        update(Contact)
        .where(Contact.submission_id.in_(submission_ids), Contact.erased_at.is_(None))
        .values(email_encrypted=None, email_hash=None, erased_at=now)
    )
    ask_anew(session, [one for one in asked if one is not None], now=now)


def ask_anew(session: Session, email_hashes: Collection[str], *, now: datetime) -> None:
    """Ask about what a question about one of these addresses stood for: nobody will answer it."""
    keys = _list_questions(email_hashes)
    session.execute(
        update(Outbox)
        .where(Outbox.dedupe_key.in_(keys), Outbox.last_error == COVERED)
        .values(done_at=None, due_at=now, attempts=0, last_error=None)
    )
