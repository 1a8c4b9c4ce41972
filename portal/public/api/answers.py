"""How open data is answered: JSON with its licence, lists in pages, tables line by line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from portal.public.documents import JSON, as_open_data, publish, to_json
from portal.store.content import get_content_version
from portal.web.context import portal
from portal.web.csv_text import CSV, csv_lines, to_csv
from portal.web.database import read

PAGE_SIZE = 200
_MAX_DIGITS = 9
Load = Callable[["Window"], Sequence[Any]]


@dataclass(frozen=True)
class Window:
    """Which part of a list is asked for (`?limit=`, `?offset=`)."""

    limit: int
    offset: int


def answer(make: Callable[[], dict[str, Any]]) -> Response:
    """What `make` returns as JSON, with the licence of the data."""
    return publish(JSON, lambda: to_json({**make(), "licence": licence()}))


def answer_list(name: str, load: Load, count: Callable[[], int]) -> Response:
    """A page of a list. The way to the next and the one before stands in `Link` and in the body.

    All of it is read while the page is made: what was read before might be older than the content
    version that the page is kept under.
    """
    window, totals = _window(), list[int]()

    def make() -> dict[str, Any]:
        totals.append(_total(count))
        return {name: load(window), "total": totals[0], "next": _following(window, totals[0])}

    response = answer(make)
    following = _following(window, totals[0] if totals else _total(count))
    links = [(following, "next")] if following else []
    if window.offset:
        links.append((_address(window, max(window.offset - window.limit, 0)), "prev"))
    if links:
        response.headers["Link"] = ", ".join(f'<{url}>; rel="{rel}"' for url, rel in links)
    return response


def _total(count: Callable[[], int]) -> int:
    service = request.args.get("service", "")
    return portal().pages.remember(f"count:{request.path}:{service}", count)


def _following(window: Window, total: int) -> str | None:
    after = window.offset + window.limit
    return _address(window, after) if after < total else None


def answer_table(columns: Sequence[str], rows: Callable[[], Iterable[Sequence[Any]]]) -> Response:
    """A small table as CSV, kept like a page."""
    return publish(CSV, lambda: to_csv(columns, rows()))


def stream_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A table as CSV, sent while it is read: no memory ever holds all of it.

    Its tag is that of the content as a whole, since its own text is not known beforehand. The rows
    are read after the request, so they need a database of their own.
    """
    version = f"{get_content_version(read())}:{portal().clock.today()}:{request.full_path}"
    response = Response(csv_lines(columns, rows), content_type=CSV)
    response.implicit_sequence_conversion = False  # to count its length, all of it would be read
    response.set_etag(hashlib.sha256(version.encode()).hexdigest()[:20], weak=True)
    return as_open_data(response.make_conditional(request))


def licence() -> str | None:
    """The address of the licence of the data; None where the city has named none."""
    return portal().settings.data_licence or None


def _window() -> Window:
    window = Window(_number("limit", PAGE_SIZE), _number("offset", 0))
    if not 1 <= window.limit <= PAGE_SIZE:
        abort(400, f"limit is a whole number from 1 to {PAGE_SIZE}.")
    return window


def _number(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        abort(400, f"{name} is a whole number of at most {_MAX_DIGITS} digits.")
    return int(text)


def _address(window: Window, offset: int) -> str:
    others = [(k, v) for k, v in request.args.items(multi=True) if k not in ("limit", "offset")]
    # Behind the question mark anything may stand, also names that `url_for` takes for itself.
    query = urlencode([*others, ("limit", window.limit), ("offset", offset)])
    return f"{url_for(str(request.endpoint), **(request.view_args or {}))}?{query}"
