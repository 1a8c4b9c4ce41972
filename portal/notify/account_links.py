"""Mail to people who sign in: an invitation, and a link to choose a new password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.models.people import AccountLink, Person
from portal.models.running import Outbox
from portal.notify.stationery import Letter, Nothing, Stationery
from portal.store.secrets import sha256

PATHS = {"invitation": "sign-in/invitation", "reset": "sign-in/reset"}


def prepare_account_link(
    session: Session, *, now: datetime, stationery: Stationery, job_id: int
) -> Letter | Nothing:
    """The mail with a link that still works. Its host is the portal's own setting."""
    job = session.get_one(Outbox, job_id)
    link = session.get(AccountLink, job.detail.get("link_id"))
    person = session.get(Person, link.person_id) if link else None
    if link is None or person is None or not person.active:
        return Nothing("gone")
    if link.used_at or link.revoked_at or link.expires_at <= now:
        return Nothing("used, revoked or expired")
    token = stationery.secrets.account_token(link.id, link.made_at)
    if sha256(token) != link.token_hash:
        return Nothing("made under another secret")
    context = {
        "link": stationery.link(person.lang, f"{PATHS[link.kind]}/{token}/"),
        "expires_at": link.expires_at,
    }
    return Letter(
        person.email, person.lang, f"mail_{link.kind}", context, stationery.reference(job_id), None
    )
