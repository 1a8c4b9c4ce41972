"""Documents that are no pages: open data and the feed, cached and tagged like pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from flask import request
from werkzeug.wrappers import Response

from portal.web.cache import make_page, respond
from portal.web.context import portal
from portal.web.fields import without_controls

JSON = "application/json"
ATOM = "application/atom+xml"
SVG = "image/svg+xml"
_MAX_AGE = 60


def document(key: str, content_type: str, render: Callable[[], str]) -> Response:
    """A document for everybody, from the page cache unless its address has a query."""
    make = partial(_as_xml, render) if content_type.endswith("xml") else render
    page = make_page(make()) if request.query_string else portal().pages.get(key, make)
    response = respond(page, request)
    response.headers["Content-Type"] = content_type
    return _kept_a_minute(response)


def _as_xml(render: Callable[[], str]) -> str:
    """Without the characters that make XML unreadable; texts of long ago and of lists have some."""
    return without_controls(render())


def publish(content_type: str, render: Callable[[], str]) -> Response:
    """Open data under this address, for programs on any site."""
    return as_open_data(document(f"data:{request.path}", content_type, render))


def as_open_data(response: Response) -> Response:
    """The answer with the headers that let any site read it, and keep it for a minute."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Link"
    return _kept_a_minute(response)


def _kept_a_minute(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={_MAX_AGE}"
    return response


def to_json(data: object) -> str:
    """JSON as people can read it too."""
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
