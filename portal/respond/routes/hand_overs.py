"""Handing a case to the service it belongs to."""

from __future__ import annotations

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.respond.act import Act
from portal.respond.forms import HandOverForm, explain
from portal.respond.operations.hand_overs import hand_over as hand_over_case
from portal.respond.queries.hand_overs import list_other_services, needs_second_person
from portal.respond.routes.blueprint import blueprint, langs
from portal.respond.rules import Refusal
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import ErrorList, errors_of
from portal.web.pages import page
from portal.web.words import gettext as _


@blueprint.get("/cases/<int:case_id>/hand-over")
@access(Access.STAFF)
def show_hand_over(case_id: int) -> Response:
    """The services that the case may belong to, and what handing it over means."""
    return _page(case_id, HandOverForm(formdata=None))


def _page(
    case_id: int, form: HandOverForm, status: int = 200, errors: ErrorList | None = None
) -> Response:
    return page(
        "respond/show_hand_over.html",
        status,
        case_id=case_id,
        services=list_other_services(read(), current_scope(), case_id, langs()),
        needs_second=needs_second_person(read(), current_scope(), case_id),
        form=form,
        errors=errors or [],
    )


@blueprint.post("/cases/<int:case_id>/hand-over")
@access(Access.STAFF)
def hand_over(case_id: int) -> Response:
    """Hand the case to another service; a second person may have to agree."""
    form, clock = HandOverForm(), portal().clock
    if not form.validate():
        return _page(case_id, form, 422, errors_of(form))
    act = Act(current_scope(), clock.now(), clock.today())
    try:
        is_done = write(
            hand_over_case, act=act, submission_id=case_id, slug=form.service.data or ""
        )
    except Refusal as refusal:
        return _page(case_id, form, 422, explain(form, refusal))
    if not is_done:
        flash(_("A second person has to agree. They find it here."))
        return redirect(url_for("respond.show_case", case_id=case_id), 303)
    flash(_("Handed over. The clock goes on from the day it was received."))
    return redirect(url_for("respond.show_inbox"), 303)
