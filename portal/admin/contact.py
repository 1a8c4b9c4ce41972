"""Saying how the city is reached beside this portal."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.typed_texts import TypedTexts
from portal.store import audit
from portal.store.city import get_contact, set_contact
from portal.store.content import lock_content


def change_contact(session: Session, ways: TypedTexts, *, person_id: int, now: datetime) -> None:
    """Show residents other ways to reach the city; pages say so within a second.

    Raises TextsMoved where somebody else has changed one of them.
    """
    lock_content(session)
    before = get_contact(session)
    changed = ways.changes(asdict(before))
    if not changed:
        return
    set_contact(session, replace(before, **changed))
    audit.record(
        session, at=now, person_id=person_id, action="contact_changed", subject="setting",
        fields=list(changed),
    )  # fmt: skip
