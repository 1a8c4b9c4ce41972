"""Deciding, as a second person, on a receipt's request to withdraw its case."""

from __future__ import annotations

from flask import flash
from werkzeug.wrappers import Response

from portal.respond.act import Act
from portal.respond.forms import RefuseWithdrawalForm, explain
from portal.respond.operations.withdrawals import decide_withdrawal
from portal.respond.routes.blueprint import blueprint
from portal.respond.routes.case_page import case_page, to_case
from portal.respond.rules import Refusal
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import write
from portal.web.words import gettext as _


@blueprint.post("/cases/<int:case_id>/withdrawal/agree")
@access(Access.STAFF)
def agree_to_withdrawal(case_id: int) -> Response:
    """Withdraw the case for good, as its receipt asks."""
    return _decide(case_id, None, _("Withdrawn. The words are erased."))


@blueprint.post("/cases/<int:case_id>/withdrawal/refuse")
@access(Access.STAFF)
def refuse_withdrawal(case_id: int) -> Response:
    """Let the case stay, for a reason that its receipt shows."""
    form = RefuseWithdrawalForm()
    if not form.validate():
        return case_page(case_id, status=422, refusing=form)
    return _decide(case_id, form.refusal.data, _("The case stays. Its receipt says why."))


def _decide(case_id: int, refusal: str | None, done: str) -> Response:
    act = Act(current_scope(), portal().clock.now(), portal().clock.today())
    try:
        write(decide_withdrawal, act=act, submission_id=case_id, refusal=refusal)
    except Refusal as refused:
        form = RefuseWithdrawalForm(formdata=None)
        return case_page(case_id, status=422, errors=explain(form, refused), refusing=form)
    flash(done)
    return to_case(case_id)
