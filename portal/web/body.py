"""Bodies of requests are whole and in UTF-8, or refused.

Half a form must never count as one (DESIGN.md 5.1), and no letter may become another on its way:
Werkzeug would put signs in the place of what it cannot read, and they would be stored.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import IO, Any, TypeVar
from urllib.parse import parse_qsl

from flask import Flask, Request, abort, current_app, request
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.formparser import FormDataParser, MultiPartParser

_LIMIT = "_limit_of_body"
View = TypeVar("View", bound=Callable[..., Any])
_CHARSETS = {"", "utf-8", "utf8", "us-ascii", "ascii"}


class NotUtf8(BadRequest):
    """What was sent is no UTF-8. Every browser sends it; others must be told."""

    description = "What was sent is not UTF-8. Send UTF-8."


class _Parts(MultiPartParser):
    """Parts of a body that was found to be UTF-8 are so, whatever they say of themselves."""

    def get_part_charset(self, headers: Headers) -> str:
        del headers
        return "utf-8"


class _Forms(FormDataParser):
    """Reads forms in UTF-8 alone. Raises NotUtf8 for others, in names and in values."""

    def _parse_urlencoded(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> Any:
        del mimetype, content_length
        try:
            pairs = parse_qsl(stream.read().decode(), keep_blank_values=True, errors="strict")
        except UnicodeDecodeError as error:
            raise NotUtf8 from error
        # Some short texts in other encodings pass for UTF-8: whoever names another one is believed.
        if options.get("charset", "").lower() not in _CHARSETS and not all(
            text.isascii() for pair in pairs for text in pair
        ):
            raise NotUtf8
        return stream, MultiDict(pairs), MultiDict()

    def _parse_multipart(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> Any:
        del mimetype
        body = stream.read()
        try:
            body.decode()
        except UnicodeDecodeError as error:
            raise NotUtf8 from error
        parts = _Parts(
            max_form_memory_size=self.max_form_memory_size, max_form_parts=self.max_form_parts
        )
        boundary = options.get("boundary", "").encode("ascii")
        return stream, *parts.parse(BytesIO(body), boundary, content_length)


class _Request(Request):
    """A request whose forms are in UTF-8."""

    form_data_parser_class = _Forms


def takes_long(limit: int) -> Callable[[View], View]:
    """Let this page's forms have so many bytes instead of as many as all others."""

    def mark(view: View) -> View:
        setattr(view, _LIMIT, limit)
        return view

    return mark


def register(app: Flask, *, limit: int, max_fields: int) -> None:
    """Refuse bodies over `limit` bytes (413), without length (411), cut short or no UTF-8 (400)."""
    app.config.update(
        MAX_CONTENT_LENGTH=limit, MAX_FORM_MEMORY_SIZE=limit, MAX_FORM_PARTS=max_fields
    )
    app.request_class = _Request
    app.before_request(_read_to_the_end)


def _read_to_the_end() -> None:
    """Have the whole body before anything else: no connection to the database waits for it."""
    # The server says that its stream ends by itself, and it does: also when a connection breaks
    # half-way. Without that word Werkzeug counts, and a body that is too short is an error.
    request.environ.pop("wsgi.input_terminated", None)
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        abort(411)  # no browser sends one; cut off at the limit it would look whole
    view = current_app.view_functions.get(request.endpoint or "")
    limit: int | None = getattr(view, _LIMIT, None)
    if limit is not None:
        request.max_content_length = request.max_form_memory_size = limit
    if request.content_length:
        _ = request.form
