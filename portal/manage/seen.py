"""What somebody read before they wrote: a text that a colleague changed meanwhile is not lost.

`domain.typed_texts.require_seen` compares it with what is stored.
"""

from __future__ import annotations

from datetime import date

from portal.models.partners import CoDecisionText, NextStepText, PartnerContact
from portal.store.secrets import Secrets
from portal.store.texts import source_hash


def hash_of_record(text: CoDecisionText | None, decided_on: date | None) -> str:
    """Of a record in one language, with its day where it is the first one; "" for none."""
    if text is None:
        return ""
    day = decided_on.isoformat() if decided_on else ""
    return source_hash(text.proposed, text.decided, text.changed, day)


def hash_of_step(text: NextStepText | None) -> str:
    """Of a next step in one language; "" for none."""
    return source_hash(text.what, text.place) if text else ""


def hash_of_address(contact: PartnerContact | None, secrets: Secrets) -> str:
    """Of where a partner gets its links, and in which language; "" for nowhere."""
    if contact is None:
        return ""
    return source_hash(secrets.address_key(secrets.decrypt(contact.email_encrypted)), contact.lang)
