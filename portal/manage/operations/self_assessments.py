"""What managers say of their own services: assessing, reviewing, claiming the measured level."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.self_assessment import (
    Dimension,
    EvidenceItem,
    EvidenceProblem,
    a_year_after,
    open_quarter,
    problem_of,
)
from portal.domain.typed_texts import TextsMoved, require_seen
from portal.manage.scoped import get_managed_service
from portal.models.self_assessments import EngageClaim, SelfAssessment, SelfAssessmentEvidence
from portal.store import audit
from portal.store.scope import NotAllowed, Scope


class BadEvidence(Exception):
    """Items that may not stand; `problems` are (number of the item from 0, field, problem)."""

    def __init__(self, problems: Sequence[tuple[int, str, EvidenceProblem]]) -> None:
        """One problem at least."""
        super().__init__(", ".join(f"{place}: {problem}" for place, _field, problem in problems))
        self.problems = problems


class OwnAssessment(Exception):
    """Whoever assessed a service cannot review it too."""


class NothingToReview(Exception):
    """There is no evidence, somebody has reviewed it already, or it has expired."""


class ClaimClosed(Exception):
    """That quarter's level is measured already, or is not the next one's."""


def assess_dimension(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    slug: str,
    dimension: Dimension,
    level: int,
    note: str,
    evidence: Sequence[EvidenceItem],
    read_until: int | None = None,
) -> int:
    """Say which level a service has reached in a dimension; returns the id of the new row.

    Without evidence it is kept as a claim without any. `read_until` is the newest assessment that
    was read, 0 for none. Raises TextsMoved where somebody else has assessed it since, BadEvidence.
    """
    service = get_managed_service(session, scope, slug, lock=True)
    if read_until is not None:
        _require_newest(session, scope, (service.id, dimension), read_until)
    problems = [
        (place, *problem)
        for place, item in enumerate(evidence)
        if (problem := problem_of(item, dimension, today)) is not None
    ]
    if problems:
        raise BadEvidence(problems)
    row = SelfAssessment(
        service_id=service.id,
        dimension=dimension.value,
        level=level,
        note=note,
        assessed_by=scope.person_id,
        assessed_at=now,
        assessed_on=today,
        valid_until=a_year_after(today),
        evidence=[_row(place, item) for place, item in enumerate(evidence)],
    )
    session.add(row)
    session.flush()
    _record(session, now, scope, "dimension_assessed", row)
    return row.id


def _require_newest(
    session: Session, scope: Scope, about: tuple[int, Dimension], read_until: int
) -> None:
    """Whoever assesses anew has read what others said last."""
    service_id, dimension = about
    newer = session.scalar(
        select(SelfAssessment.id)
        .where(
            SelfAssessment.service_id == service_id,
            SelfAssessment.dimension == dimension.value,
            SelfAssessment.id > read_until,
            SelfAssessment.assessed_by != scope.person_id,
        )
        .limit(1)
    )
    if newer is not None:
        raise TextsMoved


def _row(place: int, item: EvidenceItem) -> SelfAssessmentEvidence:
    assert item.dated_on is not None  # noqa: S101 - problem_of refuses items without a day
    return SelfAssessmentEvidence(
        position=place,
        kind=item.kind.value,
        reference=item.reference,
        dated_on=item.dated_on,
        note=item.note,
    )


def review_assessment(
    session: Session, *, now: datetime, today: date, scope: Scope, slug: str, number: int
) -> Dimension:
    """Agree, as a second person, that the evidence shows the level; returns the dimension.

    Raises OwnAssessment, or NothingToReview.
    """
    service = get_managed_service(session, scope, slug)
    row = session.scalar(
        select(SelfAssessment)
        .where(SelfAssessment.id == number, SelfAssessment.service_id == service.id)
        .with_for_update()
    )
    if row is None:
        raise NotAllowed
    if row.assessed_by == scope.person_id:
        raise OwnAssessment
    if not row.evidence or row.reviewed_by is not None or today > row.valid_until:
        raise NothingToReview
    row.reviewed_by, row.reviewed_at = scope.person_id, now
    session.flush()
    _record(session, now, scope, "dimension_reviewed", row)
    return Dimension(row.dimension)


def claim_level(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    slug: str,
    quarter_on: date,
    level: int,
    seen: str | None = None,
) -> None:
    """Say which engage level the quarter to come will show, before it is measured.

    The newest claim of a quarter counts; `seen` is the one that was read, "" for none. Raises
    ClaimClosed from the quarter's first day on, TextsMoved where somebody else claims another one.
    """
    service = get_managed_service(session, scope, slug, lock=True)
    if quarter_on != open_quarter(today):
        raise ClaimClosed
    stored = session.scalar(
        select(EngageClaim.level)
        .where(EngageClaim.service_id == service.id, EngageClaim.quarter_on == quarter_on)
        .order_by(EngageClaim.id.desc())
        .limit(1)
    )
    require_seen("" if stored is None else str(stored), seen=seen, typed=str(level))
    claim = EngageClaim(
        service_id=service.id,
        quarter_on=quarter_on,
        level=level,
        person_id=scope.person_id,
        claimed_at=now,
        claimed_on=today,
    )
    session.add(claim)
    session.flush()
    audit.record(
        session, at=now, person_id=scope.person_id, action="level_claimed", subject="service",
        subject_id=service.id, quarter_on=quarter_on.isoformat(), level=level,
    )  # fmt: skip


def _record(
    session: Session, now: datetime, scope: Scope, action: str, row: SelfAssessment
) -> None:
    audit.record(
        session, at=now, person_id=scope.person_id, action=action, subject="self_assessment",
        subject_id=row.id, dimension=row.dimension, level=row.level,
    )  # fmt: skip
