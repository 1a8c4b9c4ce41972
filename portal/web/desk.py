"""The menu of signed-in pages: one row per place, shown to whoever may go there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from flask_babel import lazy_gettext as _l

from portal.store.scope import Scope


@dataclass(frozen=True)
class Place:
    """One entry: where it leads, its words, and the roles that see it."""

    endpoint: str
    text: Any  # lazy
    roles: tuple[str, ...]  # none for administrators, who belong to no department


# In the order in which they stand in the menu.
PLACES = (
    Place("respond.show_inbox", _l("Inbox"), ("staff", "manager")),
    Place("respond.show_responses", _l("Answers"), ("staff", "translator", "manager")),
    Place("respond.show_translations", _l("Translations"), ("staff", "translator", "manager")),
    Place("respond.show_doors", _l("Paper, phone and counter"), ("staff", "manager")),
    Place("respond.show_promises", _l("Promises"), ("staff", "manager")),
    Place("manage.show_overview", _l("Levels"), ("manager", "administrator")),
    Place("manage.show_warnings", _l("Warnings"), ("manager",)),
    Place("manage.show_city_trends", _l("Trends"), ("manager",)),
    Place("manage.show_city_dimensions", _l("Five dimensions"), ("manager",)),
    Place("manage.show_city_roadmap", _l("Roadmap"), ("manager",)),
    Place("manage.list_co_decisions", _l("Decided together"), ("manager",)),
    Place("admin.show_settings", _l("Settings"), ()),
)


def desk_nav() -> list[tuple[str, str, bool]]:
    """(address, words, is current) of the places that the signed-in person sees."""
    scope = g.get("scope")
    if not isinstance(scope, Scope):
        return []
    return [
        (url_for(place.endpoint), str(place.text), request.endpoint == place.endpoint)
        for place in PLACES
        if _is_shown(place, scope)
    ]


def _is_shown(place: Place, scope: Scope) -> bool:
    is_for_administrators = not place.roles or "administrator" in place.roles
    return bool(scope.having(*place.roles)) or (is_for_administrators and scope.is_administrator)
