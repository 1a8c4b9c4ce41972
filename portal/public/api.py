"""Open data, version 1: services, levels with their evidence, responses (DESIGN.md section 6).

The same figures as the pages show, from the same published assessments, and no more.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from flask import Blueprint, abort, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from portal.public import open_data, queries, response_queries
from portal.public.addresses import day_in_address, page_number
from portal.public.documents import JSON, publish, to_json
from portal.public.queries import Reader, ServiceDetail, ServiceEntry
from portal.public.response_filters import EVERYTHING, Filters
from portal.public.response_queries import Page
from portal.public.standing import find_shadow
from portal.store.assessments import (
    PublicAssessment,
    get_public_assessment,
    get_public_figures,
    list_public_appraisals,
)
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
    return publish(CSV, lambda: _level_table(slug, _get_assessment(slug)))


@blueprint.get("/v1/services/<slug>/level/<string(length=10):as_of>")
@access(Access.OPEN_DATA)
def show_past_level(slug: str, as_of: str) -> Response:
    """One appraisal, in the same shape, at an address that never changes."""
    return publish(JSON, lambda: to_json(open_data.level(slug, _get_appraisal(slug, as_of))))


@blueprint.get("/v1/services/<slug>/level/<string(length=10):as_of>.csv")
@access(Access.OPEN_DATA)
def show_past_level_csv(slug: str, as_of: str) -> Response:
    """The same figures as a table."""
    return publish(CSV, lambda: _level_table(slug, _get_appraisal(slug, as_of)))


@blueprint.get("/v1/services/<slug>/appraisals")
@access(Access.OPEN_DATA)
def list_appraisals(slug: str) -> Response:
    """Every published appraisal of a service in short, newest first."""
    return publish(JSON, lambda: to_json({"appraisals": _appraisals(slug)}))


@blueprint.get("/v1/services/<slug>/appraisals.csv")
@access(Access.OPEN_DATA)
def list_appraisals_csv(slug: str) -> Response:
    """A row for each appraisal."""
    return publish(
        CSV,
        lambda: to_csv(
            open_data.APPRAISAL_COLUMNS,
            [open_data.appraisal_row(known) for known in _appraisals(slug)],
        ),
    )


@blueprint.get("/v1/services/<slug>/figures")
@access(Access.OPEN_DATA)
def show_figures(slug: str) -> Response:
    """The newest monthly figures in a level's shape; they never change the published level."""
    return publish(JSON, lambda: to_json(open_data.level(slug, _get_figures(slug))))


@blueprint.get("/v1/services/<slug>/figures.csv")
@access(Access.OPEN_DATA)
def show_figures_csv(slug: str) -> Response:
    """The same figures as a table."""
    return publish(CSV, lambda: _level_table(slug, _get_figures(slug)))


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
        filters=Filters(service=_get_service(slug).as_name()) if slug else EVERYTHING,
    )


def _services() -> list[ServiceEntry]:
    return sorted(queries.list_services(read(), _reader()), key=lambda entry: entry.slug)


def _get_service(slug: str) -> ServiceDetail:
    service = queries.find_service(read(), slug, _reader())
    if service is None:
        abort(404, f"There is no service {slug}.")
    return service


def _appraisals(slug: str) -> list[dict[str, Any]]:
    """The appraisals of a service in short, with the addresses of their evidence and page."""
    lang = _reader().lang
    return [
        open_data.appraisal(
            slug,
            appraisal,
            evidence=url_for("api.show_past_level", slug=slug, as_of=appraisal.as_of.isoformat()),
            page=url_for(
                "public.show_past_level", lang=lang, slug=slug, as_of=appraisal.as_of.isoformat()
            ),
        )
        for appraisal in _list_appraisals(slug)
    ]


def _level_table(slug: str, assessment: PublicAssessment) -> str:
    return to_csv(open_data.LEVEL_COLUMNS, open_data.level_rows(slug, assessment))


def _get_assessment(slug: str) -> PublicAssessment:
    return get_public_assessment(read(), _get_service(slug).id) or _say_there_is_none(slug)


def _get_figures(slug: str) -> PublicAssessment:
    return get_public_figures(read(), _get_service(slug).id) or _say_there_is_none(slug)


def _list_appraisals(slug: str) -> list[PublicAssessment]:
    appraisals = list_public_appraisals(read(), _get_service(slug).id)
    if not appraisals and find_shadow(read()):
        _say_there_is_none(slug)
    return appraisals


def _get_appraisal(slug: str, as_of: str) -> PublicAssessment:
    day = day_in_address(as_of)
    dated = [appraisal for appraisal in _list_appraisals(slug) if appraisal.as_of == day]
    if not dated:
        abort(404, f"There is no published appraisal of the service {slug} as of {as_of}.")
    return dated[0]


def _say_there_is_none(slug: str) -> NoReturn:
    shadow = find_shadow(read())
    if shadow is None:
        abort(404, f"The service {slug} has not been assessed yet.")
    begin = f"from {shadow.chosen} on" if shadow.chosen else "after that"
    abort(
        404,
        f"The city is still trying out how it measures. Levels will be published {begin}.",
    )


def _reader() -> Reader:
    """Programs get every language; where one has to be chosen, it is the city's first."""
    languages = portal().settings.languages
    return Reader(languages[0], languages)
