"""Where partners get their links, and which way the link of a record went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.manage.scoped import get_managed_co_decision
from portal.manage.seen import hash_of_address
from portal.models.base import MAX_ID
from portal.models.partners import CoDecision, Partner, PartnerContact, Signature
from portal.models.people import Person
from portal.store.outbox import Mailed, find_mailed
from portal.store.partner_links import has_written, mail_key
from portal.store.scope import NotAllowed, Scope
from portal.store.secrets import Secrets


@dataclass(frozen=True)
class Address:
    """Where a partner gets its links: known by `key`, and since when and by whom it stands here.

    `seen` is the hash that goes along with the form that changes it.
    """

    email: str
    key: str
    seen: str
    lang: str
    set_by: str
    set_at: datetime


@dataclass(frozen=True)
class PartnerView:
    """A partner with its address, if it has one."""

    id: int
    name: str
    is_external: bool
    address: Address | None


@dataclass(frozen=True)
class Way:
    """Which way the partner's link goes, or went.

    `mailed` is None for one made by hand, and where there is none; `by` had it mailed or made it.
    `is_of_writer`: somebody who wrote in the record vouches for the address.
    `wrote_it`: whoever looks at it wrote in the record too.
    """

    partner: PartnerView
    is_of_writer: bool
    wrote_it: bool
    mailed: Mailed | None
    by: str | None


def get_partner_view(session: Session, partner_id: int, secrets: Secrets) -> PartnerView:
    """A partner. Raises NotAllowed where there is none."""
    partner = session.get(Partner, partner_id) if partner_id <= MAX_ID else None
    if partner is None:
        raise NotAllowed
    address = _find_address(session, partner_id, secrets)
    return PartnerView(partner.id, partner.name, partner.is_external, address)


def get_way(session: Session, scope: Scope, co_decision_id: int, secrets: Secrets) -> Way:
    """Which way its link goes. Raises NotAllowed when it is another department's."""
    found = get_managed_co_decision(session, scope, co_decision_id)
    contact = session.get(PartnerContact, found.partner_id)
    link = session.get(Signature, found.id)
    return Way(
        partner=get_partner_view(session, found.partner_id or 0, secrets),
        is_of_writer=_is_of_writer(session, found, contact),
        wrote_it=has_written(session, found, scope.person_id),
        mailed=find_mailed(session, mail_key(link)) if link and link.is_mailed else None,
        by=session.scalar(select(Person.name).where(Person.id == link.person_id)) if link else None,
    )


def _is_of_writer(session: Session, found: CoDecision, contact: PartnerContact | None) -> bool:
    return contact is not None and has_written(session, found, contact.set_by)


def _find_address(session: Session, partner_id: int, secrets: Secrets) -> Address | None:
    row = session.execute(
        select(PartnerContact, Person.name)
        .join(Person, Person.id == PartnerContact.set_by)
        .where(PartnerContact.partner_id == partner_id)
    ).one_or_none()
    if row is None:
        return None
    contact, name = row
    email = secrets.decrypt(contact.email_encrypted)
    return Address(
        email=email,
        key=secrets.address_key(email),
        seen=hash_of_address(contact, secrets),
        lang=contact.lang,
        set_by=name,
        set_at=contact.set_at,
    )
