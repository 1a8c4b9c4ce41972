"""Administrators' pages: every module here adds its views to the blueprint when it is imported."""

from portal.admin.routes import (
    audit,
    calibration,
    city,
    contact,
    departments,
    districts,
    imports,
    kiosks,
    languages,
    logo,
    retention,
    services,
    settings,
    texts,
    thresholds,
    webhooks,
)
from portal.admin.routes.blueprint import blueprint

__all__ = [
    "audit",
    "blueprint",
    "calibration",
    "city",
    "contact",
    "departments",
    "districts",
    "imports",
    "kiosks",
    "languages",
    "logo",
    "retention",
    "services",
    "settings",
    "texts",
    "thresholds",
    "webhooks",
]
