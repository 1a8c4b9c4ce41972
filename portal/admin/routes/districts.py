"""Districts: their names, their order, and which can be chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.admin import districts
from portal.admin.routes.blueprint import blueprint, langs
from portal.admin.routes.naming import Naming, sent_names, show_naming
from portal.admin.routes.services import offered
from portal.admin.service_forms import DistrictForm
from portal.domain.new_names import NameTaken
from portal.domain.typed_texts import TextsMoved
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import errors_of
from portal.web.names import NamesForm
from portal.web.pages import page
from portal.web.words import gettext as _


@blueprint.get("/districts/")
@access(Access.ADMINISTRATOR)
def list_districts() -> Response:
    """All districts, and the form for another one."""
    return _page(DistrictForm(formdata=None))


def _page(form: DistrictForm, status: int = 200) -> Response:
    return page(
        "admin/list_districts.html", status, form=form, errors=errors_of(form),
        districts=districts.list_districts(read()), offered=offered(), langs=langs(),
    )  # fmt: skip


@blueprint.post("/districts/")
@access(Access.ADMINISTRATOR, is_fresh=True)
def add_district() -> Response:
    """Add a district by its name in the portal's first language."""
    form = DistrictForm()
    if not form.validate():
        return _page(form, 422)
    try:
        slug = write(
            districts.add_district, name=form.name.data or "", lang=offered()[0],
            person_id=current_scope().person_id, now=portal().clock.now(),
        )  # fmt: skip
    except NameTaken:
        form.name.errors = [
            _("There is a district of this name already. If it is closed, open it again.")
        ]
        return _page(form, 422)
    flash(_("The district is added. Give it its name in the other languages."), "done")
    return redirect(url_for("admin.show_district", district=slug), 303)


@blueprint.get("/districts/<district>/")
@access(Access.ADMINISTRATOR)
def show_district(district: str) -> Response:
    """Its names in every language."""
    return _district_page(district)


def _district_page(
    slug: str, refused: NamesForm | None = None, *, is_moved: bool = False
) -> Response:
    rows = {row.slug: row for row in districts.list_districts(read())}
    if slug not in rows:
        abort(404)
    naming = Naming(
        slug, rows[slug].names, title=_("Names of a district"),
        action=url_for("admin.name_district", district=slug),
        back=_("Districts"), back_url=url_for("admin.list_districts"),
    )  # fmt: skip
    return show_naming(naming, refused, is_moved=is_moved)


@blueprint.post("/districts/<district>/")
@access(Access.ADMINISTRATOR, is_fresh=True)
def name_district(district: str) -> Response:
    """Change its names."""
    form = sent_names()
    if not form.validate() or not form.require(offered()[0], _("Enter the name of the district.")):
        return _district_page(district, form)
    said = _("The names are kept.")
    try:
        return _do(districts.name_district, said, slug=district, names=form.names)
    except TextsMoved:
        return _district_page(district, form, is_moved=True)


@blueprint.post("/districts/<district>/up")
@access(Access.ADMINISTRATOR, is_fresh=True)
def move_district_up(district: str) -> Response:
    """Put it before the one that is before it."""
    return _do(districts.move_up, _("The order is kept."), slug=district)


@blueprint.post("/districts/<district>/close")
@access(Access.ADMINISTRATOR, is_fresh=True)
def close_district(district: str) -> Response:
    """From today nobody can choose it."""
    said = _("The district is closed. What was sent from there stays.")
    return _do(districts.close_district, said, slug=district, today=portal().clock.today())


@blueprint.post("/districts/<district>/reopen")
@access(Access.ADMINISTRATOR, is_fresh=True)
def reopen_district(district: str) -> Response:
    """From today it can be chosen again."""
    said = _("The district can be chosen again.")
    return _do(districts.reopen_district, said, slug=district, today=portal().clock.today())


def _do(operation: Callable[..., None], said: str, **given: Any) -> Response:
    try:
        write(operation, person_id=current_scope().person_id, now=portal().clock.now(), **given)
    except LookupError:
        abort(404)
    flash(said, "done")
    return redirect(url_for("admin.list_districts"), 303)
