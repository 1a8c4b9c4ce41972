"""Saved views of the inbox."""

from __future__ import annotations

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.respond.addresses import Address, asked_themes, parse_query, read_address
from portal.respond.deleted import Deleted
from portal.respond.filter_words import list_chips
from portal.respond.forms import explain
from portal.respond.inbox_forms import RenameForm, ViewForm
from portal.respond.operations import views as operations
from portal.respond.queries.choices import list_choices
from portal.respond.queries.views import get_view, list_views
from portal.respond.routes.blueprint import blueprint, langs, show_deleted
from portal.respond.rules import Conflict, Refusal
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import DeskForm, ErrorList, errors_of
from portal.web.pages import page
from portal.web.shown import say_changed, show_newer
from portal.web.words import gettext as _


@blueprint.get("/views/")
@access(Access.STAFF)
def show_views() -> Response:
    """One's own views and those of one's teams, to be renamed or deleted."""
    return _views_page(None, None)


def _views_page(
    view_id: int | None,
    form: DeskForm | None,
    errors: ErrorList | None = None,
    status: int = 422,
) -> Response:
    """`view_id` is the view whose form was refused, None for a new one."""
    scope = current_scope()
    languages = list(portal().settings.languages)
    saved = list_views(read(), scope, langs=langs())
    kept = {one.view.id: parse_query(one.view.filters) for one in saved}
    asked = asked_themes(*kept.values())
    choices = list_choices(read(), scope, langs=langs(), asked=asked)
    addresses = {one: read_address(values, choices, languages) for one, values in kept.items()}
    return page(
        "respond/show_views.html",
        status if form else 200,
        saved=saved,
        addresses=addresses,
        chips={one: list_chips(address, choices, languages) for one, address in addresses.items()},
        refused=(view_id, form) if form else None,
        errors=errors or [],
    )


@blueprint.post("/views/")
@access(Access.STAFF)
def save_view() -> Response:
    """Keep the filters of the address under a name."""
    form = ViewForm()
    if not form.validate():
        return _views_page(None, form, errors_of(form))
    address = _address(form.filters.data or "")
    try:
        write(
            operations.save_view, now=portal().clock.now(), scope=current_scope(),
            name=form.name.data or "", filters=address.query(), department_id=form.department_id,
        )  # fmt: skip
    except Refusal as refusal:
        return _views_page(None, form, explain(form, refusal))
    flash(_("The view is saved. It stands above the list."))
    return redirect(url_for("respond.show_inbox", **address.values), 303)  # type: ignore[arg-type]


def _address(query: str) -> Address:
    values = parse_query(query)
    choices = list_choices(read(), current_scope(), langs=langs(), asked=asked_themes(values))
    return read_address(values, choices, list(portal().settings.languages))


@blueprint.post("/views/<int:view_id>/")
@access(Access.STAFF)
def rename_view(view_id: int) -> Response:
    """Give a view another name."""
    form = RenameForm()
    try:
        return _rename(view_id, form)
    except Deleted:
        return show_deleted(
            _("This view was deleted in the meantime."),
            (_("Saved views"), url_for("respond.show_views")),
            [(_("Name of the view"), form.name)],
        )


def _rename(view_id: int, form: RenameForm) -> Response:
    if not form.validate():
        get_view(read(), current_scope(), view_id)
        return _views_page(view_id, form, errors_of(form))
    try:
        write(
            operations.change_view, now=portal().clock.now(), scope=current_scope(),
            view_id=view_id, version=form.read_version, name=form.name.data or "",
        )  # fmt: skip
    except Refusal as refusal:
        return _views_page(view_id, form, explain(form, refusal))
    except Conflict:
        stored = get_view(read(), current_scope(), view_id)
        show_newer(form.name, form.version, stored=str(stored.version), words=stored.name)
        return _views_page(view_id, form, errors_of(form), 409)
    flash(_("The view has a new name."))
    return redirect(url_for("respond.show_views"), 303)


@blueprint.post("/views/<int:view_id>/delete")
@access(Access.STAFF)
def delete_view(view_id: int) -> Response:
    """Forget a view; the cases in it stay as they are."""
    form = RenameForm()
    try:
        write(
            operations.delete_view, now=portal().clock.now(), scope=current_scope(),
            view_id=view_id, version=form.read_version,
        )  # fmt: skip
        flash(_("The view is deleted."))
    except Deleted:
        flash(_("This view was deleted in the meantime."))
    except Conflict:
        say_changed()
    return redirect(url_for("respond.show_views"), 303)
