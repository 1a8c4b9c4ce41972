"""What public addresses may hold beside their path."""

from __future__ import annotations

from datetime import date

from flask import abort, request

_MAX_QUERY = 200


def words_wanted() -> str:
    """What was typed to look for (`?q=`), without anything that cannot be shown."""
    typed = request.args.get("q", "")[:_MAX_QUERY]
    return " ".join("".join(c if c.isprintable() else " " for c in typed).split())


def day_in_address(text: str, otherwise: str | None = None) -> date:
    """The day that an address names (2026-10-01); whatever is none is no address of ours.

    `otherwise` is what is said then, where the error of an address that is not there does not do.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(404, otherwise)
    if day.isoformat() != text:  # ISO 8601 has other forms: one page, one address
        abort(404, otherwise)
    return day
