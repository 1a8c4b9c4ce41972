"""Cases that decisions taken together rest on: they stay in the theme."""

from __future__ import annotations

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from portal.models.partners import CoDecision, CoDecisionCase
from portal.models.responses import ThemeCase


def decided_cases(theme_id: int) -> Select[int]:
    """Cases that a decision taken together in the theme rests on."""
    return (
        select(CoDecisionCase.submission_id)
        .join(CoDecision, CoDecision.id == CoDecisionCase.co_decision_id)
        .where(CoDecision.theme_id == theme_id)
    )


def is_decided(session: Session, submission_id: int) -> bool:
    """Whether a decision taken together in one of its themes rests on the case."""
    decided = exists().where(
        ThemeCase.submission_id == submission_id,
        CoDecisionCase.submission_id == ThemeCase.submission_id,
        CoDecision.id == CoDecisionCase.co_decision_id,
        CoDecision.theme_id == ThemeCase.theme_id,
    )
    return bool(session.scalar(select(decided)))
