"""Services with their names in every language and their published level."""

from __future__ import annotations

from typing import Any

from flask import abort
from werkzeug.wrappers import Response

from portal.public import queries
from portal.public.api import shapes
from portal.public.api.answers import Window, answer, answer_list, answer_table
from portal.public.api.blueprint import blueprint, every_language
from portal.public.queries import ServiceEntry
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read


@blueprint.get("/v1/services")
@access(Access.OPEN_DATA)
def list_services() -> Response:
    """All services with their names in every language and their published level."""
    return answer_list("services", _items, lambda: len(_services()))


@blueprint.get("/v1/services.csv")
@access(Access.OPEN_DATA)
def list_services_csv() -> Response:
    """The same as a table."""
    languages = portal().settings.languages
    return answer_table(
        shapes.service_columns(languages),
        lambda: (shapes.service_row(entry, languages) for entry in _services()),
    )


@blueprint.get("/v1/services/<slug>")
@access(Access.OPEN_DATA)
def show_service(slug: str) -> Response:
    """One service."""
    return answer(lambda: _find(slug))


def _find(slug: str) -> dict[str, Any]:
    found = [entry for entry in _services() if entry.slug == slug]
    if not found:
        abort(404, f"There is no service {slug}.")
    return shapes.service(found[0])


def _items(window: Window) -> list[dict[str, Any]]:
    shown = _services()[window.offset : window.offset + window.limit]
    return [shapes.service(entry) for entry in shown]


def _services() -> list[ServiceEntry]:
    return sorted(queries.list_services(read(), every_language()), key=lambda entry: entry.slug)
