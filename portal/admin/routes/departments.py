"""Departments and their names."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.admin.routes.blueprint import blueprint, langs
from portal.admin.routes.naming import Naming, sent_names, show_naming
from portal.admin.routes.services import offered
from portal.admin.service_forms import DepartmentForm
from portal.admin.services import departments, queries
from portal.domain.new_names import NameTaken
from portal.domain.typed_texts import TextsMoved
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import errors_of
from portal.web.names import NamesForm
from portal.web.pages import page
from portal.web.words import gettext as _


@blueprint.get("/departments/")
@access(Access.ADMINISTRATOR)
def list_departments() -> Response:
    """All departments and the form for another one."""
    return _page(DepartmentForm(formdata=None))


def _page(form: DepartmentForm, status: int = 200) -> Response:
    return page(
        "admin/list_departments.html", status, form=form, errors=errors_of(form),
        departments=queries.list_departments(read(), langs()), offered=offered(),
    )  # fmt: skip


@blueprint.post("/departments/")
@access(Access.ADMINISTRATOR, is_fresh=True)
def add_department() -> Response:
    """Add a department by its name in the portal's first language."""
    form = DepartmentForm()
    if not form.validate():
        return _page(form, 422)
    try:
        slug = write(
            departments.add_department, name=form.name.data or "", lang=offered()[0],
            person_id=current_scope().person_id, now=portal().clock.now(),
        )  # fmt: skip
    except NameTaken:
        form.name.errors = [_("There is a department of this name already.")]
        return _page(form, 422)
    flash(_("The department is added. Give it its name in the other languages."), "done")
    return redirect(url_for("admin.show_department", department=slug), 303)


@blueprint.get("/departments/<department>/")
@access(Access.ADMINISTRATOR)
def show_department(department: str) -> Response:
    """Its names in every language."""
    return _department_page(department)


def _department_page(
    slug: str, refused: NamesForm | None = None, *, is_moved: bool = False
) -> Response:
    rows = {row.slug: row for row in queries.list_departments(read(), langs())}
    if slug not in rows:
        abort(404)
    naming = Naming(
        slug, rows[slug].names, title=_("Names of a department"),
        action=url_for("admin.name_department", department=slug),
        back=_("Departments"), back_url=url_for("admin.list_departments"),
    )  # fmt: skip
    return show_naming(naming, refused, is_moved=is_moved)


@blueprint.post("/departments/<department>/")
@access(Access.ADMINISTRATOR, is_fresh=True)
def name_department(department: str) -> Response:
    """Change its names."""
    form = sent_names()
    if not form.validate() or not form.require(
        offered()[0], _("Enter the name of the department.")
    ):
        return _department_page(department, form)
    try:
        write(
            departments.name_department, slug=department, names=form.names,
            person_id=current_scope().person_id, now=portal().clock.now(),
        )  # fmt: skip
    except LookupError:
        abort(404)
    except TextsMoved:
        return _department_page(department, form, is_moved=True)
    flash(_("The names are kept."), "done")
    return redirect(url_for("admin.list_departments"), 303)
