"""The list that somebody came from: its address goes with them, so that they come back to it."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.respond.addresses import Address, asked_themes, parse_query, read_address
from portal.respond.queries.choices import Choices, list_choices
from portal.respond.routes.blueprint import langs
from portal.web.access import current_scope
from portal.web.context import portal
from portal.web.database import read
from portal.web.fields import whole_number
from portal.web.words import gettext as _


def list_address() -> tuple[Address, Choices]:
    """The address in the field `filters`, and what it could have chosen from."""
    query = parse_query(request.values.get("filters", ""))
    choices = list_choices(read(), current_scope(), langs=langs(), asked=asked_themes(query))
    return read_address(query, choices, list(portal().settings.languages)), choices


def nothing_ticked(address: Address | None = None) -> Response:
    """Back to the same page of the same list, with what is missing."""
    flash(_("Tick at least one case first."), "alarm")
    theme_id, suggested = whole_number(request.values.get("theme")), request.values.get("language")
    if theme_id is not None and suggested:  # the list was one of suggestions
        back = url_for("respond.show_similar", theme_id=theme_id, language=suggested)
        return redirect(back, 303)
    return back_to_list(address)


def back_to_list(address: Address | None = None) -> Response:
    """To the page of the inbox that somebody came from."""
    values: dict[str, object] = dict((address or list_address()[0]).values)
    number = whole_number(request.values.get("page"))
    return redirect(url_for("respond.show_inbox", page=number, **values), 303)  # type: ignore[arg-type]
