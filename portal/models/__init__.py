"""All tables in one place, so that whoever needs the whole schema imports one name."""

from portal.models import (
    appraisals,
    assessments,
    case_work,
    desk,
    doors,
    integrity,
    loops,
    operations,
    partners,
    people,
    reminders,
    responses,
    self_assessments,
    service_drafts,
    services,
    submissions,
    warnings,
)
from portal.models.base import Base

__all__ = [
    "Base",
    "appraisals",
    "assessments",
    "case_work",
    "desk",
    "doors",
    "integrity",
    "loops",
    "operations",
    "partners",
    "people",
    "reminders",
    "responses",
    "self_assessments",
    "service_drafts",
    "services",
    "submissions",
    "warnings",
]
