"""Who is signed in, in a request: the session's secret, and whose sign-in it is."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import g, session
from flask_security import current_user

from portal.accounts.queries.visitors import Visitor, find_visitor
from portal.store.scope import NotAllowed, Standing
from portal.web.context import portal
from portal.web.database import read
from portal.web.site import is_demo

TOKEN = "sign_in"  # noqa: S105 - the key under which the session holds it


def find_current() -> Visitor | None:
    """The person whose browser this is, however far they have come."""
    if "visitor" not in g:
        token = session.get(TOKEN)
        visitor = None
        if isinstance(token, str):
            visitor = find_visitor(
                read(), token=token, now=portal().clock.now(),
                is_factor_required=is_factor_required(),
            )  # fmt: skip
        is_same = visitor is not None and visitor.fs_uniquifier == current_user.get_id()
        g.visitor = visitor if is_same else None
    found: Visitor | None = g.visitor
    return found


def current_visitor() -> Visitor:
    """The same on pages that only signed-in people see."""
    visitor = find_current()
    if visitor is None:
        raise NotAllowed
    return visitor


def find_standing() -> Standing | None:
    """Who is signed in, for web.access; None when nobody is."""
    visitor = find_current()
    return visitor.standing if visitor else None


def is_factor_required() -> bool:
    """Whether managers and administrators must show a second factor.

    They need not in the demonstration, as long as it can be reached from its own machine only.
    """
    settings = portal().settings
    is_alone = _is_loopback(settings.host) and _is_loopback(
        urlsplit(settings.base_url).hostname or ""
    )
    return not (is_alone and is_demo())


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def keep_secret(token: str) -> None:
    """The session's secret from now on; who is signed in is found out anew."""
    session[TOKEN] = token
    g.pop("visitor", None)
