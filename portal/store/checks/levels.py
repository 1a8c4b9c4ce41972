"""Assessments and appraisals against the evidence that they follow from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.criteria import METHOD, Thresholds
from portal.domain.level import evaluate
from portal.domain.publication import PublishedLevel, appraise, evidence_hash
from portal.models.appraisals import Appraisal
from portal.models.assessments import Assessment
from portal.store.assessments import state_of


def check_assessments(session: Session) -> Iterator[str]:
    """Each follows from its evidence, which is the one that was hashed."""
    for row in session.scalars(select(Assessment).execution_options(yield_per=100)):
        name = f"assessment {row.id}"
        result = evaluate(row.evidence, Thresholds(row.thresholds))
        if row.method == METHOD and result != row.result:
            yield f"{name}: its result does not follow from its evidence"
        elif row.level != row.result["level"]:
            yield f"{name}: its level is not that of its result"
        if evidence_hash(row.public_evidence or row.evidence) != row.evidence_hash:
            yield f"{name}: its evidence is not the one that was hashed"
        if row.public_result and row.public_level != row.public_result["level"]:
            yield f"{name}: its public level is not that of its result"


def check_appraisals(session: Session) -> Iterator[str]:
    """Each follows from its evidence and from the state that the quarter before left."""
    before: dict[int, tuple[PublishedLevel | None, date]] = {}
    statement = select(Appraisal).order_by(Appraisal.service_id, Appraisal.quarter_on)
    for row in session.scalars(statement.execution_options(yield_per=100)):
        if evidence_hash(row.evidence) != row.evidence_hash:
            yield f"appraisal {row.id}: its evidence is not the one that was hashed"
        if row.method == METHOD:
            if evaluate(row.evidence, Thresholds(row.thresholds)) != row.result:
                yield f"appraisal {row.id}: its result does not follow from its evidence"
            state, as_of = before.get(row.service_id, (None, row.as_of))
            if appraise(state, row.result, (row.as_of - as_of).days) != state_of(row):
                yield f"appraisal {row.id}: its level does not follow from its result"
        before[row.service_id] = state_of(row), row.as_of
