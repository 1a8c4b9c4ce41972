"""Services with their names in every language and their published level."""

from __future__ import annotations

from werkzeug.wrappers import Response

from portal.public import queries
from portal.public.api import shapes
from portal.public.api.blueprint import blueprint, every_language
from portal.public.documents import JSON, publish, to_json
from portal.public.queries import ServiceEntry
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.csv_text import CSV, to_csv
from portal.web.database import read


@blueprint.get("/v1/services")
@access(Access.OPEN_DATA)
def list_services() -> Response:
    """All services with their names in every language and their published level."""
    return publish(
        JSON,
        lambda: to_json({"services": [shapes.service(entry) for entry in _services()]}),
    )


@blueprint.get("/v1/services.csv")
@access(Access.OPEN_DATA)
def list_services_csv() -> Response:
    """The same as a table."""
    languages = portal().settings.languages
    return publish(
        CSV,
        lambda: to_csv(
            shapes.service_columns(languages),
            (shapes.service_row(entry, languages) for entry in _services()),
        ),
    )


def _services() -> list[ServiceEntry]:
    return sorted(queries.list_services(read(), every_language()), key=lambda entry: entry.slug)
