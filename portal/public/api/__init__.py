"""Open data, version 1 (DESIGN.md section 6): what the pages show, for programs, and no more.

The same figures as the pages show, from the same published assessments.
"""

from portal.public.api import (
    catalogue,
    description,
    integrity,
    levels,
    responses,
    results,
    services,
    themes,
)
from portal.public.api.blueprint import blueprint

__all__ = [
    "blueprint",
    "catalogue",
    "description",
    "integrity",
    "levels",
    "responses",
    "results",
    "services",
    "themes",
]
