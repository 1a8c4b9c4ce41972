"""An appraisal of any day in the transaction at hand, for tests that start after it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.assess.appraisals import keep_appraisal
from portal.assess.operations import judge_service
from portal.models.appraisals import Appraisal
from portal.store.thresholds import get_thresholds


def appraise_service(session: Session, *, service_id: int, as_of: date, now: datetime) -> Appraisal:
    """Judge a service on a day and freeze its quarter's appraisal."""
    thresholds = get_thresholds(session, as_of)
    judged = judge_service(session, service_id, as_of, thresholds, with_workload=False)
    return keep_appraisal(session, judged, now=now)
