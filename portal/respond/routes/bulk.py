"""What is done to many cases at once: to those that were ticked, or to all that fit the filters."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.respond.addresses import Address, asked_themes, filters_of
from portal.respond.filter_words import list_chips
from portal.respond.forms import case_ids
from portal.respond.inbox_forms import NOBODY, AssignForm, BatchForm, GroupAllForm, ticked
from portal.respond.operations.assigning import BATCH, Done, assign_cases
from portal.respond.operations.cases import MixedServices
from portal.respond.operations.grouping import BATCH as GROUP_BATCH
from portal.respond.operations.grouping import group_selection
from portal.respond.queries.choices import list_choices, list_people
from portal.respond.queries.inbox import list_first
from portal.respond.queries.selection import Extent, Selection, get_extent
from portal.respond.queries.theme_choice import list_themes_for
from portal.respond.queries.undo import find_newest_event
from portal.respond.routes.blueprint import blueprint, langs
from portal.respond.routes.lists import back_to_list, list_address, nothing_ticked
from portal.respond.routes.themes import NEW
from portal.store.scope import NotAllowed
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.formats import number
from portal.web.forms import ErrorList, errors_of
from portal.web.i18n import current_language
from portal.web.pages import page
from portal.web.paging import is_searching, words_to_find
from portal.web.words import gettext as _
from portal.web.words import ngettext


def _selection() -> tuple[Selection, Address]:
    """Which cases are meant, and the address of the list that they stand in."""
    address, choices = list_address()
    if not request.values.get("all"):
        return ticked(), address
    until = whole_number(request.values.get("until"))
    return Selection(filters=filters_of(address, choices), until=until), address


def _extent(selection: Selection) -> Extent:
    today = portal().clock.today()
    return get_extent(read(), current_scope(), selection, today=today, langs=langs())


def _nothing(selection: Selection, address: Address, closed: int = 0) -> Response:
    if selection.ids:  # other departments' cases are not found
        raise NotAllowed
    if not closed:
        return nothing_ticked(address)
    text = ngettext(
        "The case that fits is closed (told, set aside or withdrawn). Tick it by itself.",
        "All %(n)s cases that fit are closed (told, set aside or withdrawn). Tick those you mean.",
        closed,
        n=number(closed),
    )
    flash(text, "alarm")
    return back_to_list(address)


def _meant(selection: Selection, address: Address) -> dict[str, object]:
    """What a page shows of the cases that are meant: nobody should act on a list unseen."""
    today, scope = portal().clock.today(), current_scope()
    choices = list_choices(read(), scope, langs=langs(), asked=asked_themes(address.values))
    return {
        "selection": selection,
        "address": address,
        "chips": list_chips(address, choices, list(portal().settings.languages)),
        "first": list_first(read(), scope, selection, today=today, langs=langs()),
    }


@blueprint.get("/assign")
@access(Access.STAFF)
def show_assign() -> Response:
    """How many cases they are, and the people who may look after them."""
    return _assign_page(AssignForm(formdata=None))


def _assign_page(form: AssignForm, errors: ErrorList | None = None) -> Response:
    selection, address = _selection()
    if not form.is_submitted():
        form.read.data = str(find_newest_event(read()))
    extent = _extent(selection)
    if not extent.total:
        return _nothing(selection, address, extent.closed)
    return page(
        "respond/show_assign.html",
        422 if errors else 200,
        extent=extent,
        **_meant(selection, address),
        people=list_people(read(), extent.departments),
        person_id=current_scope().person_id,
        form=form,
        errors=errors or [],
        progress=_progress(form, extent),
        batch=BATCH,
    )


def _progress(form: BatchForm, extent: Extent) -> dict[str, int | None]:
    """What every batch carries on: the newest case, how many are meant and done, and the deed."""
    until = whole_number(request.values.get("until")) or extent.until
    return {"until": until, "done": form.done_so_far, "meant": extent.total, "deed": form.begun,
            "page": whole_number(request.values.get("page"))}  # fmt: skip


@blueprint.post("/assign")
@access(Access.STAFF)
def assign() -> Response:
    """Let somebody look after the cases, or nobody; a batch at a time."""
    form, clock = AssignForm(), portal().clock
    person = whole_number(form.person.data)
    if form.validate() and person is None and form.person.data != NOBODY:
        form.person.errors = [_("Choose a person, or nobody.")]
    if errors_of(form):
        return _assign_page(form, errors_of(form))
    selection, address = _selection()
    if not selection.is_all and not selection.ids:
        return _nothing(selection, address)
    done = write(
        assign_cases, now=clock.now(), today=clock.today(), scope=current_scope(),
        selection=selection, person_id=person, deed=form.begun, read_until=form.read_until,
    )  # fmt: skip
    return _go_on("respond/continue_assign.html", form, done, address)


def _go_on(
    template: str, form: BatchForm, done: Done, address: Address, **context: object
) -> Response:
    """The next batch where there is one, otherwise back to the list."""
    count = form.done_so_far + done.count
    if done.left and done.count:
        progress = {"until": request.values.get("until", ""), "done": count, "left": done.left,
                    "meant": form.meant.data or "", "deed": done.deed,
                    "page": whole_number(request.values.get("page"))}  # fmt: skip
        return page(template, form=form, address=address, progress=progress, **context)
    _say_how_many(count, max(form.untouched(count) - done.overtaken, 0))
    if done.overtaken:
        text = ngettext(
            "%(n)s case stays as it was: a colleague has assigned it since you opened the list.",
            "%(n)s cases stay as they were: a colleague has assigned them since you opened the "
            "list.",
            done.overtaken,
            n=number(done.overtaken),
        )
        flash(text, "alarm")
    return back_to_list(address)


def _say_how_many(count: int, left: int) -> None:
    """What became of the cases that were offered: those that were changed, and all the others."""
    if count or not left:
        flash(ngettext("Done for %(n)s case.", "Done for %(n)s cases.", count, n=number(count)))
    if left:
        flash(ngettext("%(n)s case stays as it was: done already, or not possible for it.",
                       "%(n)s cases stay as they were: done already, or not possible for them.",
                       left, n=number(left)))  # fmt: skip


@blueprint.get("/group-many")
@access(Access.STAFF)
def show_group_many() -> Response:
    """Ticked cases are shown one by one; of all that fit, it is said how many they are."""
    if request.args.get("all"):
        return _group_page(GroupAllForm(formdata=None))
    if not case_ids():
        return nothing_ticked()
    filters = list_address()[0].query() or None
    return redirect(url_for("respond.show_group", case=case_ids(), filters=filters), 303)


def _group_page(form: GroupAllForm, errors: ErrorList | None = None) -> Response:
    selection, address = _selection()
    extent = _extent(selection)
    if not extent.total:
        return _nothing(selection, address, extent.closed)
    services, find = [service.id for service, _name, _count in extent.services], words_to_find()
    choice = list_themes_for(read(), current_scope(), services, words=find, langs=langs())
    return page(
        "respond/show_group_many.html",
        422 if errors else 200,
        extent=extent,
        **_meant(selection, address),
        themes=choice.lines,
        is_cut=choice.is_cut,
        find=find,
        form=form,
        errors=errors or [],
        progress=_progress(form, extent),
        new=NEW,
        batch=GROUP_BATCH,
    )


@blueprint.post("/group-many")
@access(Access.STAFF)
def group_many() -> Response:
    """Put all cases that fit into the theme, a batch at a time; or look for a theme."""
    form, clock = GroupAllForm(), portal().clock
    if is_searching():
        return _group_page(form)
    theme_id = whole_number(form.theme.data)
    if form.validate() and form.theme.data == NEW and not form.name.data:
        form.name.errors = [_("Give the theme a name.")]
    elif form.theme.data and form.theme.data != NEW and theme_id is None:
        form.theme.errors = [_("Choose a theme, or a new one.")]
    if errors_of(form):
        return _group_page(form, errors_of(form))
    selection, address = _selection()
    try:
        theme_id, done = write(
            group_selection, now=clock.now(), today=clock.today(), scope=current_scope(),
            selection=selection, theme_id=theme_id, name=form.name.data or "",
            lang=current_language(), is_shared=bool(form.shared.data), deed=form.begun,
        )  # fmt: skip
    except MixedServices:
        return _group_page(form, [("", _("This theme takes cases of one service only."))])
    return _go_on("respond/continue_group.html", form, done, address, theme=theme_id)
