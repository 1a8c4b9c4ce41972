"""Sessions exist only where people sign in (DESIGN.md section 9).

Flask opens the session before it matches the route, so the path decides. Everywhere else there
is no session at all: nothing is read, no cookie is set and pages are shared by all readers.
"""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask, Request, Response
from flask.sessions import NullSession, SecureCookieSessionInterface, SessionMixin

from portal.web.cookies import SESSION, cookie_name

_SIGNED_IN_AREA = re.compile(r"/[^/]+/(staff|manage|admin|account|sign-in|sign-out)(/|$)")


def is_signed_in_area(path: str) -> bool:
    """Whether the address belongs to people who sign in."""
    return _SIGNED_IN_AREA.match(path) is not None


class PathSessionInterface(SecureCookieSessionInterface):
    """A signed cookie in the signed-in areas, nothing elsewhere."""

    def open_session(  # type: ignore[override]
        self, app: Flask, request: Request
    ) -> SessionMixin | None:
        """The session of a signed-in area, else one that refuses to be written."""
        if is_signed_in_area(request.path):
            return super().open_session(app, request)
        return NullSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie where there is a session."""
        if not self.is_null_session(session):
            super().save_session(app, session, response)


def register(app: Flask, *, is_https: bool) -> None:
    """Use sessions by path, with a `__Host-` cookie over https (SECURITY.md T10)."""
    app.session_interface = PathSessionInterface()
    app.config.update(
        SESSION_COOKIE_NAME=cookie_name(SESSION, is_https=is_https),
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        # How long a sign-in counts, its row says; forms that wait for a new one outlive it.
        PERMANENT_SESSION_LIFETIME=timedelta(days=7),
    )
