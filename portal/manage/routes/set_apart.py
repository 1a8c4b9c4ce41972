"""Ratings that were set apart: which, why, and what people of other departments find."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from portal.domain.quarantine import REASONS
from portal.manage import set_apart_words
from portal.manage.operations.set_apart import OwnFinding, SetApartConflict, decide, find_out
from portal.manage.queries.set_apart import get_set_apart, list_set_apart, require_reviewer
from portal.manage.routes.blueprint import blueprint, langs
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import ChoiceField, Needed
from portal.web.forms import DeskForm, ErrorList, errors_of
from portal.web.pages import page
from portal.web.paging import asked_page
from portal.web.words import gettext as _

CONFLICT = 409


class FindingForm(DeskForm):
    """What somebody found out about an hour."""

    reason = ChoiceField(
        choices=[(reason, reason) for reason in REASONS],
        validators=[Needed(_l("Choose what you found."))],
    )


@blueprint.get("/set-apart/")
@access(Access.MANAGER)
def show_set_apart() -> Response:
    """All hours whose ratings were set apart, the newest first."""
    is_decided = request.args.get("state") == "decided"
    return page(
        "manage/show_set_apart.html",
        found=list_set_apart(
            read(), current_scope(), langs(), is_decided=is_decided, number=asked_page()
        ),
        is_decided=is_decided,
        words=set_apart_words,
    )


@blueprint.get("/set-apart/<int:hour_id>/")
@access(Access.MANAGER)
def show_hour(hour_id: int) -> Response:
    """One hour: how many ratings, why they stand apart, and what people found."""
    return _hour_page(hour_id, FindingForm(formdata=None), [])


def _hour_page(hour_id: int, form: FindingForm, errors: ErrorList, status: int = 200) -> Response:
    scope = current_scope()
    detail = get_set_apart(read(), scope, hour_id, langs())
    return page(
        "manage/show_hour.html",
        status,
        detail=detail,
        hour=detail.hour,
        row=detail.hour.row,
        person_id=scope.person_id,
        form=form,
        errors=errors,
        words=set_apart_words,
        reasons=[(reason, set_apart_words.finding(reason)) for reason in REASONS],
    )


@blueprint.post("/set-apart/<int:hour_id>/finding")
@access(Access.MANAGER)
def find_out_about_hour(hour_id: int) -> Response:
    """Say what one found."""
    require_reviewer(read(), current_scope(), hour_id)
    form = FindingForm()
    if not form.validate():
        return _hour_page(hour_id, form, errors_of(form), 422)
    try:
        write(
            find_out, now=portal().clock.now(), scope=current_scope(), hour_id=hour_id,
            reason=form.reason.data,
        )  # fmt: skip
    except SetApartConflict:
        return _conflict(hour_id)
    flash(_("Kept. It takes effect once a second person has agreed."), "done")
    return redirect(url_for("manage.show_hour", hour_id=hour_id), 303)


@blueprint.post("/set-apart/<int:hour_id>/agree", defaults={"is_agreed": True})
@blueprint.post("/set-apart/<int:hour_id>/refuse", defaults={"is_agreed": False})
@access(Access.MANAGER)
def decide_on_hour(hour_id: int, is_agreed: bool) -> Response:
    """Agree, as a second person, to what somebody found, or take the finding away."""
    scope = current_scope()
    require_reviewer(read(), scope, hour_id)
    try:
        write(
            decide, now=portal().clock.now(), scope=scope, hour_id=hour_id, is_agreed=is_agreed,
            seen=request.form.get("seen"),
        )  # fmt: skip
    except SetApartConflict:
        return _conflict(hour_id)
    except OwnFinding:
        words = _("You found this out yourself. Somebody else has to agree.")
        return _hour_page(hour_id, FindingForm(formdata=None), [("", words)], 422)
    flash(_("Decided.") if is_agreed else _("The finding is taken away. The hour waits again."))
    return redirect(url_for("manage.show_hour", hour_id=hour_id), 303)


def _conflict(hour_id: int) -> Response:
    words = _("Somebody else was faster. The hour is shown as it is now.")
    return _hour_page(hour_id, FindingForm(formdata=None), [("", words)], CONFLICT)
