"""A person's own account: name, language, password, where they are signed in."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import words
from portal.accounts.forms import NewPasswordForm, OwnForm
from portal.accounts.operations import links, people, sign_ins
from portal.accounts.passwords import PasswordError
from portal.accounts.queries.own import find_refused_mail, get_factors, list_sign_ins
from portal.accounts.routes.blueprint import blueprint
from portal.accounts.visiting import TOKEN, current_visitor, keep_secret
from portal.accounts.words import password_text
from portal.store.retention import SIGN_IN_HOURS
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.forms import errors_of
from portal.web.i18n import languages
from portal.web.pages import page


@blueprint.get("/account/")
@access(Access.ACCOUNT)
def show_account() -> Response:
    """Everything about oneself."""
    visitor = current_visitor()
    return _page(_own_form(formdata=None, name=visitor.name, lang=visitor.lang), 200)


def _own_form(**data: Any) -> OwnForm:
    return OwnForm(languages=[(tag, one.name) for tag, one in languages().items()], **data)


def _page(form: OwnForm, status: int) -> Response:
    visitor, now = current_visitor(), portal().clock.now()
    return page(
        "accounts/show_account.html",
        status,
        form=form,
        errors=errors_of(form),
        visitor=visitor,
        factors=get_factors(read(), visitor.id),
        words=words,
        sign_ins=list_sign_ins(read(), person_id=visitor.id, now=now),
        hours=SIGN_IN_HOURS,
        refused_at=find_refused_mail(read(), visitor.id, now),
    )


@blueprint.post("/account/")
@access(Access.ACCOUNT)
def change_account() -> Response:
    """Keep name and language."""
    form = _own_form()
    if not form.validate():
        return _page(form, 422)
    write(
        people.change_own, now=portal().clock.now(), person_id=current_visitor().id,
        name=form.name.data or "", lang=form.lang.data or "",
    )  # fmt: skip
    flash(_("Your changes are kept."), "done")
    return redirect(url_for("accounts.show_account"), 303)


@blueprint.get("/account/password")
@access(Access.ACCOUNT, is_fresh=True)
def show_password() -> Response:
    """The form for a new password."""
    return page("accounts/show_password.html", form=NewPasswordForm(formdata=None), errors=[])


@blueprint.post("/account/password")
@access(Access.ACCOUNT, is_fresh=True)
def change_password() -> Response:
    """Keep it; the other sign-ins end."""
    form, now = NewPasswordForm(), portal().clock.now()
    if not form.validate():
        return page("accounts/show_password.html", 422, form=form, errors=errors_of(form))
    try:
        write(
            links.change_password, now=now, person_id=current_visitor().id,
            password=form.password.data or "", token=session[TOKEN],
        )  # fmt: skip
    except PasswordError as error:
        form.password.errors = [password_text(error)]
        return page("accounts/show_password.html", 422, form=form, errors=errors_of(form))
    keep_secret(write(sign_ins.renew_sign_in, now=now, token=session[TOKEN]))
    flash(_("Your password is changed. You are signed out everywhere else."), "done")
    return redirect(url_for("accounts.show_account"), 303)


@blueprint.post("/account/sign-ins/end")
@access(Access.ACCOUNT)
def end_sign_in() -> Response:
    """End one of one's sign-ins elsewhere."""
    number = whole_number(request.form.get("sign_in"))
    is_ended = number is not None and write(
        sign_ins.end_one, now=portal().clock.now(), person_id=current_visitor().id,
        sign_in_id=number,
    )  # fmt: skip
    if not is_ended:
        abort(404)
    flash(_("You are signed out there."), "done")
    return redirect(url_for("accounts.show_account"), 303)


@blueprint.post("/account/sign-ins/end-others")
@access(Access.ACCOUNT)
def end_other_sign_ins() -> Response:
    """End all of one's sign-ins but this one."""
    person_id = current_visitor().id
    write(
        sign_ins.end_all, now=portal().clock.now(), person_id=person_id, by=person_id,
        but=session[TOKEN],
    )  # fmt: skip
    flash(_("You are signed out everywhere else."), "done")
    return redirect(url_for("accounts.show_account"), 303)
