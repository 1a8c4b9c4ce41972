"""Addresses of the desk, all below /<lang>/staff/."""

from portal.respond.routes import (
    care,
    cases,
    hand_overs,
    responses,
    texts,
    themes,
    translations,
)
from portal.respond.routes.blueprint import blueprint

__all__ = [
    "blueprint",
    "care",
    "cases",
    "hand_overs",
    "responses",
    "texts",
    "themes",
    "translations",
]
