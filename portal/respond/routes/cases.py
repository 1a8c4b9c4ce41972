"""The page of a case."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.domain.typed_texts import TextsMoved
from portal.respond.forms import SetAsideForm, explain
from portal.respond.inbox_forms import NOBODY, AssignForm
from portal.respond.operations import cases as operations
from portal.respond.operations import restoring
from portal.respond.operations import themes as theme_operations
from portal.respond.operations.assigning import assign_one
from portal.respond.routes.blueprint import blueprint, langs
from portal.respond.routes.case_page import case_page, to_case
from portal.respond.rules import Refusal
from portal.store.names import service_names
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.formats import isolated
from portal.web.words import gettext as _


@blueprint.get("/cases/<int:case_id>/")
@access(Access.STAFF)
def show_case(case_id: int) -> Response:
    """The resident's words, what happened so far, and what can be done."""
    return case_page(case_id)


@blueprint.post("/cases/<int:case_id>/assign")
@access(Access.STAFF)
def assign_case(case_id: int) -> Response:
    """Let somebody look after this case, or nobody."""
    form, clock = AssignForm(), portal().clock
    person = whole_number(form.person.data)
    if not form.validate() or (person is None and form.person.data != NOBODY):
        form.person.errors = [_("Choose a person, or nobody.")]
        return case_page(case_id, status=422, assigning=form)
    try:
        write(
            assign_one, now=clock.now(), today=clock.today(), scope=current_scope(),
            submission_id=case_id, person_id=person, seen=form.was.data,
        )  # fmt: skip
    except TextsMoved:
        form.person.errors = [_("Somebody else has assigned this case meanwhile. It is shown as it"
                                " is now: look, then save again.")]  # fmt: skip
        return case_page(case_id, status=409, assigning=form)
    flash(_("Assigned.") if person else _("Nobody looks after this case now."))
    return to_case(case_id)


@blueprint.post("/cases/<int:case_id>/set-aside")
@access(Access.STAFF)
def set_aside(case_id: int) -> Response:
    """Leave the case out, for a reason; a low rating needs a second person."""
    form = SetAsideForm()
    if not form.validate():
        return case_page(case_id, form, 422)
    clock = portal().clock
    is_done = write(
        operations.set_aside, now=clock.now(), today=clock.today(), scope=current_scope(),
        submission_id=case_id, reason=form.reason.data or "",
    )  # fmt: skip
    flash(_("Set aside.") if is_done else _("A second person has to agree. They find it here."))
    return to_case(case_id)


@blueprint.post("/cases/<int:case_id>/set-aside/agree", defaults={"is_agreed": True})
@blueprint.post("/cases/<int:case_id>/set-aside/refuse", defaults={"is_agreed": False})
@access(Access.STAFF)
def decide_set_aside(case_id: int, is_agreed: bool) -> Response:
    """Decide, as a second person, on a request to set the case aside, or to hand it over."""
    clock = portal().clock
    try:
        service_id = write(
            operations.decide_request, now=clock.now(), today=clock.today(),
            scope=current_scope(), submission_id=case_id, is_agreed=is_agreed,
            seen=request.form.get("seen"),
        )  # fmt: skip
    except Refusal as refusal:
        form = SetAsideForm(formdata=None)
        return case_page(case_id, form, 422, explain(form, refusal))
    if service_id is not None:  # the case may be another department's now, and not to be found
        service = service_names(read(), [service_id], langs())[service_id]
        flash(_("Handed over to %(service)s. The clock goes on from the day it was received.",
                service=isolated(service.text)))  # fmt: skip
        return redirect(url_for("respond.show_inbox"), 303)
    flash(_("Set aside.") if is_agreed else _("The case stays."))
    return to_case(case_id)


@blueprint.post("/cases/<int:case_id>/restore")
@access(Access.STAFF)
def restore_case(case_id: int) -> Response:
    """Take a case back."""
    clock = portal().clock
    write(
        restoring.restore, now=clock.now(), today=clock.today(), scope=current_scope(),
        submission_id=case_id,
    )  # fmt: skip
    flash(_("Taken back. Its clock runs from the day it was received."))
    return to_case(case_id)


@blueprint.post("/cases/<int:case_id>/themes/<int:theme_id>/take-out")
@access(Access.STAFF)
def take_out(case_id: int, theme_id: int) -> Response:
    """Take the case out of a theme that has no answer yet."""
    write(
        theme_operations.take_out, now=portal().clock.now(), scope=current_scope(),
        submission_id=case_id, theme_id=theme_id,
    )  # fmt: skip
    flash(_("The case is not in that theme any more."))
    return to_case(case_id)
