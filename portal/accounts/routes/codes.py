"""The second factor at the door, after the password."""

from __future__ import annotations

from flask import flash, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.arriving import lead_on, local_page, require_room_for_code
from portal.accounts.forms import CodeForm
from portal.accounts.operations.sign_ins import CODE_MINUTES, renew_sign_in
from portal.accounts.proving import find_factor, find_passkey_holder, ways_of
from portal.accounts.queries.visitors import Visitor
from portal.accounts.routes.blueprint import blueprint
from portal.accounts.visiting import TOKEN, find_current, keep_secret
from portal.store.scope import Stage
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import write
from portal.web.formats import number
from portal.web.forms import ErrorList, errors_of
from portal.web.pages import page


def _find_waiting() -> Visitor | None:
    """Whoever gave the right password a short while ago and is still to show a second factor."""
    visitor = find_current()
    return visitor if visitor and visitor.standing.stage is Stage.CODE else None


def _to_the_door(wanted: str | None) -> Response:
    """Back to the password, and from there to what was wanted; whoever took too long is told."""
    if find_current() is None and TOKEN in session:
        flash(
            _("That took more than %(n)s minutes. Sign in once more.", n=number(CODE_MINUTES)),
            "alarm",
        )
    return redirect(url_for("accounts.show_sign_in", next=local_page(wanted)), 303)


@blueprint.get("/sign-in/code")
@access(Access.SIGN_IN)
def show_code() -> Response:
    """Ask for a code or a passkey."""
    visitor, wanted = _find_waiting(), request.args.get("next", "")
    if visitor is None:
        return _to_the_door(wanted)
    return code_page(visitor, CodeForm(formdata=None, next=wanted), [], 200)


def code_page(visitor: Visitor, form: CodeForm, errors: ErrorList, status: int) -> Response:
    """The ways to show a second factor, with what was wrong."""
    return page("accounts/show_code.html", status, form=form, errors=errors, ways=ways_of(visitor))


@blueprint.post("/sign-in/code")
@access(Access.SIGN_IN)
def give_code() -> Response:
    """Check a code from the app, or a recovery code."""
    visitor, form = _find_waiting(), CodeForm()
    if visitor is None:
        return _to_the_door(form.next.data)
    if not form.validate():
        return code_page(visitor, form, errors_of(form), 422)
    require_room_for_code(visitor.id)
    factor = find_factor(visitor.id, form.code.data or "")
    if factor is None:
        form.code.errors = [_("This code is wrong, too old, or was used before. Enter a new one.")]
        return code_page(visitor, form, errors_of(form), 422)
    return _let_in(factor, form.next.data)


@blueprint.post("/sign-in/code/passkey")
@access(Access.SIGN_IN)
def give_passkey() -> Response:
    """Check a passkey in place of a code."""
    visitor, form = _find_waiting(), CodeForm()
    if visitor is None:
        return _to_the_door(form.next.data)
    require_room_for_code(visitor.id)
    if find_passkey_holder(request.form.get("credential", ""), visitor.id) is None:
        errors = [("", _("This passkey does not work here. Use another one, or a code."))]
        return code_page(visitor, form, errors, 422)
    return _let_in("passkey", form.next.data)


def _let_in(factor: str, wanted: str | None) -> Response:
    now = portal().clock.now()
    keep_secret(write(renew_sign_in, now=now, token=session[TOKEN], factor=factor))
    return lead_on(wanted)
