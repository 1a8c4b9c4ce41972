"""Where partners get the links by which they sign: contact data, said and taken back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.typed_texts import require_seen
from portal.manage.seen import hash_of_address
from portal.models.base import MAX_ID
from portal.models.partners import Partner, PartnerContact
from portal.store import audit
from portal.store.partner_links import is_of_city
from portal.store.scope import NotAllowed, Scope
from portal.store.secrets import Secrets


class OfTheCity(ValueError):
    """The address is the city's, or of somebody there: a link sent to it would come back."""


def set_address(
    session: Session,
    *,
    now: datetime,
    scope: Scope,
    partner_id: int,
    email: str,
    lang: str,
    secrets: Secrets,
    own: Iterable[str] = (),
    seen: str | None = None,
) -> None:
    """Say where the partner gets its links, and in which language.

    Whoever saves what stands there already vouches for it from now on. `seen` is the hash of what
    stood there when it was read. Raises TextsMoved where somebody else has changed it, OfTheCity
    for addresses with which people of the city sign in, and those that are the city's `own`.
    """
    _lock_partner(session, partner_id)
    if is_of_city(session, email, own):
        raise OfTheCity
    new = PartnerContact(
        partner_id=partner_id,
        email_encrypted=secrets.encrypt(email),
        email_hash=secrets.email_hash(email),
        lang=lang,
        set_by=scope.person_id,
        set_at=now,
    )
    stored = hash_of_address(session.get(PartnerContact, partner_id), secrets)
    typed = hash_of_address(new, secrets)
    require_seen(stored, seen=seen, typed=typed)
    is_same = stored == typed
    session.merge(new)
    action = "partner_address_confirmed" if is_same else "partner_address_set"
    _audit(session, now, scope, action, partner_id)


def remove_address(
    session: Session,
    *,
    now: datetime,
    scope: Scope,
    partner_id: int,
    secrets: Secrets,
    seen: str | None = None,
) -> None:
    """Erase it; a link that is not mailed yet is not mailed any more.

    `seen` is the hash of what stood there when it was read. Raises TextsMoved where somebody else
    has changed it.
    """
    _lock_partner(session, partner_id)
    known = session.get(PartnerContact, partner_id)
    require_seen(hash_of_address(known, secrets), seen=seen, typed=hash_of_address(None, secrets))
    if known is not None:
        session.delete(known)
        _audit(session, now, scope, "partner_address_removed", partner_id)


def _lock_partner(session: Session, partner_id: int) -> None:
    """Two people who say it at once do it one after the other. Raises NotAllowed for no partner."""
    if partner_id > MAX_ID or session.get(Partner, partner_id, with_for_update=True) is None:
        raise NotAllowed


def _audit(session: Session, now: datetime, scope: Scope, action: str, partner_id: int) -> None:
    audit.record(
        session, at=now, person_id=scope.person_id, action=action, subject="partner",
        subject_id=partner_id,
    )  # fmt: skip
