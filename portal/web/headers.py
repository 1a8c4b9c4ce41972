"""Security headers on every answer (SECURITY.md)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

from portal.web.access import SIGNED_IN, Access, access_of

# connect-src is for whoever examines the site from within a page, which reads its robots.txt.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)
_NO_SITE = "'none'"
EVERYWHERE = {
    "Content-Security-Policy": _POLICY + _NO_SITE,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer, static files included."""
_ASKED_FIRST = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Cache-Control, Content-Type, If-Modified-Since, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
"""On the answer to a browser that asks, before it reads open data for another site, whether it may:
it asks as soon as a program there adds a header such as the tag of what it has already."""
_YEAR = 365 * 24 * 3600


def register(app: Flask, *, is_https: bool, embed_origins: Sequence[str]) -> None:
    """Add the headers after every request; these origins may show what is meant for frames."""
    frames = " ".join(("'self'", *embed_origins)) if embed_origins else _NO_SITE

    @app.after_request
    def add_headers(response: Response) -> Response:
        level = access_of(current_app, request.endpoint) if request.endpoint else None
        if level is Access.EMBED:
            response.headers["Content-Security-Policy"] = _POLICY + frames
        for name, value in EVERYWHERE.items():
            response.headers.setdefault(name, value)
        if is_https:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")
        if level in {Access.EMBED, Access.OPEN_DATA}:
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if level is Access.OPEN_DATA and request.method == "OPTIONS":
            response.headers.update(_ASKED_FIRST)
        if level in SIGNED_IN or level is Access.SIGN_IN:
            response.headers["Cache-Control"] = "no-store"
        if request.view_args and "code" in request.view_args:
            _hide_receipt(response)
        return response


def _hide_receipt(response: Response) -> None:
    """A page whose address holds a receipt: not kept, not indexed, not passed on (T5)."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
