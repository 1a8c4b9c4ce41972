"""A resident says that an address is theirs; what they were told before is mailed there too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.models.submissions import Contact
from portal.notify.bringing import bring_answer
from portal.notify.cases import lock_cases
from portal.notify.operations import find_contact, same_address
from portal.store import outbox
from portal.store.contacts import is_unconfirmed


def confirm_address(session: Session, *, now: datetime, token: str) -> bool:
    """The resident says that the address is theirs: for this and all they sent with it so far.

    One question a day is asked per address, so one answer counts for all of them. Returns whether
    there is such a link.
    """
    contact = find_contact(session, token)
    if contact is None:
        return False
    unconfirmed = list_unconfirmed(session, contact)
    # Locked first: whoever is telling one of them has told it by then, or finds the address.
    cases = lock_cases(session, unconfirmed)
    confirmed = _confirm(session, now, unconfirmed)
    # What was told needs no word that it has arrived.
    untold = {case.submission_id for case in cases if case.told_on is None} & confirmed
    if untold:
        # One mail says that all of it has arrived, however much was sent with the address.
        one = contact.submission_id if contact.submission_id in untold else min(untold)
        outbox.post(session, "acknowledge", f"acknowledge:{one}", now=now, submission_id=one)
    for case in cases:
        if case.submission_id in confirmed:
            bring_answer(session, now=now, case=case)
    return True


def list_unconfirmed(session: Session, contact: Contact) -> Sequence[int]:
    """What was sent with this contact's address and its owner has not confirmed."""
    return session.scalars(
        select(Contact.submission_id).where(same_address(contact), is_unconfirmed())
    ).all()


def _confirm(session: Session, now: datetime, submission_ids: Sequence[int]) -> set[int]:
    """Confirm these; returns those that nobody else had confirmed meanwhile."""
    return set(
        session.scalars(
            update(Contact)
            .where(Contact.submission_id.in_(submission_ids), is_unconfirmed())
            # The link stood in a mail: one has arrived, whatever was reported of another.
            .values(confirmed_at=now, bounced_at=None)
            .returning(Contact.submission_id)
        )
    )
