"""The door: signing in and out."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_security import login_user
from werkzeug.wrappers import Response

from portal.accounts.account import Accounts
from portal.accounts.forms import SignInForm
from portal.accounts.operations import begin_sign_in, count_attempt, end_sign_in
from portal.accounts.queries import find_account, get_scope
from portal.accounts.security import TOKEN, load_scope
from portal.store.scope import Scope
from portal.store.throttle import LimitReached
from portal.web.access import Access, access
from portal.web.client_address import client_address
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import errors_of
from portal.web.pages import page
from portal.web.session import is_signed_in_area

blueprint = Blueprint("accounts", __name__, url_prefix="/<lang:lang>")

# A path of ours and nothing that a browser reads as another site: no //, no backslash, no scheme.
_LOCAL = re.compile(r"/(?!/)[A-Za-z0-9/_.~?=&%+-]*")


@blueprint.get("/sign-in")
@access(Access.SIGN_IN)
def show_sign_in() -> Response:
    """The form, or straight on for somebody who is signed in."""
    scope = load_scope()
    if scope is not None:
        return redirect(_next(request.args.get("next"), scope), 303)
    form = SignInForm(formdata=None, next=request.args.get("next", ""))
    return page("accounts/show_sign_in.html", form=form, errors=[])


@blueprint.post("/sign-in")
@access(Access.SIGN_IN)
def sign_in() -> Response:
    """Begin a session; one answer for everything that may be wrong."""
    form = SignInForm()
    if not form.validate():
        return page("accounts/show_sign_in.html", 422, form=form, errors=errors_of(form))
    _require_room(form.email.data or "")
    found = find_account(read(), email=form.email.data or "", password=form.password.data or "")
    account = Accounts().find_user(fs_uniquifier=found.fs_uniquifier) if found else None
    if account is None:
        errors = [(form.email.id, _("The email address or the password is wrong."))]
        return page("accounts/show_sign_in.html", 422, form=form, errors=errors)
    clock, previous = portal().clock, session.get(TOKEN)
    session.clear()
    login_user(account)
    session[TOKEN] = write(
        begin_sign_in, now=clock.now(), today=clock.today(), person_id=account.id,
        previous_token=previous,
    )  # fmt: skip
    return redirect(_next(form.next.data, get_scope(read(), account.id)), 303)


@blueprint.post("/sign-out")
@access(Access.SIGN_IN)
def sign_out() -> Response:
    """End the session, here and in the records."""
    token = session.get(TOKEN)
    session.clear()
    if isinstance(token, str):
        write(end_sign_in, now=portal().clock.now(), token=token)
    return redirect(url_for("accounts.show_sign_in"), 303)


def _require_room(email: str) -> None:
    secrets, clock = portal().secrets, portal().clock
    wait = write(
        count_attempt,
        now=clock.now(),
        email_hash=secrets.email_hash(email),
        prefix_hash=secrets.prefix_hash(client_address(request, portal().settings), clock.today()),
    )
    if wait is not None:
        raise LimitReached(wait)


def _next(wanted: str | None, scope: Scope) -> str:
    """The page of the signed-in areas that was asked for, else where the person's work is."""
    if wanted and _LOCAL.fullmatch(wanted) and is_signed_in_area(wanted):
        return wanted
    looks_after_levels = scope.having("manager") or scope.is_administrator
    if looks_after_levels and not scope.having("staff", "translator"):
        return url_for("manage.show_overview")
    return url_for("respond.show_inbox")
