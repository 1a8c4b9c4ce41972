"""Languages of the whole city: how complete each is, and whether residents are offered it."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.admin import languages
from portal.admin.routes.blueprint import blueprint
from portal.admin.routes.services import offered
from portal.admin.service_forms import LanguageOffForm
from portal.domain.typed_texts import TextsMoved
from portal.web.access import Access, access, current_scope
from portal.web.completeness import interface_share, resident_share
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import errors_of
from portal.web.pages import page
from portal.web.words import gettext as _


@blueprint.get("/languages/")
@access(Access.ADMINISTRATOR)
def list_languages() -> Response:
    """All installed languages and what there is in each."""
    return page(
        "admin/list_languages.html", rows=languages.list_languages(read(), offered()),
        today=portal().clock.today(), interface_share=interface_share,
        resident_share=resident_share,
    )  # fmt: skip


@blueprint.get("/languages/<tag>/")
@access(Access.ADMINISTRATOR)
def show_language(tag: str) -> Response:
    """One language, and the form that switches it off or on."""
    form = LanguageOffForm(formdata=None)
    form.day.data = portal().clock.today()
    return _page(tag, form)


def _page(tag: str, form: LanguageOffForm, status: int = 200) -> Response:
    rows = {row.lang: row for row in languages.list_languages(read(), offered())}
    if tag not in rows:
        abort(404)
    return page(
        "admin/show_language.html", status, row=rows[tag], form=form, errors=errors_of(form),
        today=portal().clock.today(), is_first=tag == offered()[0],
    )  # fmt: skip


@blueprint.post("/languages/<tag>/off")
@access(Access.ADMINISTRATOR, is_fresh=True)
def switch_language_off(tag: str) -> Response:
    """From a day on residents are not offered it."""
    form, clock = LanguageOffForm(), portal().clock
    form.validate()
    if tag == offered()[0]:  # its page has no form that could show an error
        flash(_("The first language is the source of all texts and stays on."), "alarm")
        return redirect(url_for("admin.list_languages"), 303)
    if form.day.day is not None and form.day.day < clock.today():
        form.day.errors = [_("This day has passed. Choose today or a later day.")]
    if form.errors or form.day.day is None or tag not in offered():
        return _page(tag, form, 422)
    try:
        write(
            languages.switch_off, lang=tag, day=form.day.day, person_id=current_scope().person_id,
            now=clock.now(), today=clock.today(), seen=form.was.data,
        )  # fmt: skip
    except TextsMoved:  # the page has no such form any more: it says from when it is off
        flash(_("Somebody else has switched it off meanwhile. It is shown as it is now."), "alarm")
        return _page(tag, LanguageOffForm(formdata=None), 409)
    flash(_("The change is kept."), "done")
    return redirect(url_for("admin.list_languages"), 303)


@blueprint.post("/languages/<tag>/on")
@access(Access.ADMINISTRATOR, is_fresh=True)
def switch_language_on(tag: str) -> Response:
    """From today residents are offered it again."""
    if tag not in offered():
        abort(404)
    write(
        languages.switch_on, lang=tag, person_id=current_scope().person_id,
        now=portal().clock.now(), today=portal().clock.today(),
    )  # fmt: skip
    flash(_("The change is kept."), "done")
    return redirect(url_for("admin.list_languages"), 303)
