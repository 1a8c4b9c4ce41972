"""Publishing: now or at a time, one answer or several together."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.respond.act import Act
from portal.respond.forms import PublishForm, explain
from portal.respond.operations import publishing as operations
from portal.respond.queries.responses import get_response_view
from portal.respond.routes.blueprint import blueprint, langs
from portal.respond.routes.responses import (
    CONFLICT,
    pages_address,
    response_page,
    responses_page,
    to_response,
)
from portal.respond.rules import Problem, Refusal
from portal.respond.scoped import DraftDeleted
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.formats import isolated
from portal.web.forms import ErrorList
from portal.web.words import gettext as _
from portal.web.words import ngettext


@blueprint.post("/responses/<int:response_id>/publish")
@access(Access.STAFF)
def publish_response(response_id: int) -> Response:
    """Publish: whoever waits in a reviewed language is told."""
    form, version = PublishForm(), whole_number(request.form.get("version"))
    try:
        _publish(form, [(response_id, -1 if version is None else version)])
    except Refusal as refusal:
        errors = explain(form, refusal)
        return response_page(response_id, None, errors, 422, typed_at=form.publish_at.data)
    return to_response(response_id)


@blueprint.post("/responses/publish")
@access(Access.STAFF)
def publish_responses() -> Response:
    """Publish what was ticked, all or none."""
    form, back = PublishForm(), url_for("respond.show_responses", **pages_address())
    if not form.versions:
        flash(_("Tick at least one answer first."), "alarm")
        return redirect(back, 303)
    try:
        _publish(form, form.versions)
    except Refusal as refusal:
        return responses_page(form, _naming(refusal.about, explain(form, refusal)), 422)
    except DraftDeleted:
        text = _("A draft that you ticked was deleted in the meantime, so nothing was published. "
                 "The others are still ticked.")  # fmt: skip
        return responses_page(form, [("", text)], CONFLICT)
    return redirect(back, 303)


def _naming(response_id: int | None, errors: ErrorList) -> ErrorList:
    """The errors with the theme of the answer that they are about."""
    if response_id is None:
        return errors
    view = get_response_view(
        read(), current_scope(), response_id, langs=langs(), offered=portal().settings.languages
    )
    name = isolated(view.theme.text)
    return [
        (field, _("%(field)s: %(problem)s", field=name, problem=text)) for field, text in errors
    ]


def _publish(form: PublishForm, versions: list[tuple[int, int]]) -> None:
    act, zone = _act(), portal().settings.zone
    if request.form.get("when") != "later":
        count = write(operations.publish_together, act=act, versions=versions)
        flash(ngettext("Published. Residents are being told.",
                       "%(n)s answers published. Residents are being told.",
                       count, n=str(count)))  # fmt: skip
        return
    at = form.moment(zone)
    if at is None:
        raise Refusal(("publish_at", Problem.TIME_MISSING))
    write(operations.schedule_together, act=act, versions=versions, at=at, zone=zone)
    flash(_("It comes out by itself at that time. Until then you can take the time back."))


@blueprint.post("/responses/<int:response_id>/unschedule")
@access(Access.STAFF)
def unschedule_response(response_id: int) -> Response:
    """Take the time back."""
    write(operations.unschedule, act=_act(), response_id=response_id)
    flash(_("It stays a draft until somebody publishes it."))
    return to_response(response_id)


def _act() -> Act:
    clock = portal().clock
    return Act(current_scope(), clock.now(), clock.today())
