"""The door, for whoever asks for a page or sends a form and is not signed in (any more).

A form that was sent waits on its page while its sender signs in anew in another tab, and is sent
again by them. It holds the token of its session, which outlives the sign-in for the same person
alone (`arriving.begin`): nobody else can send it, and no other site can make anybody see one.

The forms of the door itself hold no work. One of an earlier session, as another tab may still show
it after a sign-in or a new start of the browser, is asked for once more.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from portal.accounts.arriving import asked_page, local_page
from portal.accounts.proving import ANSWERED, held_fields
from portal.accounts.visiting import TOKEN, find_current
from portal.store.scope import Stage
from portal.web.formats import isolated
from portal.web.pages import page

# Where the forms of the door stand.
_DOORS = {
    "accounts.sign_in": "accounts.show_sign_in",
    "accounts.sign_in_with_passkey": "accounts.show_sign_in",
    "accounts.give_code": "accounts.show_code",
    "accounts.give_passkey": "accounts.show_code",
}


def ask_to_sign_in() -> Response:
    """To the door and from there to the page; a form of whoever was signed in waits instead."""
    if request.method in {"GET", "HEAD"}:
        return _to_the_door(asked_page())
    if TOKEN not in session or not _is_form_of_session():
        return _to_the_door(_page_of_form())
    errors = [("", _("Sign in first, in the other tab."))] if ANSWERED in request.form else []
    return page(
        "accounts/show_ended.html", 403, action=asked_page(), held=held_fields(), errors=errors
    )


def show_door_anew() -> Response | None:
    """The page of the door whose form was none of this session, or on to work; None for others."""
    there = _DOORS.get(request.endpoint or "")
    if there is None or "csrf_token" not in request.form:
        return None
    visitor = find_current()
    if visitor is None or visitor.standing.stage is Stage.CODE:
        flash(_("That page was out of date. Sign in once more."), "alarm")
    else:  # perhaps a colleague's, at a counter
        name = isolated(visitor.name)
        flash(_("You are signed in already, as %(name)s.", name=name), "done")
    return redirect(url_for(there, next=local_page(request.form.get("next"))), 303)


def _to_the_door(wanted: str | None) -> Response:
    return redirect(url_for("accounts.show_sign_in", next=wanted), 303)


def _is_form_of_session() -> bool:
    try:
        current_app.extensions["csrf"].protect()
    except CSRFError:
        return False
    return True


def _page_of_form() -> str | None:
    """Where the form stood, as far as the browser says; never where it goes, which is no page."""
    address = urlsplit(request.referrer or "")
    is_ours = address.netloc == request.host
    return local_page(f"{address.path}?{address.query}".rstrip("?")) if is_ours else None
