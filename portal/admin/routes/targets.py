"""The city's own targets: how fast it means to answer, and the weekdays on which it works."""

from __future__ import annotations

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.admin import targets
from portal.admin.routes.blueprint import blueprint, langs
from portal.admin.target_forms import TargetForm, WeekdaysForm
from portal.domain.typed_texts import TextsMoved
from portal.domain.working_days import LAST_DAY, most_working_days
from portal.store import targets as kept
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.formats import day, list_of, number, week
from portal.web.forms import errors_of
from portal.web.pages import page
from portal.web.shown import show_newer
from portal.web.words import gettext as _
from portal.web.words import ngettext


@blueprint.get("/targets/")
@access(Access.ADMINISTRATOR)
def show_targets() -> Response:
    """What holds, the forms, and everything that was decided."""
    return _page(_empty_form(), _weekdays_form())


def _empty_form() -> TargetForm:
    newest = targets.get_newest_decision(read())
    return TargetForm(formdata=None, from_on=portal().clock.today(), was=str(newest))


def _weekdays_form() -> WeekdaysForm:
    weekdays = kept.get_weekdays(read())
    return WeekdaysForm(
        formdata=None, weekdays=sorted(weekdays), was=targets.key_of_weekdays(weekdays)
    )


def _page(form: TargetForm, weekdays: WeekdaysForm, status: int = 200) -> Response:
    today, session = portal().clock.today(), read()
    in_force = dict(kept.list_in_force(session, today))
    return page(
        "admin/show_targets.html", status, form=form, weekdays=weekdays,
        errors=[*errors_of(form), *errors_of(weekdays)], in_force=in_force,
        services=targets.list_services(session, langs()),
        names=targets.get_service_names(session, langs()), week=week(), last_day=LAST_DAY,
        decisions=targets.list_decisions(session),
        most=most_working_days(kept.get_weekdays(session)),
        holidays=len(kept.list_holidays(session, today)),
    )  # fmt: skip


@blueprint.post("/targets/")
@access(Access.ADMINISTRATOR, is_fresh=True)
def change_target() -> Response:
    """Set the city's target or that of a service from a day on, or take it away."""
    form, clock = TargetForm(), portal().clock
    form.offer(targets.list_services(read(), langs()))
    if form.validate() and form.from_on.day and form.from_on.day < clock.today():
        form.from_on.errors = [_("This day has passed. What residents were told then stays.")]
    if errors_of(form) or form.from_on.day is None:
        return _page(form, _weekdays_form(), 422)
    try:
        write(
            targets.change_target, service_id=form.service_id, working_days=form.days,
            from_on=form.from_on.day, person_id=current_scope().person_id, today=clock.today(),
            now=clock.now(), read_until=form.read_until,
        )  # fmt: skip
    except TextsMoved:
        return _moved(form)
    except kept.TooLongError as error:
        form.working_days.errors = [_too_long(error)]
        return _page(form, _weekdays_form(), 422)
    flash(_("Kept. It holds for what arrives from %(day)s on.", day=day(form.from_on.day)), "done")
    return redirect(url_for("admin.show_targets"), 303)


def _moved(form: TargetForm) -> Response:
    """What was decided meanwhile stands in the list beside the form."""
    form.working_days.errors = [
        _("Somebody else has set this target since you opened this page: look at what was decided,"
          " then save again.")
    ]  # fmt: skip
    form.was.data = str(targets.get_newest_decision(read()))
    return _page(form, _weekdays_form(), 409)


def _too_long(error: kept.TooLongError) -> str:
    return ngettext(
        "With your weekdays, %(n)s working day is the most that always fits into %(days)s days.",
        "With your weekdays, %(n)s working days are the most that always fit into %(days)s days.",
        error.most, n=number(error.most), days=number(LAST_DAY),
    )  # fmt: skip


@blueprint.post("/targets/weekdays")
@access(Access.ADMINISTRATOR, is_fresh=True)
def choose_weekdays() -> Response:
    """Choose the weekdays on which the city works."""
    form, clock = WeekdaysForm(), portal().clock
    if not form.validate():
        return _page(_empty_form(), form, 422)
    try:
        write(
            targets.choose_weekdays, form.weekdays.data, person_id=current_scope().person_id,
            today=clock.today(), now=clock.now(), seen=form.was.data,
        )  # fmt: skip
    except TextsMoved:
        stored = kept.get_weekdays(read())
        words = list_of(name for day_number, name in week() if day_number in stored)
        show_newer(form.weekdays, form.was, stored=targets.key_of_weekdays(stored), words=words)
        return _page(_empty_form(), form, 409)
    except kept.TooLongError as error:
        form.weekdays.errors = [_too_many_for(error)]
        return _page(_empty_form(), form, 422)
    flash(_("The working days are kept. They hold for what arrives from now on."), "done")
    return redirect(url_for("admin.show_targets"), 303)


def _too_many_for(error: kept.TooLongError) -> str:
    return ngettext(
        "On these days only %(n)s working day always fits into %(days)s days, and a target"
        " asks for more. Change the target first.",
        "On these days only %(n)s working days always fit into %(days)s days, and a target"
        " asks for more. Change the target first.",
        error.most, n=number(error.most), days=number(LAST_DAY),
    )  # fmt: skip
