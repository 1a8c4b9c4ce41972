"""What is doubtful about a draft, seen beside what the department has published lately."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.data import load_claim_words
from portal.domain.cautions import Caution, find_cautions
from portal.domain.claims import NO_WORDS
from portal.domain.loop import Outcome
from portal.models.responses import Response, ResponseText
from portal.models.services import Service
from portal.store.targets import find_holiday
from portal.store.wordings import wording_of

COMPARED = 60  # of the department's newest answers: an older one repeats nothing


def list_cautions(session: Session, response: Response, source: ResponseText) -> list[Caution]:
    """Hints about the source text of a draft; none where there is nothing to say."""
    department_id = session.get_one(Service, response.service_id).department_id
    rows = session.execute(
        select(Response.id, ResponseText.we_did, ResponseText.why_not)
        .join(ResponseText, ResponseText.response_id == Response.id)
        .join(Service, Service.id == Response.service_id)
        .where(
            Service.department_id == department_id,
            Response.status == "published",
            Response.import_id.is_(None),
            Response.id != response.id,
            ResponseText.lang == source.lang,
        )
        .order_by(Response.published_on.desc(), Response.id.desc())
        .limit(COMPARED)
    )
    return find_cautions(
        outcome=Outcome(response.outcome),
        wording=wording_of(source),
        others={row[0]: row[1] or row[2] for row in rows},
        words=load_claim_words().get(source.lang, NO_WORDS),
        holiday=find_holiday(session, response.due_on) if response.due_on else None,
    )
