"""The days on which the city does not work: added as lines or as a calendar file, and removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

from flask import abort, flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.admin import targets
from portal.admin.holiday_lists import HolidayList, read_holidays
from portal.admin.routes.blueprint import blueprint
from portal.admin.target_forms import HolidaysForm
from portal.models.targets import Holiday
from portal.store.targets import is_any_set, list_holidays
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.formats import day, isolated, list_of, number
from portal.web.forms import errors_of
from portal.web.pages import page
from portal.web.words import gettext as _
from portal.web.words import ngettext

YEARS = 2  # that the page shows in any case
AHEAD = timedelta(days=366 * 5)  # a line beyond that is mistyped; a calendar is followed so far
NAMED = 3


@blueprint.get("/holidays/")
@access(Access.ADMINISTRATOR)
def show_holidays() -> Response:
    """The holidays to come by year, and the form for more."""
    return _page(HolidaysForm(formdata=None))


def _page(form: HolidaysForm, status: int = 200) -> Response:
    today = portal().clock.today()
    return page(
        "admin/show_holidays.html", status, form=form, errors=errors_of(form), today=today,
        years=_by_year(list_holidays(read(), today), today), is_used=is_any_set(read()),
    )  # fmt: skip


def _by_year(holidays: Sequence[Holiday], today: date) -> Mapping[int, list[Holiday]]:
    """This year and the next one in any case; later ones where there is something in them."""
    found = {today.year + more: list[Holiday]() for more in range(YEARS)}
    for year, days in groupby(holidays, key=lambda one: one.day_on.year):
        found[year] = list(days)
    return found


@blueprint.post("/holidays/")
@access(Access.ADMINISTRATOR, is_fresh=True)
def add_holidays() -> Response:
    """Add what the lines or the calendar hold; nothing where a line cannot be read."""
    form, today = HolidaysForm(), portal().clock.today()
    if not form.validate():
        return _page(form, 422)
    found = read_holidays(form.text.data or "", today, today + AHEAD)
    problem = _problem(found, today)
    if problem:
        form.text.errors = [problem]
        return _page(form, 422)
    ahead = {one: name for one, name in found.days.items() if one >= today}
    new = write(
        targets.add_holidays, ahead, person_id=current_scope().person_id, now=portal().clock.now()
    )
    _say_added(len(new), len(found.days) - len(new), found)
    return redirect(url_for("admin.show_holidays"), 303)


def _problem(found: HolidayList, today: date) -> str | None:
    """Why nothing is added."""
    if found.not_read and not found.is_calendar:
        return _(
            "These lines do not begin with a day such as 2027-01-01 and a name: %(lines)s",
            lines=_first(found.not_read),
        )
    if not found.days:
        return _("There is no whole day with a name in this calendar.")
    late = [one for one in found.days if one > today + AHEAD]
    if late:
        return _(
            "This is more than five years ahead: %(day)s. Is the year right?", day=day(late[0])
        )
    return None


def _first(texts: Sequence[str]) -> str:
    shown = [isolated(text[:60]) for text in texts[:NAMED]]
    return list_of(shown) + (" …" if len(texts) > NAMED else "")


def _say_added(new: int, others: int, found: HolidayList) -> None:
    said = ngettext("%(n)s holiday is added.", "%(n)s holidays are added.", new, n=number(new))
    if others:
        said += " " + ngettext(
            "%(n)s was there already or has passed.", "%(n)s were there already or have passed.",
            others, n=number(others),
        )  # fmt: skip
    flash(said, "done")
    if found.not_read:
        flash(
            _("Left out, as they are at an hour, or come back more often than every year:"
              " %(names)s. Add them as lines, each with its day.", names=_first(found.not_read)),
            "alarm",
        )  # fmt: skip


@blueprint.post("/holidays/<int:holiday_id>/remove")
@access(Access.ADMINISTRATOR, is_fresh=True)
def remove_holiday(holiday_id: int) -> Response:
    """Take a holiday to come away."""
    clock = portal().clock
    try:
        name = write(
            targets.remove_holiday, holiday_id=holiday_id, person_id=current_scope().person_id,
            today=clock.today(), now=clock.now(),
        )  # fmt: skip
    except LookupError:
        abort(404)
    except ValueError:
        flash(_("This day has come. It stays, as residents were told dates by it."), "alarm")
    else:
        flash(_("No holiday any more: %(name)s.", name=isolated(name)), "done")
    return redirect(url_for("admin.show_holidays"), 303)
