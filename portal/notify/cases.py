"""What telling and inviting share: a case under lock, and whether mail reaches its resident."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.submissions import Contact


def lock_case(session: Session, submission_id: int) -> LoopRow | None:
    """The case, locked until the transaction ends; None where nobody is to be told any more."""
    return session.scalar(
        select(LoopRow)
        .where(
            LoopRow.submission_id == submission_id,
            LoopRow.excluded.is_(None),
            LoopRow.withdrawn_on.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def is_mailable(contact: Contact | None) -> bool:
    """Whether the resident left an address, confirmed it, and it still works."""
    return (
        contact is not None
        and contact.confirmed_at is not None
        and contact.unsubscribed_at is None
        and contact.bounced_at is None
        and contact.erased_at is None
    )
