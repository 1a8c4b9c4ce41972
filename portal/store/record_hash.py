"""What a partner signs: the record as it stands, known by its hash, through a link of its own."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.partners import CoDecision, CoDecisionCase, CoDecisionText
from portal.store.texts import source_hash


def hash_record(session: Session, co_decision: CoDecision) -> str:
    """SHA-256 (hex) of the record in its first language, with its day and its linked cases."""
    text = session.get_one(CoDecisionText, (co_decision.id, co_decision.source_lang))
    cases = session.scalars(
        select(CoDecisionCase.submission_id)
        .where(CoDecisionCase.co_decision_id == co_decision.id)
        .order_by(CoDecisionCase.submission_id)
    )
    return source_hash(
        str(co_decision.decided_on),
        str(co_decision.partner_id),
        text.proposed,
        text.decided,
        text.changed,
        *(str(number) for number in cases),
    )
