"""The managers' overview of three hundred services, each with two years of appraisals."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.domain.criteria import METHOD
from portal.domain.level import evaluate
from portal.domain.publication import quarter_of
from portal.models.appraisals import Appraisal
from portal.models.assessments import Assessment
from portal.models.services import Service, ServiceText
from portal.store.city import mark_as_demo
from portal.store.engine import Store
from tests.support.city import City
from tests.support.history import EXAMPLES

SERVICES = 300
MANAGER = "manager@city.example"
OVERVIEW = "/en/manage/"
_LEVELS = (1, 1, 2, 2, 3, 3, 2, 3)
_WAITING = {"waiting": 3, "late": 1, "reopened": 0, "promises": 2, "promises_at_risk": 1}


def fill_overview(store: Store, city: City) -> None:
    """Give public works so many services, and let its manager in without a second factor."""
    now = datetime.now(UTC)
    store.write(mark_as_demo, now.date())
    store.write(_add_services, city.works, now)
    with store.engine.begin() as connection:
        connection.execute(text("ANALYZE"))


def _add_services(session: Session, department_id: int, now: datetime) -> None:
    evidence: dict[str, Any] = EXAMPLES["evaluate"][0]["input"]
    result = evaluate(evidence)
    for number in range(SERVICES - 2):  # beside the two that the small city has
        service = Service(slug=f"service-{number}", department_id=department_id, created_at=now)
        session.add(service)
        session.flush()
        session.add(
            ServiceText(
                service_id=service.id, lang="en", name=f"Service {number}", summary="",
                status="reviewed", updated_at=now,
            )
        )  # fmt: skip
        session.add_all(_appraisals(service.id, now, evidence, result))
        session.add(
            Assessment(
                service_id=service.id, as_of=now.date(), method=METHOD, thresholds={},
                evidence=evidence, result=result, evidence_hash="0" * 64, level=result["level"],
                created_at=now, last_event_id=0, last_submission_id=0, workload=_WAITING,
            )
        )  # fmt: skip
    session.flush()


def _appraisals(
    service_id: int, now: datetime, evidence: dict[str, Any], result: dict[str, Any]
) -> list[Appraisal]:
    quarters: list[date] = [quarter_of(now.date())]
    while len(quarters) < len(_LEVELS):
        quarters.append(quarter_of(quarters[-1] - timedelta(days=1)))
    return [
        Appraisal(
            service_id=service_id, quarter_on=quarter, as_of=quarter, made_at=now, method=METHOD,
            thresholds={}, evidence=evidence, result=result, evidence_hash="0" * 64, level=level,
            raw=level, flag=None, quarters_flagged=0, awaiting_second_look=False,
        )
        for quarter, level in zip(reversed(quarters), _LEVELS, strict=True)
    ]  # fmt: skip
