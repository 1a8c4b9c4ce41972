"""Setting up a second factor: an app for codes, and codes for the day it is lost."""

from __future__ import annotations

from flask import flash, redirect, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import passkeys
from portal.accounts.arriving import lead_on, require_room_for_code
from portal.accounts.forms import CodeForm
from portal.accounts.operations import factors, sign_ins
from portal.accounts.queries.own import find_new_key, get_factors
from portal.accounts.routes.blueprint import blueprint
from portal.accounts.visiting import TOKEN, current_visitor, is_factor_required, keep_secret
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import ErrorList, errors_of
from portal.web.pages import page
from portal.web.qr import draw_qr
from portal.web.site import city_name


def must_have() -> bool:
    """Whether the person's roles ask for a second factor."""
    return is_factor_required() and current_visitor().standing.scope.must_have_second_factor


@blueprint.get("/account/second-factor/")
@access(Access.SET_UP, is_fresh=True)
def show_second_factor() -> Response:
    """What there is, and what can be added."""
    visitor = current_visitor()
    known = get_factors(read(), visitor.id)
    question = None
    if passkeys.are_possible():
        question = passkeys.ask_to_make(
            visitor.id, visitor.email, visitor.name, city_name(), known.passkeys
        )
    return page(
        "accounts/show_second_factor.html", factors=known, question=question,
        stage=visitor.standing.stage.value,
    )  # fmt: skip


@blueprint.post("/account/second-factor/app/begin")
@access(Access.SET_UP, is_fresh=True)
def begin_app() -> Response:
    """Make a secret for an app."""
    write(factors.begin_authenticator, person_id=current_visitor().id, secrets=portal().secrets)
    return redirect(url_for("accounts.show_app"), 303)


@blueprint.get("/account/second-factor/app")
@access(Access.SET_UP, is_fresh=True)
def show_app() -> Response:
    """The secret as a QR code and as text, and the field for the first code."""
    return _app_page(CodeForm(formdata=None), [], 200)


def _app_page(form: CodeForm, errors: ErrorList, status: int) -> Response:
    visitor = current_visitor()
    key = find_new_key(
        read(), person_id=visitor.id, email=visitor.email, city=city_name(),
        secrets=portal().secrets,
    )  # fmt: skip
    if key is None:
        if errors and not get_factors(read(), visitor.id).has_app:  # else sent twice
            flash(
                _("The key of that app does not work any more. Set up the app with a new one."),
                "alarm",
            )
        return redirect(url_for("accounts.show_second_factor"), 303)
    return page(
        "accounts/show_app.html", status, form=form, errors=errors, key=key, qr=draw_qr(key.uri)
    )


@blueprint.post("/account/second-factor/app")
@access(Access.SET_UP, is_fresh=True)
def confirm_app() -> Response:
    """The first code: from now on the app is asked for. Shows the recovery codes, once."""
    form, visitor, now = CodeForm(), current_visitor(), portal().clock.now()
    if not form.validate():
        return _app_page(form, errors_of(form), 422)
    require_room_for_code(visitor.id)
    is_right = write(
        factors.confirm_authenticator, now=now, person_id=visitor.id,
        code=form.code.data or "", secrets=portal().secrets,
    )  # fmt: skip
    if not is_right:
        form.code.errors = [_("This code is wrong or too old. Enter the one the app shows now.")]
        return _app_page(form, errors_of(form), 422)
    take_in("totp")
    return _codes_page()


def take_in(factor: str) -> None:
    """The second factor was just shown: a new secret here, and the end of other sign-ins."""
    person_id, now = current_visitor().id, portal().clock.now()
    write(sign_ins.end_all, now=now, person_id=person_id, by=person_id, but=session[TOKEN])
    keep_secret(write(sign_ins.renew_sign_in, now=now, token=session[TOKEN], factor=factor))


def _codes_page() -> Response:
    codes = write(
        factors.make_recovery_codes, now=portal().clock.now(), person_id=current_visitor().id,
        secrets=portal().secrets,
    )  # fmt: skip
    return page("accounts/show_recovery_codes.html", codes=codes)


@blueprint.post("/account/second-factor/recovery-codes")
@access(Access.ACCOUNT, is_fresh=True)
def make_recovery_codes() -> Response:
    """New recovery codes, shown once."""
    if not get_factors(read(), current_visitor().id).count:
        return redirect(url_for("accounts.show_second_factor"), 303)
    return _codes_page()


@blueprint.post("/account/second-factor/done")
@access(Access.SET_UP)
def finish_second_factor() -> Response:
    """On to work."""
    return lead_on(None)


@blueprint.post("/account/second-factor/app/remove")
@access(Access.SET_UP, is_fresh=True)
def remove_app() -> Response:
    """Take the app away, for a new one or for good."""
    is_gone = write(
        factors.remove_authenticator, now=portal().clock.now(), person_id=current_visitor().id,
        is_required=must_have(),
    )  # fmt: skip
    return after_removal(is_gone)


def after_removal(is_gone: bool) -> Response:
    """Back to the list, with what became of it."""
    if is_gone:
        flash(_("It is removed."), "done")
    else:
        flash(_("This is your only second factor, and you need one. Add another first."), "alarm")
    return redirect(url_for("accounts.show_second_factor"), 303)
