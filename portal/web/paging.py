"""Which page of a list an address asks for."""

from __future__ import annotations

from flask import abort, request

from portal.web.fields import whole_number

_LAST = 100_000  # no list of ours is so long, and databases can still reckon with it
_MAX_DIGITS = 6


def asked_page(name: str = "page") -> int:
    """The page asked for, from 1; the first one where it is no such number."""
    return min(max(whole_number(request.args.get(name)) or 1, 1), _LAST)


def strictly_asked_page() -> int:
    """The same for pages that are cached and found by search engines: anything else is none."""
    text = request.args.get("page", "1")
    number = whole_number(text)
    if not number or len(text) > _MAX_DIGITS:
        abort(404)
    return number
