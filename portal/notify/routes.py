"""The links in mails: confirm an address, say whether an answer helps, or stop all mail.

Reading a page changes nothing, so that programs which look into mails decide nothing.
"""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.data import load_instrument
from portal.domain.doors import takes_verdict
from portal.domain.loop import LoopError, Verdict
from portal.notify.bringing import find_bringing
from portal.notify.confirming import confirm_address, list_unconfirmed
from portal.notify.digest import find_digest, is_of_digest, stop_digest
from portal.notify.operations import find_contact, is_erased, stop_mail
from portal.notify.questions import Question, find_question
from portal.store.retention import get_periods
from portal.store.verdicts import record_verdict
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.form_token import comes_from_elsewhere
from portal.web.i18n import current_language
from portal.web.pages import page
from portal.web.remarks import ANCHOR, Asking, receive_remark

blueprint = Blueprint("notify", __name__, url_prefix="/<lang:lang>")


@blueprint.get("/mail/<code>/")
@blueprint.get("/mail/<code>/unsubscribe")
@access(Access.RESIDENT)
def show_mail(code: str) -> Response:
    """What this link is about, with a button: programs that follow links confirm nothing."""
    if find_digest(read(), code) is not None:
        return page("notify/show_digest.html", code=code, is_stopped=False)
    contact = find_contact(read(), code)
    if contact is None and _was_of_digest(code):
        return page("notify/show_digest.html", code=code, is_stopped=True)
    if contact is None:
        return _show_no_link(code)
    return page(
        "notify/show_mail.html",
        code=code,
        is_confirmed=contact.confirmed_at is not None,
        has_more=bool(list_unconfirmed(read(), contact)),
        bringing=find_bringing(read(), contact),
        is_bounced=contact.bounced_at is not None,
        is_stopped=contact.unsubscribed_at is not None,
        wants_stop=request.path.endswith("/unsubscribe"),
        days=get_periods(read()).contact_days,
    )


@blueprint.post("/mail/<code>/confirm")
@access(Access.RESIDENT)
def confirm_mail(code: str) -> Response:
    """The address is right: answers go there."""
    if not write(confirm_address, now=portal().clock.now(), token=code):
        return _show_no_link(code)
    return redirect(url_for("notify.show_mail", code=code), 303)


@blueprint.get("/mail/<code>/answer")
@access(Access.RESIDENT)
def show_question(code: str) -> Response:
    """Our answer and the question whether it helps: programs that follow links answer nothing."""
    return _show_question(code)


def _show_question(code: str, *, is_told_since: bool = False) -> Response:
    question = _find_question(code)
    if question is None:
        return _show_no_link(code)
    verdicts = [
        (value, words)
        for value, words in load_instrument().options("verdict", current_language())
        if takes_verdict(question.channel, Verdict(value))
    ]
    remark = _asking_of(question, code).empty() if question.open_verdict else None
    return page(
        "notify/show_question.html",
        409 if is_told_since else 200,
        code=code,
        question=question,
        verdicts=verdicts,
        remark=remark,
        is_told_since=is_told_since,
    )


@blueprint.post("/mail/<code>/answer")
@access(Access.RESIDENT)
def answer_question(code: str) -> Response:
    """Take the resident's verdict; the newest one counts, and it may be changed.

    Whoever was told another answer since they read theirs gets that one first.
    """
    if comes_from_elsewhere(request, portal().settings.base_url):
        abort(403)
    question, verdict = _find_question(code), request.form.get("verdict", "")
    if question is None:
        return _show_no_link(code)
    if verdict not in set(Verdict):
        abort(422)
    try:
        is_taken = write(
            record_verdict, submission_id=question.submission_id, verdict=Verdict(verdict),
            now=portal().clock.now(), today=portal().clock.today(), seen=request.form.get("seen"),
        )  # fmt: skip
    except LoopError:
        abort(409)
    if not is_taken:
        return _show_question(code, is_told_since=True)
    anchor = ANCHOR if verdict != Verdict.YES else None
    return redirect(url_for("notify.show_question", code=code, _anchor=anchor), 303)


@blueprint.get("/mail/<code>/missing")
@access(Access.RESIDENT)
def show_missing(code: str) -> Response:
    """The form that asks what is still missing, alone; the page of the question has it too."""
    question = _find_question(code)
    if question is None:
        return _show_no_link(code)
    asking = _asking_of(question, code)
    return asking.show() if question.open_verdict else redirect(asking.back, 303)


@blueprint.post("/mail/<code>/missing")
@access(Access.RESIDENT)
def say_missing(code: str) -> Response:
    """Take what the resident says is still missing, beside the verdict they gave."""
    if comes_from_elsewhere(request, portal().settings.base_url):
        abort(403)
    question = _find_question(code)
    if question is None:
        return _show_no_link(code)
    return receive_remark(_asking_of(question, code))


def _was_of_digest(code: str) -> bool:
    """Whether this link, which is nobody's now, stopped a weekly mail."""
    return not is_erased(read(), code) and is_of_digest(read(), portal().secrets, code)


def _show_no_link(code: str) -> Response:
    days = get_periods(read()).contact_days
    return page("notify/show_no_link.html", 404, days=days, is_erased=is_erased(read(), code))


def _asking_of(question: Question, code: str) -> Asking:
    return Asking(
        question.submission_id,
        question.open_verdict,
        question.has_words,
        "notify/show_missing.html",
        action=url_for("notify.say_missing", code=code),
        back=url_for("notify.show_question", code=code),
        context={"question": question, "code": code},
    )


def _find_question(code: str) -> Question | None:
    return find_question(read(), code, current_language(), portal().settings.languages)


@blueprint.post("/mail/<code>/unsubscribe")
@access(Access.RESIDENT)
def unsubscribe(code: str) -> Response:
    """No more mail; also in one click from the mail program itself (RFC 8058: no redirect)."""
    is_one_click = request.form.get("List-Unsubscribe") == "One-Click"
    is_stopped = (
        write(stop_mail, now=portal().clock.now(), token=code)
        or write(stop_digest, token=code)
        or _was_of_digest(code)
    )
    if not is_stopped:
        return _show_no_link(code)
    if is_one_click:
        return Response(status=204)
    return redirect(url_for("notify.show_mail", code=code), 303)
