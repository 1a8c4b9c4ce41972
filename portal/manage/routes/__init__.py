"""Managers' pages: every module here adds its views to the blueprint when it is imported."""

from portal.manage.routes import (
    barriers,
    city_dimensions,
    co_decisions,
    dimensions,
    overview,
    partner_links,
    partners,
    records,
    roadmap,
    services,
    set_apart,
    trends,
    warnings,
    what_if,
)
from portal.manage.routes.blueprint import blueprint

__all__ = [
    "barriers",
    "blueprint",
    "city_dimensions",
    "co_decisions",
    "dimensions",
    "overview",
    "partner_links",
    "partners",
    "records",
    "roadmap",
    "services",
    "set_apart",
    "trends",
    "warnings",
    "what_if",
]
