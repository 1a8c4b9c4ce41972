"""Partner organisations and the next steps of themes."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.domain.new_names import NameTaken
from portal.domain.typed_texts import TextsMoved
from portal.manage.operations import partners as operations
from portal.manage.partner_forms import CallOffForm, PartnerForm, StepForm, StepTextForm
from portal.manage.partner_words import explain_merged
from portal.manage.queries import partners as queries
from portal.manage.routes.blueprint import blueprint, langs
from portal.manage.scoped import ThemeMerged
from portal.manage.seen import hash_of_step
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.forms import errors_of
from portal.web.i18n import current_language
from portal.web.pages import page
from portal.web.paging import is_searching, words_to_find
from portal.web.words import gettext as _

_CONFLICT = 409


@blueprint.get("/partners/")
@access(Access.MANAGER)
def list_partners() -> Response:
    """All partner organisations, and a form for one more."""
    return _partners_page(PartnerForm(formdata=None), 200)


def _partners_page(form: PartnerForm, status: int) -> Response:
    return page(
        "manage/list_partners.html", status, partners=queries.list_partners(read()), form=form,
        errors=errors_of(form),
    )  # fmt: skip


@blueprint.post("/partners/")
@access(Access.MANAGER)
def add_partner() -> Response:
    """One more partner."""
    form = PartnerForm()
    if not form.validate():
        return _partners_page(form, 422)
    try:
        write(
            operations.add_partner, now=portal().clock.now(), scope=current_scope(),
            name=form.name.data or "", is_external=form.is_external.data == "yes",
        )  # fmt: skip
    except NameTaken:
        form.name.errors = [_("There is a partner of this name already.")]
        return _partners_page(form, 422)
    flash(_("The partner is on the list."))
    return redirect(url_for("manage.list_partners"), 303)


@blueprint.get("/next-steps/new")
@access(Access.MANAGER)
def show_new_next_step() -> Response:
    """The form for a theme's next step."""
    form = StepForm(formdata=None)
    form.theme.data = request.args.get("theme")
    return _new_step_page(form, 200)


def _new_step_page(form: StepForm, status: int) -> Response:
    find = words_to_find()
    choice = queries.list_theme_choices(read(), current_scope(), langs(), words=find)
    return page(
        "manage/show_new_next_step.html", status, choice=choice, find=find, form=form,
        errors=errors_of(form),
    )  # fmt: skip


@blueprint.post("/next-steps/new")
@access(Access.MANAGER)
def name_next_step() -> Response:
    """Name it; whoever was told already is invited by the worker. Or look for a theme."""
    form, clock = StepForm(), portal().clock
    if is_searching():
        return _new_step_page(form, 200)
    if not form.validate() or form.happens_on.day is None:
        return _new_step_page(form, 422)
    try:
        step_id = write(
            operations.name_next_step, now=clock.now(), today=clock.today(),
            scope=current_scope(), theme_id=whole_number(form.theme.data) or 0,
            happens_on=form.happens_on.day, lang=current_language(),
            what=form.what.data or "", place=form.place.data or "",
        )  # fmt: skip
    except operations.StepIsOver:
        form.happens_on.errors = [_("This day has passed. Give one that is still ahead.")]
        return _new_step_page(form, 422)
    except ThemeMerged:
        form.theme.errors = [explain_merged()]
        return _new_step_page(form, 422)
    flash(_("The next step has its name. Everybody who is told is invited to it."))
    return redirect(url_for("manage.show_next_step", next_step_id=step_id), 303)


@blueprint.get("/next-steps/<int:next_step_id>/")
@access(Access.MANAGER)
def show_next_step(next_step_id: int) -> Response:
    """A next step: its texts, whom it reaches, and the form for the page's language."""
    return _step_page(_view(next_step_id))


def _view(next_step_id: int) -> queries.StepView:
    return queries.get_step_view(
        read(), current_scope(), next_step_id, city_day=portal().clock.day, langs=langs()
    )


def _step_page(
    view: queries.StepView,
    status: int = 200,
    *,
    typed: StepTextForm | None = None,
    off: CallOffForm | None = None,
) -> Response:
    """`typed` and `off` are what was sent and is not stored."""
    is_over = view.line.happens_on < portal().clock.today()
    text, form = view.texts.get(current_language()), typed or StepTextForm(formdata=None)
    if text is not None and typed is None:
        form.what.data, form.place.data = text.what, text.place
    if typed is None or status == _CONFLICT:  # whoever sees both texts goes on from here
        form.seen.data = hash_of_step(text)
    if is_over or view.line.called_off_on:
        # There is no form any more that an error could point at: what was typed can be copied.
        return page(
            "manage/show_closed_step.html", _CONFLICT if typed or off else status, view=view,
            typed=typed, off=off,
        )  # fmt: skip
    off = off or CallOffForm.of(view.texts)(formdata=None)
    return page(
        "manage/show_next_step.html", status, view=view, form=form, off=off,
        errors=[*errors_of(form), *errors_of(off)], is_conflict=status == _CONFLICT,
    )  # fmt: skip


@blueprint.post("/next-steps/<int:next_step_id>/")
@access(Access.MANAGER)
def write_next_step(next_step_id: int) -> Response:
    """Say it in the page's language."""
    form = StepTextForm()
    if not form.validate():
        return _step_page(_view(next_step_id), 422, typed=form)
    clock = portal().clock
    try:
        write(
            operations.write_next_step, now=clock.now(), today=clock.today(),
            scope=current_scope(), next_step_id=next_step_id, lang=current_language(),
            what=form.what.data or "", place=form.place.data or "", seen=form.seen.data or "",
        )  # fmt: skip
    except (TextsMoved, operations.StepIsOver, operations.StepCalledOff):
        return _step_page(_view(next_step_id), _CONFLICT, typed=form)
    flash(_("Saved."))
    return redirect(url_for("manage.show_next_step", next_step_id=next_step_id), 303)


@blueprint.post("/next-steps/<int:next_step_id>/call-off")
@access(Access.MANAGER)
def call_off_next_step(next_step_id: int) -> Response:
    """Say that it does not take place; whoever was invited is told by the worker."""
    view, clock = _view(next_step_id), portal().clock
    form = CallOffForm.of(view.texts)()
    if not form.is_said():
        return _step_page(view, 422, off=form)
    try:
        write(
            operations.call_off_next_step, now=clock.now(), today=clock.today(),
            scope=current_scope(), next_step_id=next_step_id, reasons=form.reasons,
        )  # fmt: skip
    except (operations.StepIsOver, operations.StepCalledOff):
        return _step_page(_view(next_step_id), _CONFLICT, off=form)
    flash(_("It is called off. Everybody who was invited is told."))
    return redirect(url_for("manage.show_next_step", next_step_id=next_step_id), 303)
