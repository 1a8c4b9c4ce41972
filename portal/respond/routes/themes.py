"""Grouping cases under a theme, and the page of a theme."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.domain.typed_texts import TextsMoved
from portal.respond.act import Act
from portal.respond.forms import (
    MAX_NAME,
    GroupForm,
    MergeForm,
    ShareForm,
    SplitForm,
    case_ids,
)
from portal.respond.operations import cases as operations
from portal.respond.operations import themes as theme_operations
from portal.respond.operations.merging import merge_themes
from portal.respond.queries import inbox, similar, themes
from portal.respond.queries.likely_themes import likely_first
from portal.respond.queries.theme_choice import list_themes_for
from portal.respond.routes.blueprint import blueprint, langs
from portal.respond.routes.lists import list_address, nothing_ticked
from portal.respond.rules import HoldsOthers
from portal.store.scope import NotAllowed
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.formats import number
from portal.web.forms import ErrorList, errors_of
from portal.web.i18n import current_language
from portal.web.names import NamesForm
from portal.web.pages import page
from portal.web.paging import asked_page, is_searching, words_to_find
from portal.web.words import gettext as _
from portal.web.words import ngettext

NEW = "new"
MAX_CASES = 200


@blueprint.get("/group")
@access(Access.STAFF)
def show_group() -> Response:
    """The ticked cases, and the themes to choose from that take them."""
    if not case_ids():
        return nothing_ticked()
    form = GroupForm(formdata=None)
    only = whole_number(request.args.get("theme"))
    if only is not None:
        form.theme.data = str(only)
    return _group_page(form, [])


def _group_page(form: GroupForm, errors: ErrorList, status: int = 200) -> Response:
    scope, today = current_scope(), portal().clock.today()
    ids = case_ids()[:MAX_CASES]
    cases = inbox.list_selected(read(), scope, ids, today=today, langs=langs())
    if not cases:
        raise NotAllowed
    by_service: dict[int, list[inbox.InboxCase]] = {}
    for case in cases:
        by_service.setdefault(case.service_id, []).append(case)
    find = words_to_find()
    choice = list_themes_for(read(), scope, by_service, words=find, langs=langs())
    return page(
        "respond/show_group.html",
        status,
        by_service=by_service,
        address=list_address()[0],
        themes=likely_first(read(), scope, ids, choice.lines),
        is_cut=choice.is_cut,
        find=find,
        form=form,
        errors=errors,
        new=NEW,
    )


@blueprint.post("/group")
@access(Access.STAFF)
def group_cases() -> Response:
    """Put the cases into the theme; or look for one, with all that was typed and ticked."""
    if not case_ids():
        return nothing_ticked()
    form = GroupForm()
    if is_searching():
        return _group_page(form, [])
    is_new = form.theme.data == NEW
    theme_id = whole_number(form.theme.data)
    if form.validate() and is_new and not form.name.data:
        form.name.errors = [_("Give the theme a name.")]
    elif form.theme.data and not is_new and theme_id is None:
        form.theme.errors = [_("Choose a theme, or a new one.")]
    if errors_of(form):
        return _group_page(form, errors_of(form), 422)
    ids, clock = case_ids()[:MAX_CASES], portal().clock
    try:
        theme_id, _event = write(
            operations.group_cases, Act(current_scope(), clock.now(), clock.today()),
            case_ids=ids, theme_id=theme_id, name=form.name.data or "", lang=current_language(),
            is_shared=bool(form.shared.data),
        )  # fmt: skip
    except operations.MixedServices:
        return _group_page(form, [("", _("This theme takes cases of one service only."))], 422)
    count = themes.count_inside(read(), theme_id, ids)
    flash(ngettext("%(n)s case is in the theme now.", "%(n)s cases are in the theme now.",
                   count, n=number(count)))  # fmt: skip
    if count < len(ids):
        flash(ngettext("%(n)s case was left out: set aside or withdrawn.",
                       "%(n)s cases were left out: set aside or withdrawn.",
                       len(ids) - count, n=number(len(ids) - count)), "alarm")  # fmt: skip
    return redirect(url_for("respond.show_theme", theme_id=theme_id), 303)


@blueprint.get("/themes/<int:theme_id>/")
@access(Access.STAFF)
def show_theme(theme_id: int) -> Response:
    """The theme's cases, who waits in which language, and its responses."""
    return _theme_page(theme_id)


def _theme_page(
    theme_id: int,
    *,
    names: NamesForm | None = None,
    split: SplitForm | None = None,
    merge: MergeForm | None = None,
    refusal: str = "",
    is_moved: bool = False,
) -> Response:
    """The page; a form is one that was refused, or something was, for what the theme holds."""
    refused = names or split or merge
    view = themes.get_theme_view(
        read(), current_scope(), theme_id, number=asked_page(), today=portal().clock.today(),
        langs=langs(), to_change=bool(refused or refusal), find=words_to_find(),
    )  # fmt: skip
    if names is None:
        names = NamesForm.of(portal().settings.languages, MAX_NAME)(formdata=None)
        names.fill(view.names)
    status = 409 if refusal or is_moved else 422 if refused else 200
    return page(
        "respond/show_theme.html", status, view=view, form=names,
        split=split or SplitForm(formdata=None), merge=merge or MergeForm(formdata=None),
        ticked=case_ids(), find=words_to_find(),
        errors=[("", refusal)] if refusal else errors_of(refused) if refused else [],
    )  # fmt: skip


