"""What one year alone holds, where it is too little and the evidence is of two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.evidence import YEAR
from portal.domain.evidence_shape import QUESTIONS
from portal.manage.queries.services import ManagedService
from portal.store.evidence.cases import count_cases
from portal.store.evidence.known_cases import has_later_events
from portal.store.evidence.ratings import count_ratings
from portal.store.scope import NotAllowed


def count_year(session: Session, service: ManagedService) -> Mapping[str, Any]:
    """The shares of the year before today's evidence. Raises NotAllowed where there is none."""
    if service.todays is None:
        raise NotAllowed
    as_of = service.todays.as_of
    is_past = has_later_events(session, service.id, as_of)
    ratings = count_ratings(session, service.id, as_of).within(YEAR)
    return {
        **count_cases(session, service.id, as_of, YEAR, is_past=is_past).shares(),
        **{question: ratings.share(question, 0, {}) for question in QUESTIONS},
    }
