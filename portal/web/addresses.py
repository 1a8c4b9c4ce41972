"""Addresses: numbers have one spelling, no address holds a NUL, and rules learn to build them late.

Nor does a redirect name a host: what a request says its host is, anybody may have written.

Werkzeug compiles two functions for every route when it is added, which is nine tenths of the time
that an app takes to be made. A page links to a few of them, a command or a reader of `/healthz` to
none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, redirect, request
from werkzeug.routing import IntegerConverter, Map, RequestRedirect, Rule
from werkzeug.wrappers import Response

from portal.models.base import MAX_ID


class LateRule(Rule):
    """A rule that compiles the functions which build its address on first use."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_now = super()._compile_builder
        name = "_build_unknown" if append_unknown else "_build"

        def build(rule: LateRule, /, **values: Any) -> tuple[str, str]:
            # Two threads may both come first: they put the same function in the same place.
            compiled: Callable[..., tuple[str, str]]
            compiled = compile_now(append_unknown).__get__(rule)
            setattr(rule, name, compiled)
            return compiled(**values)

        return build


class WholeNumber(IntegerConverter):
    """A number in the digits 0 to 9: with Arabic ones a page would have a second address.

    It goes up to what a database can be asked for, so that nothing behind an address has to check.
    """

    regex = "[0-9]+"

    def __init__(self, addresses: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(addresses, *args, **{"max": MAX_ID, **kwargs})


def register(app: Flask) -> None:
    """Make all rules added from here on such rules, and their numbers such numbers."""
    app.url_rule_class = LateRule
    app.url_map.converters["int"] = WholeNumber
    app.after_request(_stay_here)


def _stay_here(response: Response) -> Response:
    """Lead to the right spelling of an address without a host and a scheme.

    Werkzeug names both as the request has them, and behind a proxy that is http: a receipt without
    its last slash would go through the net in clear. And nobody keeps it: it may hold that receipt.
    """
    asked = request.routing_exception
    # An error that was found before it was led there is its answer.
    if isinstance(asked, RequestRedirect) and response.status_code == asked.code:
        parts = urlsplit(asked.new_url)
        place = f"/{parts.path.lstrip('/')}"
        there = redirect(f"{place}?{parts.query}" if parts.query else place, response.status_code)
        response.location = there.location
        response.set_data(there.get_data())
        response.headers["Cache-Control"] = "no-store"
    return response


def refuse_nul(app: Flask) -> None:
    """Answer 404 to every address with a NUL, so that nothing behind one has to check.

    Nothing of ours has such a name, PostgreSQL cannot even be asked, and HTML cannot hold it.
    """
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    asked = [request.path, *(text for pair in request.args.items(multi=True) for text in pair)]
    if any("\0" in text for text in asked):
        abort(404)
