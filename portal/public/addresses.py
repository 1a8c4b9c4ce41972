"""What public addresses may hold beside their path."""

from __future__ import annotations

from flask import abort, request

_MAX_PAGE_DIGITS = 6


def page_number() -> int:
    """The page asked for (`?page=`), from 1; whatever is no such number is no page of ours."""
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_PAGE_DIGITS and int(text)):
        abort(404)
    return int(text)
