"""Addresses of the desk, all below /<lang>/staff/."""

from portal.respond.routes import (
    bulk,
    calling,
    care,
    cases,
    doors,
    entry,
    hand_overs,
    inbox,
    phrases,
    promises,
    publishing,
    responses,
    texts,
    themes,
    translations,
    views,
    withdrawals,
)
from portal.respond.routes.blueprint import blueprint

__all__ = [
    "blueprint",
    "bulk",
    "calling",
    "care",
    "cases",
    "doors",
    "entry",
    "hand_overs",
    "inbox",
    "phrases",
    "promises",
    "publishing",
    "responses",
    "texts",
    "themes",
    "translations",
    "views",
    "withdrawals",
]
