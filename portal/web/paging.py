"""What a list is to show of itself: the page asked for, or what holds the words looked for."""

from __future__ import annotations

from flask import abort, request

from portal.domain.search_words import MAX_QUERY
from portal.web.fields import whole_number

_LAST = 100_000  # no list of ours is so long, and databases can still reckon with it
_MAX_DIGITS = 6


def asked_page(name: str = "page") -> int:
    """The page asked for, from 1; the first one where it is no such number."""
    return min(max(whole_number(request.args.get(name)) or 1, 1), _LAST)


def words_to_find() -> str:
    """What is looked for in the names of themes, where more are there than are offered."""
    return request.values.get("find", "").strip()[:MAX_QUERY]


def is_searching() -> bool:
    """Whether themes are looked for: by their button, or by other words than those shown."""
    find = words_to_find()
    return "search" in request.form or find != request.form.get("found", find)


def strictly_asked_page() -> int:
    """The same for pages that are cached and found by search engines: anything else is none."""
    text = request.args.get("page", "1")
    number = whole_number(text)
    if not number or len(text) > _MAX_DIGITS:
        abort(404)
    return number
