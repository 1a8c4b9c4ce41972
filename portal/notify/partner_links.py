"""Mail to a partner organisation with the link by which it signs a record.

The link is made here, while the mail is written, and stands nowhere else: nobody in the city gets
to see it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.models.partners import CoDecision, Partner, PartnerContact, Signature
from portal.models.running import Outbox
from portal.models.services import Service
from portal.notify.caps import refuse_letter
from portal.notify.stationery import Letter, Nothing, Stationery
from portal.store.city import get_contact
from portal.store.partner_links import has_written, is_of_city, mail_key
from portal.store.secrets import sha256
from portal.store.service_names import get_service_name


def prepare_partner_link(
    session: Session, *, now: datetime, stationery: Stationery, job_id: int
) -> Letter | Nothing:
    """The mail with the newest link of a record, to the address that was read when it was asked."""
    job = session.get_one(Outbox, job_id)
    link = session.get(Signature, job.detail.get("co_decision_id"))
    if link is None or job.dedupe_key != mail_key(link):
        return Nothing("a newer link has taken its place")
    found = session.get_one(CoDecision, link.co_decision_id)
    contact = session.get(PartnerContact, found.partner_id)
    if contact is None:
        return Nothing("the address is erased")
    token = stationery.secrets.partner_token(found.id, link.made_at, contact.email_hash)
    why_not = _why_not(session, now, found, link, contact)
    if why_not is None and sha256(token) != link.token_hash:
        why_not = "made for another address or under another secret"
    if why_not is not None:
        return Nothing(why_not)
    email = stationery.secrets.decrypt(contact.email_encrypted)
    if is_of_city(session, email, stationery.settings.mailboxes):
        return Nothing("somebody of the city signs in with the address")
    refusal = refuse_letter(session, now=now, stationery=stationery, job=job, email=email)
    if refusal is not None:
        return refusal
    context = _context(session, stationery, found, link, contact.lang)
    context["link"] = stationery.link(contact.lang, f"sign/{token}/")
    reference = stationery.reference(job_id)
    return Letter(email, contact.lang, "mail_partner_link", context, reference, None)


def _why_not(
    session: Session, now: datetime, found: CoDecision, link: Signature, contact: PartnerContact
) -> str | None:
    """What has happened since a colleague asked for it, so that nothing may be mailed."""
    if link.signed_at or link.expires_at <= now:
        return "signed or expired"
    if found.completed_on is None:
        return "the record is being changed"
    if has_written(session, found, contact.set_by):
        return "who vouches for the address has written in the record"
    return None


def _context(
    session: Session, stationery: Stationery, found: CoDecision, link: Signature, lang: str
) -> dict[str, Any]:
    """What the letter says, but for the link."""
    slug = session.get_one(Service, found.service_id).slug
    languages = stationery.settings.languages
    return {
        "expires_at": link.expires_at,
        "partner": session.get_one(Partner, found.partner_id).name,
        "service": get_service_name(session, found.service_id, slug, lang, languages),
        "decided_on": found.decided_on,
        "city_contact": get_contact(session),
    }
