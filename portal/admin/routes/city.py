"""What the portal says of its city: its names and its colours."""

from __future__ import annotations

from dataclasses import astuple

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.admin.city import change_colours, name_city
from portal.admin.city_forms import MAX_CITY_NAME, WHERE, ColoursForm, ratio_text
from portal.admin.routes.blueprint import blueprint
from portal.admin.routes.services import offered
from portal.domain.colours import STANDARD, list_pairs
from portal.domain.typed_texts import TextsMoved
from portal.store.city import get_city
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.formats import list_of
from portal.web.forms import errors_of
from portal.web.names import NamesForm
from portal.web.pages import page
from portal.web.shown import show_newer
from portal.web.words import gettext as _


@blueprint.get("/city/")
@access(Access.ADMINISTRATOR)
def show_city() -> Response:
    """The city's names."""
    form = NamesForm.of(offered(), MAX_CITY_NAME)(formdata=None)
    form.fill(get_city(read()).names)
    return _names_page(form)


def _names_page(form: NamesForm, status: int = 200) -> Response:
    return page(
        "admin/show_city.html", status, form=form, errors=errors_of(form),
        usual=portal().settings.city_name,
    )  # fmt: skip


@blueprint.post("/city/")
@access(Access.ADMINISTRATOR, is_fresh=True)
def change_city_names() -> Response:
    """Keep the names."""
    form = NamesForm.of(offered(), MAX_CITY_NAME)()
    if not form.validate():
        return _names_page(form, 422)
    try:
        write(name_city, form.names, person_id=current_scope().person_id, now=portal().clock.now())
    except TextsMoved:
        form.show_moved(get_city(read()).names)
        return _names_page(form, 409)
    flash(_("The names are kept."), "done")
    return redirect(url_for("admin.show_city"), 303)


@blueprint.get("/colours/")
@access(Access.ADMINISTRATOR)
def show_colours() -> Response:
    """The city's colours, what they are seen with, and the form."""
    form = ColoursForm(formdata=None)
    form.fill(get_city(read()).colours or STANDARD)
    return _colours_page(form)


def _colours_page(form: ColoursForm, status: int = 200) -> Response:
    kept, typed = get_city(read()).colours, form.colours
    is_trial = not form.errors and typed is not None and typed != (kept or STANDARD)
    return page(
        "admin/show_colours.html", status, form=form, errors=errors_of(form), typed=typed,
        is_trial=is_trial, where=WHERE, ratio_text=ratio_text, standard=astuple(STANDARD),
        pairs=list(list_pairs(typed)) if typed else [],
        # A page in colours that nobody can read would help nobody to mend them.
        city_colours=typed if is_trial else kept,
    )  # fmt: skip


@blueprint.post("/colours/")
@access(Access.ADMINISTRATOR, is_fresh=True)
def keep_colours() -> Response:
    """Show how other colours look first; keep them when that was seen."""
    form = ColoursForm()
    if not form.validate() or form.colours is None or not form.is_readable():
        return _colours_page(form, 422)
    kept = get_city(read()).colours or STANDARD
    if form.colours != kept and form.seen.data != form.colours.key:
        return _colours_page(form, 422)
    wanted = None if form.colours == STANDARD else form.colours
    try:
        write(
            change_colours, wanted, person_id=current_scope().person_id, now=portal().clock.now(),
            seen=form.was.data,
        )  # fmt: skip
    except TextsMoved:  # perhaps since they were read above
        kept = get_city(read()).colours or STANDARD
        show_newer(form.accent_light, form.was, stored=kept.key, words=list_of(astuple(kept)))
        return _colours_page(form, 409)
    flash(_("The colours are kept. Every page shows them within a second."), "done")
    return redirect(url_for("admin.show_colours"), 303)
