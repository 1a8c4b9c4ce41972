"""What Marlow's managers say of their services: self-assessments, expectations and barriers.

Expectations of past quarters are dated a week before each began: what was measured comes out of
the records, how far managers are off is planted here.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.publication import quarter_of
from portal.domain.self_assessment import a_year_after, open_quarter
from portal.models.appraisals import Appraisal
from portal.models.people import Person
from portal.models.self_assessments import (
    Barrier,
    BarrierCriterion,
    EngageClaim,
    SelfAssessment,
    SelfAssessmentEvidence,
)
from portal.models.services import Service

_ASSESSOR = "manager.infrastructure@demo.example"
_REVIEWER = "manager@demo.example"
_REVIEWED_AFTER = timedelta(days=9)
_SAID_BEFORE = timedelta(days=7)


@cache
def _load() -> dict[str, Any]:
    path = Path(__file__).parent / "data" / "plans.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def add_plans(session: Session, *, now: datetime, today: date) -> None:
    """Everything at once, dated relative to today."""
    planner = _Planner(session, now, today)
    planner.assess()
    planner.expect()
    planner.write_barriers()
    session.flush()


class _Planner:
    """Writes rows for one point in time."""

    def __init__(self, session: Session, now: datetime, today: date) -> None:
        self.session, self.now, self.today = session, now, today
        people = {row[0]: row[1] for row in session.execute(select(Person.email, Person.id))}
        self.assessor, self.reviewer = people[_ASSESSOR], people[_REVIEWER]
        self.services = {
            row[0]: row[1] for row in session.execute(select(Service.slug, Service.id))
        }

    def assess(self) -> None:
        """Reviewed ones, some without evidence, some long ago, some that wait."""
        bare = {tuple(one) for one in _load()["no_evidence"]}
        for slug, rows in _load()["assessed"].items():
            for dimension, (level, days) in rows.items():
                if (slug, dimension) in bare:
                    self._assess(slug, dimension, level, days, has_evidence=False)
                else:
                    self._assess(slug, dimension, level, days, is_reviewed=True)
        for slug, dimension, level, days in _load()["waiting"]:
            self._assess(slug, dimension, level, days)

    def _assess(
        self,
        slug: str,
        dimension: str,
        level: int,
        days: int,
        *,
        has_evidence: bool = True,
        is_reviewed: bool = False,
    ) -> None:
        note, items = _load()["evidence"][dimension][str(level)]
        on, at = self._ago(days)
        row = SelfAssessment(
            service_id=self.services[slug],
            dimension=dimension,
            level=level,
            note=note,
            assessed_by=self.assessor,
            assessed_at=at,
            assessed_on=on,
            valid_until=a_year_after(on),
            reviewed_by=self.reviewer if is_reviewed else None,
            reviewed_at=at + _REVIEWED_AFTER if is_reviewed else None,
        )
        if has_evidence:
            row.evidence = [
                SelfAssessmentEvidence(
                    position=place,
                    kind=kind,
                    reference=reference.format(slug=slug),
                    dated_on=on - timedelta(days=age),
                    note=about,
                )
                for place, (kind, reference, age, about) in enumerate(items)
            ]
        self.session.add(row)
        self.session.flush()

    def _ago(self, days: int) -> tuple[date, datetime]:
        return self.today - timedelta(days=days), self.now - timedelta(days=days)

    def expect(self) -> None:
        """The two quarters that have been measured last, and the one to come."""
        current = quarter_of(self.today)
        before = quarter_of(current - timedelta(days=1))
        measured = {
            (row[0], row[1]): row[2]
            for row in self.session.execute(
                select(Appraisal.service_id, Appraisal.quarter_on, Appraisal.level)
            )
        }
        for slug, gaps in _load()["expectation_gaps"].items():
            for quarter_on, gap in zip((before, current), gaps, strict=True):
                level = measured.get((self.services[slug], quarter_on), 1) + gap
                self._expect(slug, quarter_on, min(max(level, 0), 4), quarter_on - _SAID_BEFORE)
        for slug, level in _load()["expected_next"].items():
            self._expect(slug, open_quarter(self.today), level, self.today)

    def _expect(self, slug: str, quarter_on: date, level: int, on: date) -> None:
        self.session.add(
            EngageClaim(
                service_id=self.services[slug],
                quarter_on=quarter_on,
                level=level,
                person_id=self.assessor,
                claimed_at=self.now - (self.today - on),
                claimed_on=on,
            )
        )

    def write_barriers(self) -> None:
        """In all six building blocks, some overdue, one overcome."""
        for slug, block, gap, barrier, owner, step, due, criteria, closed in _load()["barriers"]:
            _on, at = self._ago(100)
            self.session.add(
                Barrier(
                    service_id=self.services[slug],
                    block=block,
                    gap=gap,
                    barrier=barrier,
                    owner=owner,
                    next_step=step,
                    due_on=self.today + timedelta(days=due),
                    closed_on=None if closed is None else self.today - timedelta(days=closed),
                    version=1,
                    created_by=self.assessor,
                    created_at=at,
                    updated_at=at,
                    criteria=[BarrierCriterion(criterion=one) for one in criteria],
                )
            )
