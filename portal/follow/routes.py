"""Addresses of receipts: look one up, see what happened so far, say whether it helps."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.domain.loop import LoopError, Verdict
from portal.follow.by_code import find_by_code, refuse_other_sites
from portal.follow.forms import LookUpForm
from portal.follow.operations import look_up as look_up_receipt
from portal.follow.operations import record_judgement
from portal.follow.pages import (
    asking_of,
    render_look_up,
    show_no_receipt,
    show_receipt,
    show_told_since,
    show_unknown,
)
from portal.follow.queries import Case
from portal.store.secrets import normalise_receipt, sha256
from portal.store.verdicts import record_verdict
from portal.web.access import Access, access
from portal.web.client_address import client_address
from portal.web.context import portal
from portal.web.database import write
from portal.web.pages import cached_page
from portal.web.remarks import ANCHOR, receive_remark

blueprint = Blueprint("follow", __name__, url_prefix="/<lang:lang>")


@blueprint.get("/receipts/")
@access(Access.PUBLIC)
@cached_page
def show_lookup() -> str:
    """The form into which the code of a receipt is typed."""
    return render_look_up()


@blueprint.post("/receipts/")
@access(Access.RESIDENT)
def look_up() -> Response:
    """To the receipt with this code. Every unknown code gets the same answer, in the same time."""
    refuse_other_sites()
    form, now = LookUpForm(request.form), portal().clock.now()
    code = normalise_receipt(form.code.data or "")
    address = client_address(request, portal().settings)
    prefix_key = portal().secrets.prefix_hash(address, portal().clock.day(now))
    receipt_hash = sha256(code or "")
    is_known = write(look_up_receipt, receipt_hash=receipt_hash, prefix_key=prefix_key, now=now)
    if code is None or not is_known:
        return show_unknown(form)
    return redirect(url_for("follow.show_case", code=code), 303)


@blueprint.get("/receipts/<code>/")
@access(Access.RESIDENT)
def show_case(code: str) -> Response:
    """What became of it so far; right after sending, the receipt to keep."""
    plain = normalise_receipt(code)
    if plain is not None and plain != code:
        return redirect(url_for("follow.show_case", code=plain), 303)
    sent = find_by_code(code)
    return show_no_receipt() if sent is None else show_receipt(sent, code)


@blueprint.post("/receipts/<code>/confirm")
@access(Access.RESIDENT)
def confirm(code: str) -> Response:
    """Take the resident's verdict; the newest one counts, and it may be changed.

    Whoever was told another answer since they read theirs gets that one first.
    """
    refuse_other_sites()
    sent, verdict = find_by_code(code), request.form.get("verdict", "")
    if not isinstance(sent, Case):
        return show_no_receipt()
    if verdict not in set(Verdict):
        abort(422)
    now, today, case_id = portal().clock.now(), portal().clock.today(), sent.submission_id
    try:
        is_taken = write(
            record_verdict, submission_id=case_id, verdict=Verdict(verdict), now=now, today=today,
            seen=request.form.get("seen"),
        )  # fmt: skip
    except LoopError:
        abort(409)
    if not is_taken:
        return show_told_since(code)
    anchor = ANCHOR if verdict != Verdict.YES else None
    return redirect(url_for("follow.show_case", code=code, _anchor=anchor), 303)


@blueprint.get("/receipts/<code>/missing")
@access(Access.RESIDENT)
def show_missing(code: str) -> Response:
    """The form that asks what is still missing, alone; the receipt's page has it too."""
    sent = find_by_code(code)
    if not isinstance(sent, Case):
        return show_no_receipt()
    asking = asking_of(sent, code)
    return asking.show() if sent.open_verdict else redirect(asking.back, 303)


@blueprint.post("/receipts/<code>/missing")
@access(Access.RESIDENT)
def say_missing(code: str) -> Response:
    """Take what the resident says is still missing, beside the verdict they gave."""
    refuse_other_sites()
    sent = find_by_code(code)
    if not isinstance(sent, Case):
        return show_no_receipt()
    return receive_remark(asking_of(sent, code))


@blueprint.post("/receipts/<code>/judge/<int:co_decision_id>")
@access(Access.RESIDENT)
def judge(code: str, co_decision_id: int) -> Response:
    """Take what the resident thinks of the record of a decision; it may be changed."""
    refuse_other_sites()
    sent, fair = find_by_code(code), request.form.get("fair", "")
    if not isinstance(sent, Case):
        return show_no_receipt()
    if fair not in {"yes", "no"}:
        abort(422)
    if co_decision_id not in {one.id for one in sent.judged}:
        abort(404)
    now, today, case_id = portal().clock.now(), portal().clock.today(), sent.submission_id
    try:
        write(
            record_judgement, submission_id=case_id, co_decision_id=co_decision_id,
            is_fair=fair == "yes", now=now, today=today,
        )  # fmt: skip
    except LoopError:
        abort(409)
    address = url_for("follow.show_case", code=code, _anchor=f"record-{co_decision_id}")
    return redirect(address, 303)
