"""The door: signing in and out."""

from __future__ import annotations

from flask import redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import passkeys, provider
from portal.accounts.arriving import begin, lead_on, local_page, require_room
from portal.accounts.forms import SignInForm
from portal.accounts.operations.sign_ins import end_sign_in
from portal.accounts.proving import find_passkey_holder
from portal.accounts.queries.visitors import find_account
from portal.accounts.routes.blueprint import blueprint
from portal.accounts.visiting import TOKEN, find_standing
from portal.store.scope import Stage
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import ErrorList, errors_of
from portal.web.pages import page


@blueprint.get("/sign-in")
@access(Access.SIGN_IN)
def show_sign_in() -> Response:
    """The form, or straight on for somebody who is signed in."""
    standing = find_standing()
    if standing is not None and standing.stage is not Stage.CODE:
        return lead_on(request.args.get("next"))
    form = SignInForm(formdata=None, next=local_page(request.args.get("next")))
    return door_page(form, [], 200)


def door_page(form: SignInForm, errors: ErrorList, status: int) -> Response:
    """The ways in, with what was wrong."""
    question = passkeys.ask_to_show() if passkeys.are_possible() else None
    return page(
        "accounts/show_sign_in.html", status, form=form, errors=errors, question=question,
        provider=portal().settings.oidc_name if provider.is_set_up() else None,
    )  # fmt: skip


@blueprint.post("/sign-in")
@access(Access.SIGN_IN)
def sign_in() -> Response:
    """Begin a session; one answer for everything that may be wrong."""
    form = SignInForm()
    if not form.validate():
        return door_page(form, errors_of(form), 422)
    require_room(form.email.data or "")
    found = find_account(read(), email=form.email.data or "", password=form.password.data or "")
    if found is None:
        errors = [(form.email.id, _("The email address or the password is wrong."))]
        return door_page(form, errors, 422)
    return begin(found.id, wanted=form.next.data)


@blueprint.post("/sign-in/passkey")
@access(Access.SIGN_IN)
def sign_in_with_passkey() -> Response:
    """Begin a session by a passkey alone: it is the device and whoever unlocked it, both."""
    require_room()
    form = SignInForm(formdata=None, next=request.form.get("next", ""))
    holder = find_passkey_holder(request.form.get("credential", ""))
    if holder is None:
        errors = [("", _("This passkey does not work here. Sign in with your password."))]
        return door_page(form, errors, 422)
    return begin(holder, factor="passkey", wanted=form.next.data)


@blueprint.post("/sign-out")
@access(Access.SIGN_IN)
def sign_out() -> Response:
    """End the session, here and in the records."""
    token = session.get(TOKEN)
    session.clear()
    if isinstance(token, str):
        write(end_sign_in, now=portal().clock.now(), token=token)
    return redirect(url_for("accounts.show_sign_in"), 303)
