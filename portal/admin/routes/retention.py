"""How long things are kept: the periods, and what goes today and soon."""

from __future__ import annotations

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.admin.forms import RetentionForm
from portal.admin.retention import change_periods
from portal.admin.routes.blueprint import blueprint
from portal.domain.typed_texts import TextsMoved
from portal.store import retention
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.formats import list_of, number
from portal.web.forms import errors_of
from portal.web.pages import page
from portal.web.shown import show_newer
from portal.web.words import gettext as _
from portal.web.words import ngettext


@blueprint.get("/retention/")
@access(Access.ADMINISTRATOR)
def show_retention() -> Response:
    """The periods, the form, and what goes."""
    periods = retention.get_periods(read())
    form = RetentionForm(
        formdata=None,
        contact_days=str(periods.contact_days),
        comment_months=str(periods.comment_months or ""),
        was=periods.key,
    )
    return _page(form)


def _page(form: RetentionForm, status: int = 200) -> Response:
    clock, periods = portal().clock, retention.get_periods(read())
    typed = periods if status == 200 else form.periods or periods
    now = clock.now()
    today, later = (
        retention.count_due(read(), typed, at=at, on=clock.day(at))
        for at in (now, now + retention.AHEAD)
    )
    return page(
        "admin/show_retention.html", status, form=form, errors=errors_of(form), today=today,
        later=later, ahead=retention.AHEAD.days, next_secret_on=retention.next_period_on(
            clock.today()
        ),
        contact_days=retention.CONTACT_DAYS, comment_months=retention.COMMENT_MONTHS,
        is_trial=typed != periods,
    )  # fmt: skip


@blueprint.post("/retention/")
@access(Access.ADMINISTRATOR, is_fresh=True)
def change_retention() -> Response:
    """Show what other periods would take away first; change them when that was seen."""
    form = RetentionForm()
    if not form.validate() or form.periods is None:
        return _page(form, 422)
    before = retention.get_periods(read())
    if form.periods != before and form.seen.data != form.key:
        return _page(form, 422)
    try:
        write(
            change_periods, form.periods, person_id=current_scope().person_id,
            now=portal().clock.now(), seen=form.was.data,
        )  # fmt: skip
    except TextsMoved:  # perhaps since they were read above
        stored = retention.get_periods(read())
        show_newer(form.contact_days, form.was, stored=stored.key, words=_words(stored))
        return _page(form, 409)
    flash(_("The periods are kept. The worker goes by them within the hour."), "done")
    return redirect(url_for("admin.show_retention"), 303)


def _words(periods: retention.Periods) -> str:
    days, months = periods.contact_days, periods.comment_months
    parts = [ngettext("%(n)s day", "%(n)s days", days, n=number(days))]
    if months is not None:
        parts.append(ngettext("%(n)s month", "%(n)s months", months, n=number(months)))
    return list_of(parts)
