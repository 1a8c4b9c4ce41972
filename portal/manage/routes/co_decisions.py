"""Co-decisions: the list, a new one, one with its record, cases and the partner's link."""

from __future__ import annotations

from datetime import date, timedelta

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.domain.typed_texts import TextsMoved
from portal.manage.operations import co_decisions as operations
from portal.manage.partner_forms import BeginForm, RecordForm, case_ids
from portal.manage.partner_words import explain_merged, explain_rules
from portal.manage.queries import co_decisions as queries
from portal.manage.queries import partners
from portal.manage.queries.partner_links import get_way
from portal.manage.routes.blueprint import blueprint, langs
from portal.manage.scoped import ThemeMerged
from portal.manage.seen import hash_of_record
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.formats import number
from portal.web.forms import errors_of
from portal.web.i18n import current_language
from portal.web.pages import page
from portal.web.paging import asked_page, is_searching, words_to_find
from portal.web.words import gettext as _
from portal.web.words import ngettext

_CONFLICT = 409
_LONGEST_AGO = timedelta(days=5 * 365)


@blueprint.get("/co-decisions/")
@access(Access.MANAGER)
def list_co_decisions() -> Response:
    """What was decided together, what counts of it, and the themes' next steps."""
    today = portal().clock.today()
    return page(
        "manage/list_co_decisions.html",
        co_decisions=queries.list_co_decisions(read(), current_scope(), today=today, langs=langs()),
        steps=partners.page_next_steps(
            read(), current_scope(), asked_page(), city_day=portal().clock.day, langs=langs()
        ),
        today=today,
    )


@blueprint.get("/co-decisions/new")
@access(Access.MANAGER)
def show_new_co_decision() -> Response:
    """Which theme, and with whom."""
    form = BeginForm(formdata=None)
    form.theme.data = request.args.get("theme")
    return _begin_page(form, 200)


def _begin_page(form: BeginForm, status: int) -> Response:
    return page(
        "manage/show_new_co_decision.html", status, form=form, errors=errors_of(form),
        choice=partners.list_theme_choices(read(), current_scope(), langs(), words=words_to_find()),
        find=words_to_find(),
        partners=partners.list_partners(read()),
    )  # fmt: skip


@blueprint.post("/co-decisions/new")
@access(Access.MANAGER)
def begin_co_decision() -> Response:
    """Open its record; or look for a theme."""
    form, clock = BeginForm(), portal().clock
    if is_searching():
        return _begin_page(form, 200)
    if not form.validate():
        return _begin_page(form, 422)
    try:
        begun = write(
            operations.begin_co_decision, now=clock.now(), today=clock.today(),
            scope=current_scope(), theme_id=whole_number(form.theme.data) or 0,
            partner_id=whole_number(form.partner.data) or 0, lang=current_language(),
        )  # fmt: skip
    except ThemeMerged:
        form.theme.errors = [explain_merged()]
        return _begin_page(form, 422)
    return redirect(url_for("manage.show_co_decision", co_decision_id=begun), 303)


@blueprint.get("/co-decisions/<int:co_decision_id>/")
@access(Access.MANAGER)
def show_co_decision(co_decision_id: int) -> Response:
    """Its record, its cases, its partner's signature, and what keeps it from counting."""
    return co_decision_page(co_decision_id, RecordForm(formdata=None), 200)


