"""Whether levels are public, the day from which they are, and what shadow mode has shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.admin import calibration, operations
from portal.admin.forms import PublicDayForm
from portal.admin.routes.blueprint import blueprint, langs
from portal.domain.calibration import DRAWS, EASED, STEP, STRICTER
from portal.domain.criteria import CRITERIA
from portal.domain.publication import quarter_after
from portal.domain.typed_texts import TextsMoved
from portal.store.publicity import get_chosen_day, get_public_since
from portal.web import criteria_text
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.csv_text import CSV, to_csv
from portal.web.database import read, write
from portal.web.formats import day as day_in_words
from portal.web.forms import ErrorList, errors_of
from portal.web.pages import page
from portal.web.shown import say_changed, show_newer
from portal.web.words import gettext as _

_COLUMNS = (
    "quarter", "service", "published_level", "level", "level_if_eased", "level_if_stricter",
    "raters", "replied", "asked", "another_level_by_chance", "decisive",
)  # fmt: skip
_WAYS = {EASED: "eased", STRICTER: "stricter"}


@blueprint.get("/calibration/")
@access(Access.ADMINISTRATOR)
def show_calibration() -> Response:
    """The report on the newest two quarters, and the form for the day."""
    chosen = get_chosen_day(read())
    form = PublicDayForm(formdata=None, was=chosen.isoformat() if chosen else "")
    return _page(form, [])


def _page(form: PublicDayForm, errors: ErrorList, status: int = 200) -> Response:
    today = portal().clock.today()
    return page(
        "admin/show_calibration.html",
        status,
        form=form,
        errors=errors,
        since=get_public_since(read()),
        chosen=get_chosen_day(read()),
        next_quarter=quarter_after(today),
        reports=calibration.get_reports(read(), langs()),
        making=calibration.get_making(read()),
        titles={one.id: criteria_text.general_title(one) for one in CRITERIA},
        eased=EASED,
        stricter=STRICTER,
        step=STEP,
        draws=DRAWS,
        unsure=calibration.UNSURE,
        shows_all=request.args.get("all") == "1",
    )


@blueprint.post("/calibration/public-from")
@access(Access.ADMINISTRATOR, is_fresh=True)
def choose_public_day() -> Response:
    """Choose the day from which levels are public."""
    form, clock = PublicDayForm(), portal().clock
    if get_public_since(read()):  # the page has no form any more that could show an error
        return _is_public()
    if not form.validate() or form.day.day is None:
        return _page(form, errors_of(form), 422)
    if form.day.day < clock.today():
        form.day.errors = [_("This day has passed. Choose today or a later day.")]
        return _page(form, errors_of(form), 422)
    try:
        write(
            operations.choose_day, day=form.day.day, person_id=current_scope().person_id,
            today=clock.today(), now=clock.now(), seen=form.was.data,
        )  # fmt: skip
    except TextsMoved:
        return _moved(form)
    except ValueError:
        return _is_public()
    flash(_("The day is kept."), "done")
    return redirect(url_for("admin.show_calibration"), 303)


@blueprint.post("/calibration/anew")
@access(Access.ADMINISTRATOR)
def ask_report_anew() -> Response:
    """Ask the worker for a fresh report."""
    is_asked = write(
        operations.ask_report_anew, person_id=current_scope().person_id, now=portal().clock.now()
    )
    if is_asked:
        flash(_("A fresh report is being made. Come back in a few minutes."), "done")
    else:
        flash(_("The report is being made already."), "done")
    return redirect(url_for("admin.show_calibration"), 303)


def _moved(form: PublicDayForm) -> Response:
    """The day that somebody else has chosen meanwhile beside what was typed."""
    chosen = get_chosen_day(read())
    stored, words = (chosen.isoformat(), day_in_words(chosen)) if chosen else ("", "")
    show_newer(form.day, form.was, stored=stored, words=words)
    return _page(form, errors_of(form), 409)


def _is_public() -> Response:
    flash(_("Levels are public already."), "alarm")
    return redirect(url_for("admin.show_calibration"), 303)


@blueprint.post("/calibration/shadow")
@access(Access.ADMINISTRATOR, is_fresh=True)
def take_public_day_back() -> Response:
    """Stay in shadow."""
    form = PublicDayForm()
    try:
        write(
            operations.take_day_back, person_id=current_scope().person_id,
            now=portal().clock.now(), seen=form.was.data,
        )  # fmt: skip
    except TextsMoved:
        say_changed()
    except ValueError:
        return _is_public()
    else:
        flash(_("The day is taken back. Levels stay in shadow."), "done")
    return redirect(url_for("admin.show_calibration"), 303)


@blueprint.get("/calibration/services.csv")
@access(Access.ADMINISTRATOR)
def list_calibration_csv() -> Response:
    """The same as a table."""
    response = Response(
        to_csv(_COLUMNS, _rows(calibration.get_reports(read(), langs()))), content_type=CSV
    )
    response.headers["Content-Disposition"] = "attachment; filename=calibration.csv"
    response.headers["Cache-Control"] = "no-store"
    return response


def _rows(reports: list[calibration.QuarterReport]) -> Iterator[list[Any]]:
    for report in reports:
        for one in report.services:
            moves = (
                f"{move.criterion_id} {_WAYS[move.way]}: level {move.level}"
                for move in one.decisive
            )
            yield [
                report.quarter_on.isoformat(), one.slug, one.published, one.standing.level,
                one.standing.eased, one.standing.stricter, one.people, one.replied, one.asked,
                round(one.by_chance, 3), "; ".join(moves),
            ]  # fmt: skip
