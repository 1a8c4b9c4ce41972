"""The pages of a receipt: looked up, unknown, of a rating, of a case."""

from __future__ import annotations

from flask import render_template, url_for
from werkzeug.wrappers import Response

from portal.data import load_instrument
from portal.domain.doors import takes_verdict
from portal.domain.loop import Verdict
from portal.follow.by_code import find_by_code
from portal.follow.forms import LookUpForm
from portal.follow.queries import Case, Sent
from portal.follow.timeline import timeline
from portal.models.submissions import Submission
from portal.store.city import get_contact
from portal.web import messages
from portal.web.context import portal
from portal.web.database import read
from portal.web.i18n import current_language
from portal.web.pages import page
from portal.web.qr import draw_qr
from portal.web.remarks import Asking

_LOOK_UP = "follow/show_lookup.html"


def render_look_up() -> str:
    """The empty form."""
    return render_template(_LOOK_UP, form=LookUpForm())


def show_unknown(form: LookUpForm) -> Response:
    """The form again: this code is not known, in the same words whatever is wrong with it."""
    form.code.errors = [str(messages.CODE_WRONG)]
    return page(_LOOK_UP, 422, form=form, errors=[(form.code.id, str(messages.CODE_WRONG))])


def show_no_receipt() -> Response:
    """An address with a code that is not known: what to check, and the form."""
    return page(_LOOK_UP, 404, form=LookUpForm(), is_missing=True)


def show_told_since(code: str) -> Response:
    """The case with the answer that came while its holder read another one."""
    sent = find_by_code(code)
    return show_no_receipt() if sent is None else show_receipt(sent, code, is_told_since=True)


def show_receipt(sent: Sent, code: str, *, is_told_since: bool = False) -> Response:
    """What a receipt stands for: a case with its steps, or a rating that counts.

    `is_told_since`: it was judged by an answer that is not the newest one; nothing was stored.
    """
    base = portal().settings.base_url.rstrip("/")
    url = base + url_for("follow.show_case", code=code)
    context = {"code": code, "base": base, "url": url, "qr": draw_qr(url), "sent": sent}
    if not isinstance(sent, Case):
        return page("follow/show_rating.html", **context, rated=rated_in_words(sent))
    today = portal().clock.today()
    return page(
        "follow/show_case.html",
        409 if is_told_since else 200,
        **context,
        case=sent,
        rated=rated_in_words(sent),
        is_told_since=is_told_since,
        steps=timeline(sent, today),
        today=today,
        contact=get_contact(read()) if sent.withdrawal else None,
        remark=asking_of(sent, code).empty() if sent.open_verdict else None,
        is_new=sent.received_on == today and (not sent.answers or sent.loop.told_on is None),
        verdicts=[
            (verdict, text)
            for verdict, text in load_instrument().options("verdict", current_language())
            if takes_verdict(sent.channel, Verdict(verdict))
        ],
    )


def asking_of(case: Case, code: str) -> Asking:
    """The form that asks what is still missing from the newest answer."""
    return Asking(
        case.submission_id,
        case.open_verdict,
        case.has_words,
        "follow/show_missing.html",
        action=url_for("follow.say_missing", code=code),
        back=url_for("follow.show_case", code=code, _anchor="verdict"),
        context={"case": case, "code": code},
    )


def rated_in_words(sent: Sent) -> str | None:
    """The rating in words, None where none was given (imported cases)."""
    if sent.q0 is None:
        return None
    return dict(load_instrument().options("quality", current_language()))[str(sent.q0)]


def answers_in_words(row: Submission) -> list[tuple[str, str]]:
    """(question, answer) of every further question that was answered."""
    instrument, lang = load_instrument(), current_language()
    found = []
    for item in list(instrument.items.values())[1:]:
        value = getattr(row, item.id, None)
        scales = (item.scale, "dont_know") if item.has_dont_know else (item.scale,)
        labels = dict(pair for scale in scales for pair in instrument.options(scale, lang))
        if value is not None:
            found.append((instrument.text(item.text, lang), labels[str(value)]))
    return found
