"""Open data, version 1: services, levels with their evidence, responses (DESIGN.md section 6).

The same figures as the pages show, from the same published assessments, and no more.
"""

from __future__ import annotations

import json
from pathlib import Path

from flask import Blueprint, abort, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from portal.public import open_data, queries, response_queries
from portal.public.addresses import page_number
from portal.public.documents import JSON, publish, to_json
from portal.public.queries import Reader, ServiceDetail, ServiceEntry
from portal.public.response_queries import Page
from portal.store.assessments import PublicAssessment, get_public_assessment
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.csv_text import CSV, to_csv
from portal.web.database import read

blueprint = Blueprint("api", __name__, url_prefix="/api")

PAGE_SIZE = 200
_DESCRIPTION = Path(__file__).with_name("openapi.json")


@blueprint.errorhandler(HTTPException)
def show_error(error: HTTPException) -> Response:
    """Errors as JSON, since programs read them."""
    response = Response(to_json({"error": error.description}), error.code, mimetype=JSON)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("/openapi.json")
@access(Access.OPEN_DATA)
def show_description() -> Response:
    """All addresses and fields, as OpenAPI 3.1."""
    return publish(JSON, lambda: to_json(json.loads(_DESCRIPTION.read_text(encoding="utf-8"))))


@blueprint.get("/v1/services")
@access(Access.OPEN_DATA)
def list_services() -> Response:
    """All services with their names in every language and their published level."""
    return publish(
        JSON,
        lambda: to_json({"services": [open_data.service(entry) for entry in _services()]}),
    )


@blueprint.get("/v1/services.csv")
@access(Access.OPEN_DATA)
def list_services_csv() -> Response:
    """The same as a table."""
    languages = portal().settings.languages
    return publish(
        CSV,
        lambda: to_csv(
            open_data.service_columns(languages),
            (open_data.service_row(entry, languages) for entry in _services()),
        ),
    )


@blueprint.get("/v1/services/<slug>/level")
@access(Access.OPEN_DATA)
def show_level(slug: str) -> Response:
    """The published level of a service in METHOD.md's shape; `portal evaluate` takes this file."""
    return publish(JSON, lambda: to_json(open_data.level(slug, _get_assessment(slug))))


@blueprint.get("/v1/services/<slug>/level.csv")
@access(Access.OPEN_DATA)
def show_level_csv(slug: str) -> Response:
    """A row for each criterion and for each group that is compared."""
    return publish(
        CSV,
        lambda: to_csv(open_data.LEVEL_COLUMNS, open_data.level_rows(slug, _get_assessment(slug))),
    )


@blueprint.get("/v1/responses")
@access(Access.OPEN_DATA)
def list_responses() -> Response:
    """Published responses, newest first, with every reviewed text and every correction."""
    return publish(JSON, _render_responses)


@blueprint.get("/v1/responses.csv")
@access(Access.OPEN_DATA)
def list_responses_csv() -> Response:
    """A row for each response and language."""
    return publish(
        CSV,
        lambda: to_csv(open_data.RESPONSE_COLUMNS, open_data.response_rows(_responses().items)),
    )


def _render_responses() -> str:
    page = _responses()
    corrections = response_queries.list_corrections(read(), [item.id for item in page.items])
    following = None
    if page.last < page.total:
        service = request.args.get("service")
        following = url_for("api.list_responses", page=page.number + 1, service=service)
    items = [
        open_data.response(item, corrections.get(item.id, ()), portal().clock.day)
        for item in page.items
    ]
    return to_json({"responses": items, "total": page.total, "next": following})


def _responses() -> Page:
    slug = request.args.get("service")
    return response_queries.page_responses(
        read(),
        _reader(),
        number=page_number(),
        size=PAGE_SIZE,
        service=_get_service(slug).as_name() if slug else None,
    )


def _services() -> list[ServiceEntry]:
    return sorted(queries.list_services(read(), _reader()), key=lambda entry: entry.slug)


def _get_service(slug: str) -> ServiceDetail:
    service = queries.find_service(read(), slug, _reader())
    if service is None:
        abort(404, f"There is no service {slug}.")
    return service


def _get_assessment(slug: str) -> PublicAssessment:
    assessment = get_public_assessment(read(), _get_service(slug).id)
    if assessment is None:
        abort(404, f"The service {slug} has not been assessed yet.")
    return assessment


def _reader() -> Reader:
    """Programs get every language; where one has to be chosen, it is the city's first."""
    languages = portal().settings.languages
    return Reader(languages[0], languages)
