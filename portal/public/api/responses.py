"""Published responses with every reviewed text and every correction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from portal.public import response_queries, theme_queries
from portal.public.api import response_shapes
from portal.public.api.answers import PAGE_SIZE, Window, answer_list, stream_table
from portal.public.api.blueprint import blueprint, every_language, named_service
from portal.public.api.shapes import Row
from portal.public.queries import Reader
from portal.public.response_filters import EVERYTHING, Filters
from portal.store.engine import Store
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read


@blueprint.get("/v1/responses")
@access(Access.OPEN_DATA)
def list_responses() -> Response:
    """Published responses, newest first, with every reviewed text and every correction."""
    return answer_list(
        "responses",
        lambda window: _items(window, _filters()),
        lambda: response_queries.count_responses(read(), every_language(), _filters()),
    )


@blueprint.get("/v1/responses.csv")
@access(Access.OPEN_DATA)
def list_responses_csv() -> Response:
    """A row for each response and language."""
    rows = _rows(portal().store, every_language(), _filters())
    return stream_table(response_shapes.COLUMNS, rows)


def _items(window: Window, filters: Filters) -> list[dict[str, Any]]:
    entries = response_queries.list_responses(
        read(), every_language(), limit=window.limit, offset=window.offset, filters=filters
    )
    ids = [entry.id for entry in entries]
    corrections = response_queries.list_corrections(read(), ids)
    reactions = theme_queries.find_reactions(read(), ids)
    return [
        response_shapes.response(
            entry, corrections.get(entry.id, ()), reactions.get(entry.id), portal().clock.day
        )
        for entry in entries
    ]


def _rows(store: Store, reader: Reader, filters: Filters) -> Iterator[Row]:
    """Read block by block, so that no transaction lasts as long as somebody's slow line."""
    last = None
    while True:
        with store.read() as session:
            entries = response_queries.list_responses(
                session, reader, limit=PAGE_SIZE, after=last, filters=filters
            )
            reactions = theme_queries.find_reactions(session, [entry.id for entry in entries])
        if not entries:
            return
        yield from response_shapes.response_rows(entries, reactions)
        last = entries[-1]


def _filters() -> Filters:
    slug = request.args.get("service")
    return Filters(service=named_service(slug).as_name()) if slug else EVERYTHING
