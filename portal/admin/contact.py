"""Saying how the city is reached beside this portal."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.contact import CityContact
from portal.store import audit
from portal.store.city import get_contact, set_contact


def change_contact(
    session: Session, contact: CityContact, *, person_id: int, now: datetime
) -> None:
    """Show residents another way to reach the city; pages say so within a second."""
    before = asdict(get_contact(session))
    changed = [name for name, value in asdict(contact).items() if value != before[name]]
    if not changed:
        return
    set_contact(session, contact)
    audit.record(
        session, at=now, person_id=person_id, action="contact_changed", subject="setting",
        fields=changed,
    )  # fmt: skip
