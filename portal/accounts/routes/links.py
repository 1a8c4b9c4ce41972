"""What mailed links open: an invitation, and choosing a new password.

The address holds the link's token as `code`, which web/headers.py hides and no log holds. Addresses
in mails are made of the portal's own setting, never of what a request says its host is.
"""

from __future__ import annotations

from flask import flash, redirect, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.arriving import prefix_hash
from portal.accounts.forms import AcceptForm, NewPasswordForm, ResetForm
from portal.accounts.operations import links
from portal.accounts.passwords import PasswordError
from portal.accounts.queries.own import Link, find_link
from portal.accounts.routes.blueprint import blueprint
from portal.accounts.words import password_text
from portal.store.throttle import LimitReached
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import ErrorList, errors_of
from portal.web.i18n import current_language
from portal.web.pages import page


def _find(code: str, kind: str) -> Link | None:
    return find_link(read(), code, kind=kind, now=portal().clock.now())


def _over(link: Link | None, kind: str) -> Response:
    """The link does not work (any more): in the same words, whatever the reason."""
    return page(
        "accounts/show_no_link.html", 410 if link else 404, kind=kind, days=links.INVITATION_DAYS
    )


@blueprint.get("/sign-in/invitation/<code>/")
@access(Access.SIGN_IN)
def show_invitation(code: str) -> Response:
    """Choose a name and a password."""
    link = _find(code, "invitation")
    if link is None or not link.is_open:
        return _over(link, "invitation")
    return _invitation(code, link, AcceptForm(formdata=None, name=link.name), [], 200)


def _invitation(
    code: str, link: Link, form: AcceptForm, errors: ErrorList, status: int
) -> Response:
    return page(
        "accounts/show_invitation.html", status, code=code, link=link, form=form, errors=errors
    )


@blueprint.post("/sign-in/invitation/<code>/")
@access(Access.SIGN_IN)
def accept_invitation(code: str) -> Response:
    """Keep both, and on to the door."""
    link, form = _find(code, "invitation"), AcceptForm()
    if link is None or not link.is_open:
        return _over(link, "invitation")
    if not form.validate():
        return _invitation(code, link, form, errors_of(form), 422)
    try:
        is_good = write(
            links.accept_invitation, now=portal().clock.now(), token=code,
            name=form.name.data or "", password=form.password.data or "",
            lang=current_language(),
        )  # fmt: skip
    except PasswordError as error:
        form.password.errors = [password_text(error)]
        return _invitation(code, link, form, errors_of(form), 422)
    if not is_good:
        return _over(link, "invitation")
    return _to_the_door(_("Welcome. Sign in with your new password."))


def _to_the_door(text: str) -> Response:
    session.clear()
    flash(text, "done")
    return redirect(url_for("accounts.show_sign_in"), 303)


@blueprint.get("/sign-in/reset")
@access(Access.SIGN_IN)
def show_reset() -> Response:
    """Ask for a link."""
    return _reset_page(ResetForm(formdata=None), [], 200)


def _reset_page(form: ResetForm, errors: ErrorList, status: int) -> Response:
    return page(
        "accounts/show_reset.html", status, form=form, errors=errors, hours=links.RESET_HOURS
    )


@blueprint.post("/sign-in/reset")
@access(Access.SIGN_IN)
def ask_for_reset() -> Response:
    """Mail a link, to whoever signs in with this address; the answer is the same for everybody."""
    form = ResetForm()
    if not form.validate():
        return _reset_page(form, errors_of(form), 422)
    wait = write(
        links.ask_for_reset, now=portal().clock.now(), email=form.email.data or "",
        prefix_hash=prefix_hash(), secrets=portal().secrets,
    )  # fmt: skip
    if wait is not None:
        raise LimitReached(wait)
    can_mail = bool(portal().settings.smtp_url)
    return page("accounts/show_reset_sent.html", hours=links.RESET_HOURS, can_mail=can_mail)


@blueprint.get("/sign-in/reset/<code>/")
@access(Access.SIGN_IN)
def show_new_password(code: str) -> Response:
    """Choose a new password."""
    link = _find(code, "reset")
    if link is None or not link.is_open:
        return _over(link, "reset")
    return _new_password(code, NewPasswordForm(formdata=None), [], 200)


def _new_password(code: str, form: NewPasswordForm, errors: ErrorList, status: int) -> Response:
    return page("accounts/show_new_password.html", status, code=code, form=form, errors=errors)


@blueprint.post("/sign-in/reset/<code>/")
@access(Access.SIGN_IN)
def reset_password(code: str) -> Response:
    """Keep it, end every sign-in, and on to the door."""
    link, form = _find(code, "reset"), NewPasswordForm()
    if link is None or not link.is_open:
        return _over(link, "reset")
    if not form.validate():
        return _new_password(code, form, errors_of(form), 422)
    try:
        is_good = write(
            links.reset_password, now=portal().clock.now(), token=code,
            password=form.password.data or "",
        )  # fmt: skip
    except PasswordError as error:
        form.password.errors = [password_text(error)]
        return _new_password(code, form, errors_of(form), 422)
    if not is_good:
        return _over(link, "reset")
    return _to_the_door(_("Your password is changed. Sign in with it."))
