"""The thresholds in force: the method's, or stricter ones of the city (METHOD.md 3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.criteria import DEFAULTS, Thresholds
from portal.models.appraisals import ThresholdChange
from portal.store.content import raise_content_version
from portal.store.reassessments import ask_to_assess


def get_thresholds(session: Session, on: date) -> Thresholds:
    """The thresholds in force on a day."""
    raised = session.scalar(
        select(ThresholdChange.raised)
        .where(ThresholdChange.from_on <= on)
        .order_by(ThresholdChange.from_on.desc(), ThresholdChange.id.desc())
        .limit(1)
    )
    return Thresholds(raised) if raised else DEFAULTS


def list_threshold_changes(session: Session) -> list[ThresholdChange]:
    """All decisions about thresholds, newest first; the place in time order is their version."""
    return list(
        session.scalars(
            select(ThresholdChange).order_by(
                ThresholdChange.from_on.desc(), ThresholdChange.id.desc()
            )
        )
    )


def change_thresholds(
    session: Session,
    *,
    raised: Mapping[str, Mapping[str, float]],
    from_on: date,
    reason: str,
    person_id: int | None,
    today: date,
    now: datetime,
) -> ThresholdChange:
    """Decide on stricter thresholds from a day on; `raised` is all that differs from the defaults.

    Raises ValueError for anything laxer than the method's (the floors are in the domain), a day
    that has passed, or a missing reason. Appraisals made before keep theirs.
    """
    thresholds = Thresholds(raised)
    if from_on < today:
        raise ValueError(f"{from_on} has passed: levels of past days keep their thresholds")
    if not reason.strip():
        raise ValueError("a change of thresholds needs a reason")
    plain: dict[str, Any] = {key: dict(numbers) for key, numbers in thresholds.raised.items()}
    change = ThresholdChange(
        from_on=from_on, raised=plain, reason=reason.strip(), person_id=person_id, decided_at=now
    )
    session.add(change)
    session.flush()
    if from_on <= today:  # every later day is assessed by itself
        ask_to_assess(session)
    raise_content_version(session)
    return change
