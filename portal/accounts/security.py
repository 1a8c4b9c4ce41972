"""Flask-Security's wiring: sessions of signed-in people, kept off residents' paths.

Its own views, templates, token, query-string and JSON sign-in are not used. A sign-in counts only
as long as its row in `sign_in` does, whatever the cookie says (SECURITY.md T10).
"""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, g, request, session
from flask_security import Security
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from portal.accounts import passwords
from portal.accounts.account import Accounts
from portal.accounts.operations.sign_ins import note_seen
from portal.accounts.proving import ask_again
from portal.accounts.visiting import TOKEN, find_current, find_standing
from portal.accounts.waiting import ask_to_sign_in, show_door_anew
from portal.store.scope import Stage
from portal.store.secrets import Secrets
from portal.web.context import portal, portal_of
from portal.web.database import write
from portal.web.desk import desk_nav
from portal.web.session import is_signed_in_area

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}


def register(app: Flask) -> None:
    """Wire sign-in into the app."""
    installed = portal_of(app)
    app.config.update(_settings(installed.secrets))
    security = Security(app, Accounts(), register_blueprint=False)
    _keep_off_residents(app, security)
    installed.find_standing = find_standing
    installed.ask_to_sign_in = ask_to_sign_in
    installed.ask_again = ask_again
    app.before_request(_guard_forms)
    app.context_processor(_who)


def _settings(secrets: Secrets) -> dict[str, Any]:
    return {
        "SECURITY_PASSWORD_HASH": passwords.SCHEME,
        "SECURITY_PASSWORD_SCHEMES": [passwords.SCHEME],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_PASSWORD_SINGLE_HASH": [passwords.SCHEME],
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": passwords.OPTIONS,
        "SECURITY_PASSWORD_SALT": secrets.key("password").hex(),
        "SECURITY_PASSWORD_LENGTH_MIN": passwords.MIN_LENGTH,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_CLI_USERS_NAME": False,
        "SECURITY_CLI_ROLES_NAME": False,
        "SECURITY_DEFAULT_REMEMBER_ME": False,
    }


def _keep_off_residents(app: Flask, security: Security) -> None:
    """Nobody is looked up on pages of residents, and never by a token in header or address."""
    security.login_manager._request_callback = None
    ask = security.principal._on_before_request
    app.before_request_funcs[None].remove(ask)
    app.before_request(lambda: ask() if is_signed_in_area(request.path) else None)


def _guard_forms() -> Response | None:
    """Check the session's CSRF token in the signed-in areas; note once a day who is there."""
    if request.method in _SAFE_METHODS or not is_signed_in_area(request.path):
        return None
    if request.endpoint is None:
        return None
    try:
        current_app.extensions["csrf"].protect()
    except CSRFError:
        door = show_door_anew()
        if door is None:
            raise
        return door
    visitor = find_current()
    today = portal().clock.today()
    if visitor is not None and visitor.last_seen_on < today:
        write(note_seen, token=session[TOKEN], today=today)
    return None


def _who() -> dict[str, Any]:
    """On signed-in pages: whose they are."""
    if g.get("scope") is None:
        return {}
    visitor = find_current()
    if visitor is None:
        return {}
    is_whole = visitor.standing.stage is Stage.WHOLE
    return {"account": visitor.name, "desk_nav": desk_nav() if is_whole else []}
