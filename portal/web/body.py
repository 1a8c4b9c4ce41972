"""Bodies of requests are whole or refused: half a form must never count as one (DESIGN.md 5.1)."""

from __future__ import annotations

from flask import Flask, abort, request


def register(app: Flask, *, limit: int, max_fields: int) -> None:
    """Refuse bodies over `limit` bytes (413), without length (411) or cut short (400)."""
    app.config.update(
        MAX_CONTENT_LENGTH=limit, MAX_FORM_MEMORY_SIZE=limit, MAX_FORM_PARTS=max_fields
    )
    app.before_request(_read_to_the_end)


def _read_to_the_end() -> None:
    """Have the whole body before anything else: no connection to the database waits for it."""
    # The server says that its stream ends by itself, and it does: also when a connection breaks
    # half-way. Without that word Werkzeug counts, and a body that is too short is an error.
    request.environ.pop("wsgi.input_terminated", None)
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        abort(411)  # no browser sends one; cut off at the limit it would look whole
    if request.content_length:
        _ = request.form
