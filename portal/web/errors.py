"""Errors as pages that say what happened and what to do, in the reader's language.

Programs, which ask where open data are, get them as JSON, wherever they arise.
"""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from portal.store.throttle import LimitReached
from portal.web.access import Access, access_of
from portal.web.body import NotUtf8
from portal.web.context import portal
from portal.web.fields import without_nul
from portal.web.form_token import comes_from_elsewhere
from portal.web.pages import page

_log = logging.getLogger("portal.errors")
_PAGES = {400, 403, 404, 405, 409, 410, 413, 429, 500, 503}
_RETRY_SECONDS = 10
# Whose forms wait: those of the door and of one's account hold passwords.
_WORK = {Access.STAFF, Access.MANAGER, Access.ADMINISTRATOR}
_WRITTEN = {Access.RESIDENT, Access.EMBED} | _WORK
_PROOF = "proof_"
OPEN_DATA = ("/api/", "/open311/", "/data.json/")
JSON = "application/json"


def register(app: Flask) -> None:
    """Show our own pages for every error there can be."""
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(LimitReached, _show_limit)
    app.register_error_handler(CSRFError, lambda _error: _error_page(400))
    app.register_error_handler(NotUtf8, _show_not_utf8)
    for unreachable in (OperationalError, InterfaceError, PoolTimeoutError):
        app.register_error_handler(unreachable, _show_unavailable)
    app.register_error_handler(Exception, _show_fault)


def _show_http_error(error: HTTPException) -> Response:
    if isinstance(error.response, Response):
        return error.response
    if error.code is not None and error.code < 400:
        return Response(status=error.code, headers=error.get_headers())
    response = _error_page(error.code or 500, error.description)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def _show_not_utf8(error: NotUtf8) -> Response:
    return _error_page(400, error.description, "errors/not_utf8.html")


def _show_limit(error: LimitReached) -> Response:
    response = _error_page(429)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _show_unavailable(error: Exception) -> Response:
    _log.error("database unavailable", extra={"fault": type(error).__name__})
    response = _error_page(503)
    response.headers["Retry-After"] = str(_RETRY_SECONDS)
    return response


def _show_fault(error: Exception) -> Response:
    _log.exception("fault", extra={"endpoint": request.endpoint, "fault": type(error).__name__})
    return _error_page(500)


def _error_page(status: int, words: str | None = None, template: str | None = None) -> Response:
    if not f"{request.path}/".startswith(OPEN_DATA):
        level = access_of(current_app, request.endpoint) if request.endpoint else None
        held = _what_was_sent(level) if status >= HTTPStatus.INTERNAL_SERVER_ERROR else []
        file = template or f"errors/{status if status in _PAGES else 400}.html"
        return page(
            file, status, held=held, is_framed=level is Access.EMBED, is_work=level in _WORK
        )
    response = Response(_in_json(words or HTTPStatus(status).phrase), status, mimetype=JSON)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-store"
    return response


def _what_was_sent(level: Access | None) -> list[tuple[str, str]]:
    """The fields of a form, which waits on the page of our fault to be sent again.

    Going back would not do: a page that is not kept comes back empty in some browsers. What another
    site had sent is not put before anybody, nor does a page hold a proof of who somebody is.
    """
    is_form = level in _WRITTEN and request.method == "POST"
    if not is_form or "form" not in vars(request):  # a body that could not be read
        return []
    if comes_from_elsewhere(request, portal().settings.base_url):
        return []
    fields = request.form.items(multi=True)
    return [(name, without_nul(text) or "") for name, text in fields if not name.startswith(_PROOF)]


def _in_json(words: str) -> str:
    return json.dumps({"error": words}, ensure_ascii=False) + "\n"
