"""What asking for a partner's link, mailing it and writing its record have to agree on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from portal.domain.mailboxes import mailbox_of
from portal.models.partners import CoDecision, CoDecisionText, Signature
from portal.models.people import Person
from portal.models.running import AuditEvent
from portal.store.city import get_contact


def mail_key(link: Signature) -> str:
    """What the mail with a link is called in the outbox."""
    return f"partner-link:{link.token_hash}"


def is_of_city(session: Session, email: str, own: Iterable[str]) -> bool:
    """Whether somebody of the city signs in with this address, or it is one of the city's `own`.

    However it is written: nothing that is sent there would go past the city.
    """
    mailbox = mailbox_of(email)
    if mailbox in map(mailbox_of, session.scalars(select(Person.email))):
        return True
    patterns = (*own, get_contact(session).email)
    return any(fnmatchcase(mailbox, mailbox_of(one)) for one in patterns if one)


def has_written(session: Session, found: CoDecision, person_id: int | None) -> bool:
    """Whether somebody wrote the record that the partner signs, now or in an earlier wording."""
    text = session.get(CoDecisionText, (found.id, found.source_lang))
    if text is not None and person_id is not None and text.author_id == person_id:
        return True
    return _has_done(
        session, person_id, "co_decision_written", ("co_decision", found.id),
        AuditEvent.detail["lang"].as_string() == found.source_lang,
    )  # fmt: skip


def has_vouched(session: Session, partner_id: int | None, person_id: int) -> bool:
    """Whether somebody said where this partner gets its links, or that it does, now or earlier."""
    return any(
        _has_done(session, person_id, action, ("partner", partner_id))
        for action in ("partner_address_set", "partner_address_confirmed")
    )


def end_returned(session: Session, co_decision_id: int, *, now: datetime, key: str) -> None:
    """End the link of this mail, which came back: the letter lies in a mailbox of the city."""
    session.get(CoDecision, co_decision_id, with_for_update=True)
    link = session.get(Signature, co_decision_id, with_for_update=True, populate_existing=True)
    if link is not None and link.signed_at is None and mail_key(link) == key:
        link.expires_at = min(link.expires_at, now)


def _has_done(
    session: Session,
    person_id: int | None,
    action: str,
    subject: tuple[str, int | None],
    *also: ColumnElement[bool],
) -> bool:
    done = exists().where(
        AuditEvent.person_id == person_id,
        AuditEvent.action == action,
        AuditEvent.subject == subject[0],
        AuditEvent.subject_id == subject[1],
        *also,
    )
    return bool(session.scalar(select(done)))
