"""Published responses with every reviewed text and every correction."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.public import response_queries
from portal.public.addresses import page_number
from portal.public.api import shapes
from portal.public.api.blueprint import blueprint, every_language, named_service
from portal.public.documents import JSON, publish, to_json
from portal.public.response_filters import EVERYTHING, Filters
from portal.public.response_queries import Page
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.csv_text import CSV, to_csv
from portal.web.database import read

PAGE_SIZE = 200


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
        lambda: to_csv(shapes.RESPONSE_COLUMNS, shapes.response_rows(_responses().items)),
    )


def _render_responses() -> str:
    page = _responses()
    corrections = response_queries.list_corrections(read(), [item.id for item in page.items])
    following = None
    if page.last < page.total:
        service = request.args.get("service")
        following = url_for("api.list_responses", page=page.number + 1, service=service)
    items = [
        shapes.response(item, corrections.get(item.id, ()), portal().clock.day)
        for item in page.items
    ]
    return to_json({"responses": items, "total": page.total, "next": following})


def _responses() -> Page:
    slug = request.args.get("service")
    return response_queries.page_responses(
        read(),
        every_language(),
        number=page_number(),
        size=PAGE_SIZE,
        filters=Filters(service=named_service(slug).as_name()) if slug else EVERYTHING,
    )
