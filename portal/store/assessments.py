"""What the public sees of levels: the newest published assessment of each service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session, aliased

from portal.models.assessments import Assessment
from portal.models.services import Service


@dataclass(frozen=True)
class PublicAssessment:
    """A published assessment: evidence and result in METHOD.md's shapes (A.4), made coarse (A.3).

    `evidence_hash` is the SHA-256 of `evidence` as canonical JSON; `thresholds` holds what the
    city made stricter than the method's defaults.
    """

    service_id: int
    as_of: date
    public_on: date
    level: int
    method: str
    thresholds: Mapping[str, Any]
    evidence: Mapping[str, Any]
    evidence_hash: str
    result: Mapping[str, Any]


@dataclass(frozen=True)
class PublicLevel:
    """A service's published level in short. `next_status` says how far the level above is."""

    service_id: int
    as_of: date
    public_on: date
    level: int
    next_status: str | None

    @property
    def doubt(self) -> int:
        """The level whose evidence is too close to call, or 0."""
        return self.level + 1 if self.next_status == "in_doubt" else 0


def get_public_assessment(session: Session, service_id: int) -> PublicAssessment | None:
    """What is published about a service now; None when it has never been assessed."""
    row = session.scalar(
        select(Assessment)
        .where(Assessment.service_id == service_id, Assessment.public_on.is_not(None))
        .order_by(Assessment.public_on.desc(), Assessment.id.desc())
        .limit(1)
    )
    if row is None or row.public_on is None or row.public_level is None:
        return None
    return PublicAssessment(
        service_id=row.service_id,
        as_of=row.as_of,
        public_on=row.public_on,
        level=row.public_level,
        method=row.method,
        thresholds=row.thresholds,
        evidence=row.public_evidence or {},
        evidence_hash=row.evidence_hash,
        result=row.public_result or {},
    )


def list_public_assessments(session: Session) -> dict[int, PublicLevel]:
    """The published level of every service in use that has one, by service id.

    One look into the index per service, however many assessments there have been.
    """
    rows = session.execute(
        select(
            Assessment.service_id,
            Assessment.as_of,
            Assessment.public_on,
            Assessment.public_level,
            Assessment.public_result["next_status"].as_string(),
        )
        .join(Service, Service.id == Assessment.service_id)
        .where(Service.is_active, Assessment.id == _newest_public())
    )
    return {row[0]: PublicLevel(*row) for row in rows}


def _newest_public() -> ScalarSelect[int]:
    """Id of the newest public assessment of the service of the row at hand."""
    other = aliased(Assessment)
    return (
        select(other.id)
        .where(other.service_id == Service.id, other.public_on.is_not(None))
        .order_by(other.public_on.desc(), other.id.desc())
        .limit(1)
        .correlate(Service)
        .scalar_subquery()
    )