@blueprint.get("/themes/<int:theme_id>/similar")
@access(Access.STAFF)
def show_similar(theme_id: int) -> Response:
    """Untreated cases that are like those of the theme, to be put into it by hand."""
    view = similar.get_similar(
        read(), current_scope(), theme_id, request.args.get("language", ""),
        today=portal().clock.today(), langs=langs(),
    )  # fmt: skip
    are_ticked = bool(request.args.get("all"))
    return page("respond/show_similar.html", view=view, are_ticked=are_ticked)


@blueprint.post("/themes/<int:theme_id>/name")
@access(Access.STAFF)
def name_theme(theme_id: int) -> Response:
    """Name the theme in all languages, or in some."""
    form = NamesForm.of(portal().settings.languages, MAX_NAME)()
    missing = _("Give the theme a name in at least one language.")
    if not form.validate() or not form.require_any(missing):
        return _theme_page(theme_id, names=form)
    try:
        write(
            theme_operations.name_theme, now=portal().clock.now(), scope=current_scope(),
            theme_id=theme_id, names=form.names,
        )  # fmt: skip
    except TextsMoved:
        form.show_moved(themes.list_names(read(), current_scope(), theme_id))
        form.require_any(missing)
        return _theme_page(theme_id, names=form, is_moved=True)
    flash(_("The names are saved."))
    return redirect(url_for("respond.show_theme", theme_id=theme_id), 303)


@blueprint.post("/themes/<int:theme_id>/services")
@access(Access.STAFF)
def share_theme(theme_id: int) -> Response:
    """Let the theme take the cases of all services, or of its own only."""
    is_shared = bool(ShareForm().shared.data)
    try:
        write(
            theme_operations.share_theme, now=portal().clock.now(), scope=current_scope(),
            theme_id=theme_id, is_shared=is_shared,
        )  # fmt: skip
    except HoldsOthers:
        refusal = _("Cases of other services are in this theme, so it has to take them.")
        return _theme_page(theme_id, refusal=refusal)
    flash(_("It takes cases of all services now.") if is_shared
          else _("It takes cases of its own service only now."))  # fmt: skip
    return redirect(url_for("respond.show_theme", theme_id=theme_id), 303)


@blueprint.post("/themes/<int:theme_id>/split")
@access(Access.STAFF)
def split_theme(theme_id: int) -> Response:
    """Put the ticked cases into a new theme."""
    form, ids, clock = SplitForm(), case_ids()[:MAX_CASES], portal().clock
    if form.validate() and not ids:
        form.name.errors = [_("Tick at least one case first.")]
    if errors_of(form):
        return _theme_page(theme_id, split=form)
    new_id = write(
        theme_operations.split_theme, now=clock.now(), today=clock.today(),
        scope=current_scope(), theme_id=theme_id, case_ids=ids, name=form.name.data or "",
        lang=current_language(),
    )  # fmt: skip
    flash(_("The cases are in a theme of their own now."))
    return redirect(url_for("respond.show_theme", theme_id=new_id), 303)


@blueprint.post("/themes/<int:theme_id>/merge")
@access(Access.STAFF)
def merge_theme(theme_id: int) -> Response:
    """Put the cases of this theme into another, and let no more come into it."""
    form, clock = MergeForm(), portal().clock
    into_id = whole_number(form.into.data)
    if not form.validate() or into_id is None:
        form.into.errors = [_("Choose the theme that it goes into.")]
        return _theme_page(theme_id, merge=form)
    try:
        merged = write(
            merge_themes, now=clock.now(), today=clock.today(), scope=current_scope(),
            theme_id=theme_id, into_id=into_id,
        )  # fmt: skip
    except HoldsOthers:
        refusal = _("Cases of other services are in this theme. Only a theme that takes them can"
                    " hold them.")  # fmt: skip
        return _theme_page(theme_id, refusal=refusal)
    if merged.left:
        flash(ngettext("%(n)s case is still to come. Merge again.",
                       "%(n)s cases are still to come. Merge again.",
                       merged.left, n=number(merged.left)), "alarm")  # fmt: skip
        return redirect(url_for("respond.show_theme", theme_id=theme_id), 303)
    flash(ngettext("Merged: %(n)s case came along.", "Merged: %(n)s cases came along.",
                   merged.count, n=number(merged.count)))  # fmt: skip
    return redirect(url_for("respond.show_theme", theme_id=into_id), 303)
