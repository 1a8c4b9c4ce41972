"""All tables in one place, so that whoever needs the whole schema imports one name."""

from portal.models import (
    assessments,
    loops,
    operations,
    people,
    responses,
    services,
    submissions,
)
from portal.models.base import Base

__all__ = [
    "Base",
    "assessments",
    "loops",
    "operations",
    "people",
    "responses",
    "services",
    "submissions",
]
