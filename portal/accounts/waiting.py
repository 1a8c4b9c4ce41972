"""The door, for whoever asks for a page or sends a form and is not signed in (any more).

A form that was sent waits on its page while its sender signs in anew in another tab, and is sent
again by them. It holds the token of its session, which outlives the sign-in for the same person
alone (`arriving.begin`): nobody else can send it, and no other site can make anybody see one.

The forms of the door itself hold no work. One of an earlier session, as another tab may still show
it after a sign-in or a new start of the browser, is asked for once more, on the page that answers
it: a browser that keeps no cookie would find nothing behind a redirect.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from portal.accounts.arriving import asked_page, local_page
from portal.accounts.forms import CodeForm, SignInForm
from portal.accounts.proving import ANSWERED, held_fields
from portal.accounts.routes.codes import code_page
from portal.accounts.routes.door import door_page
from portal.accounts.visiting import TOKEN, find_current
from portal.store.scope import Stage
from portal.web.context import portal
from portal.web.fields import without_nul
from portal.web.form_token import comes_from_elsewhere
from portal.web.formats import isolated
from portal.web.pages import page

# The forms of the door: of a password or what stands for it, and of the second factor after it.
_FIRST = {"accounts.sign_in", "accounts.sign_in_with_passkey"}
_SECOND = {"accounts.give_code", "accounts.give_passkey"}


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
    """The page of the door whose form was none of this session, or on to work; None for others.

    What another site sends comes without the cookie: an answer that began a session would put it in
    the place of the reader's own.
    """
    if request.endpoint not in _FIRST | _SECOND or "csrf_token" not in request.form:
        return None
    if comes_from_elsewhere(request, portal().settings.base_url):
        return None
    visitor, wanted = find_current(), local_page(request.form.get("next"))
    if visitor is not None and visitor.standing.stage is not Stage.CODE:
        name = isolated(visitor.name)  # perhaps a colleague's, at a counter
        flash(_("You are signed in already, as %(name)s.", name=name), "done")
        return redirect(url_for("accounts.show_sign_in", next=wanted), 303)
    if visitor is not None and request.endpoint in _SECOND:
        errors = [("", _("That page was out of date. Show once more that it is you."))]
        return code_page(visitor, CodeForm(formdata=None, next=wanted), errors, 400)
    email = without_nul(request.form.get("email"))
    errors = [("", _("That page was out of date. Sign in once more."))]
    return door_page(SignInForm(formdata=None, email=email, next=wanted), errors, 400)


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
