"""What asking for a partner's link, mailing it and writing its record have to agree on."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from portal.models.partners import CoDecision, CoDecisionText, Signature
from portal.models.running import AuditEvent


def mail_key(link: Signature) -> str:
    """What the mail with a link is called in the outbox."""
    return f"partner-link:{link.token_hash}"


def has_written(session: Session, found: CoDecision, person_id: int | None) -> bool:
    """Whether somebody wrote the record that the partner signs, now or in an earlier wording."""
    text = session.get(CoDecisionText, (found.id, found.source_lang))
    if text is not None and person_id is not None and text.author_id == person_id:
        return True
    return _has_done(
        session, person_id, "co_decision_written", ("co_decision", found.id),
        AuditEvent.detail["lang"].as_string() == found.source_lang,
    )  # fmt: skip


def has_set_address(session: Session, partner_id: int | None, person_id: int) -> bool:
    """Whether somebody said where this partner gets its links, now or earlier."""
    return _has_done(session, person_id, "partner_address_set", ("partner", partner_id))


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
