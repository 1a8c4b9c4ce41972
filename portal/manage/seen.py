"""What somebody read before they wrote: a text that a colleague changed meanwhile is not lost."""

from __future__ import annotations

from datetime import date

from portal.models.partners import CoDecisionText, NextStepText
from portal.store.texts import source_hash


class TextMoved(ValueError):
    """Somebody else has changed the text since it was read."""


def hash_of_record(text: CoDecisionText | None, decided_on: date | None) -> str:
    """Of a record in one language, with its day where it is the first one; "" for none."""
    if text is None:
        return ""
    day = decided_on.isoformat() if decided_on else ""
    return source_hash(text.proposed, text.decided, text.changed, day)


def hash_of_step(text: NextStepText | None) -> str:
    """Of a next step in one language; "" for none."""
    return source_hash(text.what, text.place) if text else ""


def require_seen(stored: str, *, seen: str, typed: str) -> None:
    """Raise TextMoved unless what is stored was read, or is what was typed (sent twice)."""
    if stored not in (seen, typed):
        raise TextMoved
