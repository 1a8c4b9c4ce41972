"""Erasing how a resident can be reached: on schedule, or because they ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.models.submissions import Contact


def erase_contacts(session: Session, submission_ids: Sequence[int], *, now: datetime) -> None:
    """Erase these addresses. That there was one, and when it was erased, stays."""
    session.execute(
        update(Contact)
        .where(Contact.submission_id.in_(submission_ids), Contact.erased_at.is_(None))
        .values(email_encrypted=None, email_hash=None, erased_at=now)
    )
