"""Bringing in a list of services: paste it, see what it would change, then keep that."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.admin.import_words import line_text, list_text
from portal.admin.routes.blueprint import blueprint, langs
from portal.admin.routes.services import offered
from portal.admin.service_forms import MAX_LIST, MAX_LIST_BODY, ListForm
from portal.admin.services.imports import PlanMoved, Planned, apply_list, hash_of, plan_list
from portal.admin.services.names import get_known_names
from portal.store.service_files import ListError, read_service_list
from portal.store.texts import InLanguage, in_language
from portal.web.access import Access, access, current_scope
from portal.web.body import takes_long
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import errors_of
from portal.web.pages import page
from portal.web.words import gettext as _


@blueprint.get("/import/")
@access(Access.ADMINISTRATOR)
def show_import() -> Response:
    """The form to paste a list into."""
    form = ListForm(formdata=None)
    form.lang.data = offered()[0]
    return _form_page(form)


def _form_page(form: ListForm, status: int = 200) -> Response:
    return page(
        "admin/show_import.html",
        status,
        form=form,
        errors=errors_of(form),
        offered=offered(),
        most=MAX_LIST,
    )


@blueprint.post("/import/")
@takes_long(MAX_LIST_BODY)
@access(Access.ADMINISTRATOR, is_fresh=True)
def plan_import() -> Response:
    """What the list would change. Nothing is changed yet."""
    return _plan_page()


def _plan_page(status: int = 200) -> Response:
    form = _typed()
    if form.errors:
        return _form_page(form, 422)
    lang = form.lang.data or offered()[0]
    plan = plan_list(read(), form.lines, name_lang=lang, offered=offered())
    form.seen.data = hash_of(plan)
    added = {one.line.department or "" for one in plan if one.is_new_department}
    return page(
        "admin/plan_import.html", status, form=form, bad=form.bad, line_text=line_text,
        kinds={kind: [one for one in plan if one.kind == kind]
               for kind in ("new", "changed", "unchanged")},
        new_departments=sorted(added),
        names=_names(plan),
    )  # fmt: skip


def _names(plan: Sequence[Planned]) -> dict[int, InLanguage[str]]:
    """What the services that would change are called today."""
    slugs = {one.service_id: one.slug or "" for one in plan if one.service_id is not None}
    texts, (lang, *others) = get_known_names(read(), slugs), langs()
    return {
        number: in_language(texts.get(number, {}), lang, others) or InLanguage(lang, slug)
        for number, slug in slugs.items()
    }


@blueprint.post("/import/apply")
@takes_long(MAX_LIST_BODY)
@access(Access.ADMINISTRATOR, is_fresh=True)
def apply_import() -> Response:
    """Do what was shown."""
    form = _typed()
    if form.errors:
        return _form_page(form, 422)
    clock = portal().clock
    try:
        done = write(
            apply_list, form.lines, name_lang=form.lang.data or offered()[0], offered=offered(),
            seen=form.seen.data or "", person_id=current_scope().person_id, now=clock.now(),
            today=clock.today(),
        )  # fmt: skip
    except PlanMoved:
        flash(
            _("Something changed since the list was shown. Read once more what it does."), "alarm"
        )
        return _plan_page(409)
    said = _("Kept: %(new)s new, %(changed)s changed, %(unchanged)s as they were.", **_texts(done))
    flash(said, "done")
    return redirect(url_for("admin.list_services"), 303)


def _texts(done: dict[str, int]) -> dict[str, str]:
    return {kind: str(count) for kind, count in done.items()}


def _typed() -> ListForm:
    """The form with its lines, or with errors."""
    form = ListForm()
    form.lang.choices = [(tag, tag) for tag in offered()]
    if form.validate():
        try:
            form.lines, form.bad = read_service_list(form.text.data or "")
        except ListError as error:
            form.text.errors = [list_text(error)]
    return form
