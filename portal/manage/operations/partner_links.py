"""The link by which a partner signs: mailed by the portal, or made by hand where no mail goes.

Whoever wrote the record holds no link that signs it, and named no mailbox for one either.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.domain.typed_texts import require_seen
from portal.manage.operations.co_decisions import SignedAlready, is_signed
from portal.manage.scoped import get_managed_co_decision
from portal.models.partners import CoDecision, PartnerContact, Signature
from portal.store import audit, outbox
from portal.store.co_decisions import count_linked
from portal.store.partner_links import has_written, mail_key
from portal.store.scope import Scope
from portal.store.secrets import Secrets, new_token, sha256
from portal.store.throttle import require_room

LINK_LIFETIME = timedelta(days=14)
SENDS_A_DAY = 3


class NotReady(ValueError):
    """The record is not complete, or no case is linked: there is nothing to sign yet."""


class WroteItself(ValueError):
    """Whoever wrote in the record, in any wording, asks for the link: a colleague has to."""


class AddressUnfit(ValueError):
    """There is no address, or somebody who wrote the record vouches for it."""


def make_link(session: Session, *, now: datetime, scope: Scope, co_decision_id: int) -> str:
    """The token of a new link for the partner, to be passed on by hand: good once, for 14 days.

    It is stored nowhere but as its SHA-256; an older link stops working. Raises NotReady,
    SignedAlready and WroteItself.
    """
    found = _lock_ready(session, scope, co_decision_id)
    token = new_token()
    _replace_link(session, now, scope, found, token, is_mailed=False)
    _audit(session, now, scope, "partner_link_made", found.id)
    return token


def send_link(
    session: Session,
    *,
    now: datetime,
    scope: Scope,
    co_decision_id: int,
    seen: str,
    secrets: Secrets,
) -> None:
    """Have a new link mailed to the partner; an older one stops working.

    Neither the database nor the outbox holds the link: the worker makes it anew when it writes the
    mail. `seen` is the key of the address that was read. Raises NotReady, SignedAlready,
    WroteItself, AddressUnfit and LimitReached, TextsMoved where somebody else changed the address.
    """
    found = _lock_ready(session, scope, co_decision_id)
    address = session.get(PartnerContact, found.partner_id)
    if address is None or has_written(session, found, address.set_by):
        raise AddressUnfit
    key = secrets.address_key(secrets.decrypt(address.email_encrypted))
    require_seen(key, seen=seen, typed=seen)
    require_room(
        session, scope="partner-link", key=str(found.id), now=now, length=timedelta(days=1),
        limit=SENDS_A_DAY,
    )  # fmt: skip
    token = secrets.partner_token(found.id, now, address.email_hash)
    link = _replace_link(session, now, scope, found, token, is_mailed=True)
    outbox.post(session, "partner_link", mail_key(link), now=now, co_decision_id=found.id)
    _audit(session, now, scope, "partner_link_sent", found.id)


def _lock_ready(session: Session, scope: Scope, co_decision_id: int) -> CoDecision:
    """A record that this person may have signed, locked."""
    found = get_managed_co_decision(session, scope, co_decision_id, lock=True)
    if is_signed(session, found.id):
        raise SignedAlready
    if has_written(session, found, scope.person_id):
        raise WroteItself
    if found.completed_on is None or not count_linked(session, found.id):
        raise NotReady
    return found


def _replace_link(
    session: Session,
    now: datetime,
    scope: Scope,
    found: CoDecision,
    token: str,
    *,
    is_mailed: bool,
) -> Signature:
    return session.merge(
        Signature(
            co_decision_id=found.id,
            token_hash=sha256(token),
            person_id=scope.person_id,
            is_mailed=is_mailed,
            made_at=now,
            expires_at=now + LINK_LIFETIME,
        )
    )


def _audit(session: Session, now: datetime, scope: Scope, action: str, co_decision_id: int) -> None:
    audit.record(
        session, at=now, person_id=scope.person_id, action=action, subject="co_decision",
        subject_id=co_decision_id,
    )  # fmt: skip
