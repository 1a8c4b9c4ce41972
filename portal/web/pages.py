"""Rendering pages: cached and shared for the public, with a form token where one is needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import g, render_template, request
from werkzeug.wrappers import Response

from portal.web.cache import make_page, respond
from portal.web.context import portal
from portal.web.i18n import current_language
from portal.web.untranslated import begin_page, finish_page

Parameters = ParamSpec("Parameters")
TOKEN_PLACE = "@@form-token@@"  # noqa: S105 - a place to put one, no secret


def cached_page(view: Callable[Parameters, str]) -> Callable[Parameters, Response]:
    """Serve a public view's HTML from the page cache. With a query string it is rendered anew.

    The view may depend on its address, the content version and the day only.
    """

    @wraps(view)
    def serve(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Response:
        g.is_cacheable = True
        begin_page()
        if request.query_string:
            return respond(make_page(view(*args, **kwargs)), request)
        key = f"{current_language()}:{request.path}:{portal().clock.today()}"
        return respond(portal().pages.get(key, lambda: view(*args, **kwargs)), request)

    return serve


def cached_form(key: str, subject: str, render: Callable[[], str]) -> Response:
    """An empty form from the page cache, with a fresh token of its own, never compressed or kept.

    Templates write `TOKEN_PLACE` where the token belongs. With a query string the form is rendered
    anew: its links to other languages hold it, and are for this reader only.
    """
    g.is_cacheable = True
    begin_page()
    if request.query_string:
        page = make_page(render())
    else:
        page = portal().pages.get(f"{current_language()}:{key}", render)
    token = portal().tokens.issue(subject, portal().clock.now())
    response = Response(
        page.body.replace(TOKEN_PLACE.encode(), token.encode()), mimetype="text/html"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def page(template: str, status: int = 200, /, **context: Any) -> Response:
    """A page for one reader, kept by nobody."""
    begin_page()
    text = finish_page(render_template(template, **context))
    response = Response(text, status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response
