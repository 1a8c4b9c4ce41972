"""The city's logo: its address, how fetching it went, taking it off."""

from __future__ import annotations

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.admin.logo import change_logo, fetch_logo_again, remove_logo
from portal.admin.logo_form import KIND_NAMES, LogoForm, why_not
from portal.admin.routes.blueprint import blueprint
from portal.domain.typed_texts import TextsMoved
from portal.store.logo import find_logo
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import errors_of
from portal.web.pages import page
from portal.web.shown import say_changed, show_newer
from portal.web.site import is_demo
from portal.web.words import gettext as _


@blueprint.get("/logo/")
@access(Access.ADMINISTRATOR)
def show_logo() -> Response:
    """The logo as it is shown, how fetching it went, and the form for its address."""
    form, logo = LogoForm(formdata=None), find_logo(read())
    form.url.data = form.was.data = logo.url if logo else ""
    return _page(form)


def _page(form: LogoForm, status: int = 200) -> Response:
    logo = find_logo(read())
    return page(
        "admin/show_logo.html", status, form=form, errors=errors_of(form), logo=logo,
        fault=why_not(logo) if logo else None, kinds=KIND_NAMES,
    )  # fmt: skip


@blueprint.post("/logo/")
@access(Access.ADMINISTRATOR, is_fresh=True)
def change_address() -> Response:
    """Fetch the logo from this address."""
    form = LogoForm()
    form.is_trial = portal().settings.is_testing or is_demo()
    if not form.validate():
        return _page(form, 422)
    try:
        write(
            change_logo, url=form.url.data or "", person_id=current_scope().person_id,
            now=portal().clock.now(), seen=form.was.data,
        )  # fmt: skip
    except TextsMoved:
        logo = find_logo(read())
        stored = logo.url if logo else ""
        show_newer(form.url, form.was, stored=stored, words=stored)
        return _page(form, 409)
    flash(_("The address is kept. The picture is fetched now."), "done")
    return redirect(url_for("admin.show_logo"), 303)


@blueprint.post("/logo/again")
@access(Access.ADMINISTRATOR)
def fetch_again() -> Response:
    """Fetch it once more, without waiting for tomorrow."""
    if write(fetch_logo_again, person_id=current_scope().person_id, now=portal().clock.now()):
        flash(_("The picture is fetched again now."), "done")
    return redirect(url_for("admin.show_logo"), 303)


@blueprint.post("/logo/remove")
@access(Access.ADMINISTRATOR, is_fresh=True)
def take_off() -> Response:
    """Take it off every page."""
    form = LogoForm()
    try:
        is_removed = write(
            remove_logo, person_id=current_scope().person_id, now=portal().clock.now(),
            seen=form.was.data,
        )  # fmt: skip
    except TextsMoved:
        say_changed()
    else:
        if is_removed:
            flash(_("The logo is taken off every page."), "done")
    return redirect(url_for("admin.show_logo"), 303)
