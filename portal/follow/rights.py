"""What the holder of a receipt may do with what is kept: see it, take it along, take it back."""

from __future__ import annotations

import json
from contextlib import suppress

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from portal.data import load_instrument
from portal.domain.loop import LoopError
from portal.follow import held
from portal.follow.by_code import find_by_code, refuse_other_sites
from portal.follow.operations import count_export, erase_contact, keep_message, take_back
from portal.follow.pages import answers_in_words, rated_in_words, show_no_receipt
from portal.follow.queries import Case
from portal.store.districts import get_district_name
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.i18n import current_language
from portal.web.pages import page

blueprint = Blueprint("rights", __name__, url_prefix="/<lang:lang>/receipts/<code>")


@blueprint.get("/data/")
@access(Access.RESIDENT)
def show_data(code: str) -> Response:
    """What is kept about this receipt, and what its holder can do with it."""
    sent = find_by_code(code)
    if sent is None:
        return show_no_receipt()
    session, decrypt, number = read(), portal().secrets.decrypt, sent.submission_id
    row, lang = held.get_submission(session, number), current_language()
    return page(
        "follow/show_data.html",
        code=code,
        sent=sent,
        is_case=isinstance(sent, Case),
        rated=rated_in_words(sent),
        answers=answers_in_words(row),
        row=row,
        district=get_district_name(session, row.district, lang, portal().settings.languages)
        if row.district
        else None,
        age=dict(load_instrument().options("age_band", lang)).get(row.age_band or ""),
        email=held.get_email(session, number, decrypt),
        note_days=held.list_note_days(session, number),
    )


@blueprint.post("/data/export")
@access(Access.RESIDENT)
def export_data(code: str) -> Response:
    """Everything that is kept about this receipt, as a file that programs can read."""
    refuse_other_sites()
    sent = find_by_code(code)
    if sent is None:
        return show_no_receipt()
    number = sent.submission_id
    write(count_export, submission_id=number, now=portal().clock.now())
    data = held.collect(read(), number, portal().secrets.decrypt)
    response = Response(json.dumps(data, ensure_ascii=False, indent=2), mimetype="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="receipt.json"'
    return response


@blueprint.post("/data/erase-contact")
@access(Access.RESIDENT)
def erase_address(code: str) -> Response:
    """Erase the e-mail address; the answer then stands on the receipt's page only."""
    refuse_other_sites()
    sent = find_by_code(code)
    if sent is None:
        return show_no_receipt()
    write(erase_contact, submission_id=sent.submission_id, now=portal().clock.now())
    return redirect(url_for("rights.show_data", code=code), 303)


@blueprint.get("/withdraw")
@access(Access.RESIDENT)
def show_withdrawal(code: str) -> Response:
    """What withdrawing takes away for good and what stays; nothing happens yet."""
    sent = find_by_code(code)
    if not isinstance(sent, Case):
        return show_no_receipt()
    if sent.loop.withdrawn_on is not None:
        return redirect(url_for("follow.show_case", code=code), 303)
    return page("follow/show_withdrawal.html", code=code, case=sent)


@blueprint.post("/withdraw")
@access(Access.RESIDENT)
def withdraw_case(code: str) -> Response:
    """Take the message back: words and address go, the case leaves the loop.

    Where staff know the code of a low rating, a second person has to agree first.
    """
    refuse_other_sites()
    sent = find_by_code(code)
    if not isinstance(sent, Case):
        return show_no_receipt()
    clock = portal().clock
    with suppress(LoopError):  # it was withdrawn already: a button is pressed twice
        write(take_back, submission_id=sent.submission_id, now=clock.now(), today=clock.today())
    return redirect(url_for("follow.show_case", code=code), 303)


@blueprint.post("/withdraw/keep")
@access(Access.RESIDENT)
def keep(code: str) -> Response:
    """Take back the request to withdraw the message."""
    refuse_other_sites()
    sent = find_by_code(code)
    if not isinstance(sent, Case):
        return show_no_receipt()
    with suppress(LoopError):  # it was withdrawn meanwhile, and the page of the receipt says so
        write(keep_message, submission_id=sent.submission_id, now=portal().clock.now())
    return redirect(url_for("follow.show_case", code=code), 303)
