"""The thresholds in force, making one stricter, and everything that was ever decided about them."""

from __future__ import annotations

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.admin import operations, thresholds
from portal.admin.forms import ThresholdForm
from portal.admin.routes.blueprint import blueprint
from portal.admin.words import floor_text, number_name, number_text
from portal.domain.criteria import METHOD
from portal.domain.typed_texts import TextsMoved
from portal.web import criteria_text
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.formats import day
from portal.web.forms import ErrorList, errors_of
from portal.web.pages import page
from portal.web.words import gettext as _


@blueprint.get("/thresholds/")
@access(Access.ADMINISTRATOR)
def show_thresholds() -> Response:
    """All numbers, the form and the history."""
    return _page(ThresholdForm(formdata=None), [])


def _page(form: ThresholdForm, errors: ErrorList, status: int = 200) -> Response:
    clock = portal().clock
    view = thresholds.get_view(read(), clock.today())
    if status in (200, 409):  # whoever sees what was decided goes on from here
        form.was.data = str(len(view.changes))
    return page(
        "admin/show_thresholds.html",
        status,
        form=form,
        errors=errors,
        view=view,
        method=METHOD,
        titles={row.criterion.id: criteria_text.general_title(row.criterion) for row in view.rows},
        options=[(f"{row.criterion.id}.{row.number}", _option(row)) for row in view.rows],
        number_name=number_name,
        number_text=number_text,
    )


def _option(row: thresholds.Row) -> str:
    criterion_id, number = row.criterion.id, row.number
    value = number_text(criterion_id, number, row.value)
    return f"{criterion_id} · {number_name(criterion_id, number)}: {value}"


@blueprint.post("/thresholds/")
@access(Access.ADMINISTRATOR, is_fresh=True)
def change_threshold() -> Response:
    """Make one number stricter from a day on."""
    form, clock = ThresholdForm(), portal().clock
    form.validate()
    _check(form)
    if errors_of(form):
        return _page(form, errors_of(form), 422)
    criterion_id, number = form.chosen
    try:
        change = write(
            operations.change_threshold, criterion_id=criterion_id, number=number,
            value=form.typed or 0, from_on=form.from_on.day or clock.today(),
            reason=form.reason.data or "", person_id=current_scope().person_id,
            today=clock.today(), now=clock.now(), seen=form.was.data,
        )  # fmt: skip
    except TextsMoved:
        form.value.errors = [
            _("Somebody else has changed thresholds since you opened this page: look at what was"
              " decided, then save again.")
        ]  # fmt: skip
        return _page(form, errors_of(form), 409)
    except operations.LaterChangeError as error:
        form.from_on.errors = [_later(error)]
        return _page(form, errors_of(form), 422)
    except ValueError:
        form.value.errors = [floor_text(criterion_id, number)]
        return _page(form, errors_of(form), 422)
    flash(_("The change is kept. It holds from %(day)s.", day=day(change.from_on)), "done")
    return redirect(url_for("admin.show_thresholds"), 303)


def _check(form: ThresholdForm) -> None:
    """What the fields cannot say on their own."""
    if form.value.data and not form.which.errors and form.typed is None:
        form.value.errors = [_("Enter a number, for example 75.")]
    chosen_day = form.from_on.day
    if chosen_day is not None and chosen_day < portal().clock.today():
        form.from_on.errors = [
            _("This day has passed, and levels of past days keep their thresholds.")
        ]


def _later(error: operations.LaterChangeError) -> str:
    return _(
        "A change from %(day)s is decided already. Choose that day or a later one.",
        day=day(error.from_on),
    )
