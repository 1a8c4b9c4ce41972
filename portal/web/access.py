"""Access: every route has exactly one class, deny by default (SECURITY.md T6)."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from portal.store.scope import NotAllowed, Scope, Stage
from portal.web.context import portal

View = TypeVar("View", bound=Callable[..., Any])
_ATTRIBUTE = "portal_access"
_FRESH = "portal_access_is_fresh"


class Access(StrEnum):
    """Who may use a route."""

    PUBLIC = "public"  # anyone reads; no cookie, no session
    RESIDENT = "resident"  # anyone sends or follows; guarded by form token or receipt
    EMBED = "embed"  # the same in a frame on another site; no cookie until something is sent
    OPEN_DATA = "open_data"  # other programs read
    OPERATIONS = "operations"  # whoever runs the portal asks how it is
    SIGN_IN = "sign_in"  # signed out or in: the door itself
    SET_UP = "set_up"  # whoever is signed in, even where a second factor is still to be set up
    ACCOUNT = "account"  # whoever is signed in, about themselves
    STAFF = "staff"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


SIGNED_IN = frozenset(
    {Access.SET_UP, Access.ACCOUNT, Access.STAFF, Access.MANAGER, Access.ADMINISTRATOR}
)

# Routes that extensions make; anything else of theirs is refused until it stands here.
EXTENSION_ROUTES: dict[str, Access] = {}


def access(level: Access, *, is_fresh: bool = False) -> Callable[[View], View]:
    """Say who may use a view: `@access(Access.STAFF)`, innermost, once.

    `is_fresh`: it is so sensitive that whoever signed in a while ago is asked once more.
    """

    def mark(view: View) -> View:
        if hasattr(view, _ATTRIBUTE):
            raise TypeError(f"{view.__name__} has two access classes")
        setattr(view, _ATTRIBUTE, level)
        setattr(view, _FRESH, is_fresh)
        return view

    return mark


def access_of(app: Flask, endpoint: str) -> Access | None:
    """The access class of an endpoint, None when nobody said."""
    if endpoint in EXTENSION_ROUTES:
        return EXTENSION_ROUTES[endpoint]
    level = getattr(app.view_functions.get(endpoint), _ATTRIBUTE, None)
    return level if isinstance(level, Access) else None


def needs_fresh(app: Flask, endpoint: str) -> bool:
    """Whether the endpoint asks whoever signed in a while ago once more."""
    return bool(getattr(app.view_functions.get(endpoint), _FRESH, False))


def register(app: Flask) -> None:
    """Check every request before its view runs."""
    app.before_request(_check)
    # Raising (abort) in a handler would be a fault of its own: the 404 is handled, not raised.
    app.register_error_handler(NotAllowed, lambda _error: app.handle_user_exception(NotFound()))


def current_scope() -> Scope:
    """Who is signed in. Raises NotAllowed on pages that do not ask for it."""
    scope = g.get("scope")
    if not isinstance(scope, Scope):
        raise NotAllowed
    return scope


def _check() -> Response | None:
    if request.endpoint is None:  # no such address: Flask answers 404 or 405
        return None
    level = access_of(current_app, request.endpoint)
    if level is None:
        abort(403)
    if level not in SIGNED_IN:
        return None
    standing = portal().find_standing()
    if standing is None or standing.stage is Stage.CODE:
        return portal().ask_to_sign_in()
    if standing.stage is Stage.SET_UP and level is not Access.SET_UP:
        return _ask_to_set_up()
    if not _may(standing.scope, level):
        g.scope = standing.scope  # for their menu, on the page that says so
        abort(403)
    if needs_fresh(current_app, request.endpoint) and not standing.is_fresh:
        question = portal().ask_again()
        if question is not None:
            return question
    g.scope = standing.scope
    return None


def _ask_to_set_up() -> Response:
    """To the second factor; a form that was sent waits until it is set up."""
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("accounts.show_second_factor", lang=g.lang), 303)
    return portal().ask_to_sign_in()


def _may(scope: Scope, level: Access) -> bool:
    match level:
        case Access.SET_UP | Access.ACCOUNT:
            return True
        case Access.STAFF:
            return bool(scope.having("staff", "translator", "manager")) or scope.is_administrator
        case Access.MANAGER:
            return bool(scope.having("manager")) or scope.is_administrator
        case _:
            return scope.is_administrator
