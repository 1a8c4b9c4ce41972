"""Published responses with every reviewed text and every correction."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from portal.public import response_queries, theme_queries
from portal.public.api import response_shapes
from portal.public.api.answers import PAGE_SIZE, Window, answer_list, stream_table
from portal.public.api.blueprint import blueprint, every_language, named_service
from portal.public.api.shapes import Row
from portal.public.response_filters import EVERYTHING, Filters
from portal.public.response_queries import ResponseEntry
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read


@blueprint.get("/v1/responses")
@access(Access.OPEN_DATA)
def list_responses() -> Response:
    """Published responses, newest first, with every reviewed text and every correction."""
    filters = _filters()
    return answer_list(
        "responses",
        lambda window: _items(window, filters),
        lambda: response_queries.count_responses(read(), every_language(), filters),
    )


@blueprint.get("/v1/responses.csv")
@access(Access.OPEN_DATA)
def list_responses_csv() -> Response:
    """A row for each response and language."""
    return stream_table(response_shapes.COLUMNS, _rows(_filters()))


def _items(window: Window, filters: Filters) -> list[dict[str, Any]]:
    entries = _load(window, filters)
    ids = [entry.id for entry in entries]
    corrections = response_queries.list_corrections(read(), ids)
    reactions = theme_queries.find_reactions(read(), ids)
    return [
        response_shapes.response(
            entry, corrections.get(entry.id, ()), reactions.get(entry.id), portal().clock.day
        )
        for entry in entries
    ]


def _rows(filters: Filters) -> Iterator[Row]:
    for offset in itertools.count(0, PAGE_SIZE):
        entries = _load(Window(PAGE_SIZE, offset), filters)
        reactions = theme_queries.find_reactions(read(), [entry.id for entry in entries])
        yield from response_shapes.response_rows(entries, reactions)
        if len(entries) < PAGE_SIZE:
            return


def _load(window: Window, filters: Filters) -> list[ResponseEntry]:
    return response_queries.list_responses(
        read(), every_language(), limit=window.limit, offset=window.offset, filters=filters
    )


def _filters() -> Filters:
    slug = request.args.get("service")
    return Filters(service=named_service(slug).as_name()) if slug else EVERYTHING
