"""What one running portal consists of, reachable from every request and command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from flask import Flask, abort, current_app
from werkzeug.wrappers import Response

from portal.settings import Settings
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.scope import Standing
from portal.store.secrets import Secrets
from portal.web.cache import PageCache
from portal.web.form_token import FormTokens

_KEY = "portal"


def _nobody() -> Standing | None:
    return None


def _refuse() -> NoReturn:
    abort(403)


@dataclass
class Portal:
    """The parts of a running portal.

    Set by accounts: `find_standing` says who is signed in; `ask_to_sign_in` answers a request that
    needs somebody to be, and `ask_again` one that needs a fresh proof of who it is, None where the
    request itself holds one.
    """

    settings: Settings
    store: Store
    clock: Clock
    secrets: Secrets
    tokens: FormTokens
    pages: PageCache
    static: dict[str, str] = field(default_factory=dict)
    find_standing: Callable[[], Standing | None] = _nobody
    ask_to_sign_in: Callable[[], Response] = _refuse
    ask_again: Callable[[], Response | None] = _refuse


def install(app: Flask, portal: Portal) -> None:
    """Make the portal reachable from the app."""
    app.extensions[_KEY] = portal


def portal_of(app: Flask) -> Portal:
    """The portal that is installed in this app."""
    found = app.extensions[_KEY]
    assert isinstance(found, Portal)  # noqa: S101 - for the type checker
    return found


def portal() -> Portal:
    """The portal that this request or command belongs to."""
    return portal_of(current_app)
