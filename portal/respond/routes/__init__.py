"""Addresses of the desk, all below /<lang>/staff/."""

from portal.respond.routes import (
    care,
    cases,
    doors,
    entry,
    hand_overs,
    promises,
    publishing,
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
    "doors",
    "entry",
    "hand_overs",
    "promises",
    "publishing",
    "responses",
    "texts",
    "themes",
    "translations",
]
