"""As of which day the newest figures of a service are, be they public or kept in shadow."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models.appraisals import Appraisal
from portal.models.assessments import Assessment


def get_appraised_on(session: Session, service_id: int) -> date | None:
    """The day of a service's newest appraisal; None before the first."""
    return session.scalar(
        select(func.max(Appraisal.as_of)).where(Appraisal.service_id == service_id)
    )


def get_figures_on(session: Session, service_id: int) -> date | None:
    """The day of a service's newest batch of figures; None before the first."""
    return session.scalar(
        select(func.max(Assessment.public_on)).where(Assessment.service_id == service_id)
    )
