"""Answers against the cases that they are about, and what partners signed."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.loop import EventKind
from portal.models.loops import LoopEvent, LoopRow
from portal.models.partners import CoDecision, Signature
from portal.models.responses import Response, ResponseService
from portal.store.record_hash import hash_record


def check_concerned(session: Session) -> Iterator[str]:
    """A response shows at another service if a case of it got the response, and only then."""
    given = session.execute(
        select(LoopEvent.response_id, LoopRow.service_id)
        .join(LoopRow, LoopRow.submission_id == LoopEvent.submission_id)
        .join(Response, Response.id == LoopEvent.response_id)
        .where(
            LoopEvent.kind == EventKind.RESPONDED.value,
            LoopRow.service_id != Response.service_id,
            Response.import_id.is_(None),  # which shows nowhere, having no words
        )
        .distinct()
    )
    shown = session.execute(select(ResponseService.response_id, ResponseService.service_id))
    before, now = {tuple(row) for row in given}, {tuple(row) for row in shown}
    for response_id, service_id in sorted(before - now):
        yield f"response {response_id}: was given to service {service_id} and does not show there"
    for response_id, service_id in sorted(now - before):
        yield f"response {response_id}: shows at service {service_id}, which never got it"


def check_signatures(session: Session) -> Iterator[str]:
    """What partners have signed is what stands there now, and is complete."""
    signed = (
        select(CoDecision, Signature)
        .join(Signature, Signature.co_decision_id == CoDecision.id)
        .where(Signature.signed_on.is_not(None))
    )
    for found, signature in session.execute(signed):
        completed_on, signed_on = found.completed_on, signature.signed_on
        is_complete = completed_on and signed_on and completed_on <= signed_on
        if not is_complete or hash_record(session, found) != signature.record_hash:
            yield f"co-decision {found.id}: its record is not the one that the partner signed"