def co_decision_page(
    co_decision_id: int, form: RecordForm, status: int, link: str | None = None
) -> Response:
    """The page, with the partner's link where one was just made by hand."""
    clock = portal().clock
    view = queries.get_co_decision_view(
        read(), current_scope(), co_decision_id, number=asked_page(), today=clock.today(),
        langs=langs(),
    )  # fmt: skip
    way = get_way(read(), current_scope(), co_decision_id, portal().secrets)
    text, is_conflict = view.texts.get(current_language()), status == _CONFLICT
    if not form.is_submitted() or link:
        form.decided_on.data = view.line.decided_on
        if text is not None:
            form.proposed.data, form.decided.data = text.proposed, text.decided
            form.changed.data = text.changed
    if not form.is_submitted() or link or is_conflict:  # whoever sees both texts goes on from here
        is_source = current_language() == view.source_lang
        form.seen.data = hash_of_record(text, view.line.decided_on if is_source else None)
    return page(
        "manage/show_co_decision.html", status, view=view, form=form, errors=errors_of(form),
        rules=explain_rules(view.line.figures, view.line.conditions), link=link, text=text,
        now=clock.now(), is_conflict=is_conflict,
        way=way, can_mail=bool(portal().settings.smtp_url),
    )  # fmt: skip


@blueprint.post("/co-decisions/<int:co_decision_id>/")
@access(Access.MANAGER)
def write_record(co_decision_id: int) -> Response:
    """Write the record in the page's language."""
    form, clock = RecordForm(), portal().clock
    if form.validate():
        form.decided_on.errors = _day_faults(form.decided_on.day, clock.today())
    if errors_of(form):
        return co_decision_page(co_decision_id, form, 422)
    record = operations.Record(
        form.proposed.data or "", form.decided.data or "", form.changed.data or ""
    )
    try:
        has_ended_link = write(
            operations.write_record, now=clock.now(), today=clock.today(), scope=current_scope(),
            co_decision_id=co_decision_id, lang=current_language(), record=record,
            decided_on=form.decided_on.day, seen=form.seen.data or "",
        )  # fmt: skip
    except (operations.SignedAlready, TextsMoved):
        return co_decision_page(co_decision_id, form, _CONFLICT)
    except operations.TranslationIncomplete:
        _explain_missing(form)
        return co_decision_page(co_decision_id, form, 422)
    _say_saved(has_ended_link=has_ended_link)
    return _back(co_decision_id)


def _explain_missing(form: RecordForm) -> None:
    for field in (form.proposed, form.decided, form.changed):
        if not field.data:
            field.errors = [_("Fill this in too: the record is signed and is only read whole.")]


def _say_saved(*, has_ended_link: bool) -> None:
    flash(_("Saved."))
    if has_ended_link:
        text = _(
            "You had set up the partner’s link and now changed the record, so the link has stopped"
            " working. A colleague sets up a new one."
        )
        flash(text, "alarm")


def _day_faults(decided_on: date | None, today: date) -> list[str]:
    """What is wrong with the day of a decision: once the record is signed, it stays."""
    if decided_on is None:
        return []
    if decided_on > today:
        return [_("This day is still ahead. Give the day of the decision.")]
    if decided_on < today - _LONGEST_AGO:
        return [_("This day is more than five years ago. Give the day of the decision.")]
    return []


@blueprint.post("/co-decisions/<int:co_decision_id>/cases")
@access(Access.MANAGER)
def link_cases(co_decision_id: int) -> Response:
    """Link the ticked cases, and only those."""
    clock = portal().clock
    try:
        left_out = write(
            operations.link_cases, now=clock.now(), today=clock.today(), scope=current_scope(),
            co_decision_id=co_decision_id, case_ids=case_ids(), shown=case_ids("shown"),
        )  # fmt: skip
    except operations.SignedAlready:
        text = _("The record was signed in the meantime: its cases do not change any more.")
        flash(text, "alarm")
        return _back(co_decision_id, asked_page())
    flash(_("Saved."))
    if left_out:
        flash(ngettext("%(n)s ticked case does not count any more, or is not in the theme, "
                       "so it is not linked.",
                       "%(n)s ticked cases do not count any more, or are not in the theme, "
                       "so they are not linked.",
                       left_out, n=number(left_out)), "alarm")  # fmt: skip
    return _back(co_decision_id, asked_page())


def _back(co_decision_id: int, at: int = 1) -> Response:
    where = url_for(
        "manage.show_co_decision", co_decision_id=co_decision_id, page=at if at > 1 else None
    )
    return redirect(where, 303)
