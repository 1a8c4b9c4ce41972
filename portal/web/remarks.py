"""Words to a verdict, asked for on the receipt's page and behind a mail's link (decision 62).

The verdict is stored by then. Like every form of residents, this one has a signed token that is
good for one sending, and a warning before personal data are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response
from wtforms import BooleanField, StringField, TextAreaField

from portal.domain.chinese import written_language
from portal.store.personal_data import find_personal_data
from portal.store.remarks import Result, Written, find_by_token, record_remark
from portal.web import messages
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import (
    MAX_WRITTEN,
    AtMost,
    Storable,
    tidy,
    without_nul,
)
from portal.web.form_token import BadToken
from portal.web.forms import ErrorList, ResidentForm, errors_of
from portal.web.i18n import current_language
from portal.web.pages import page
from portal.web.personal_data import warning_of

ANCHOR = "what-is-missing"
_NO = ("", "0", "false")


class RemarkForm(ResidentForm):
    """What is still missing, in the resident's own words."""

    missing = TextAreaField(filters=[tidy], validators=[AtMost(MAX_WRITTEN), Storable()])
    token = StringField()
    confirmed = BooleanField(false_values=_NO)  # sent as it is, after the warning
    change = BooleanField(false_values=_NO)  # back from the warning to the form


@dataclass(frozen=True)
class Asking:
    """A form that asks what is missing: its case, the page it stands alone on, and addresses.

    `action` takes what is sent, `back` is where the verdict was given. `verdict` is None where none
    is open to words any more; `has_words` says that they were written already.
    """

    submission_id: int
    verdict: str | None
    has_words: bool
    template: str
    action: str
    back: str
    context: Mapping[str, Any]

    @property
    def subject(self) -> str:
        """What its token is about."""
        return f"missing:{self.submission_id}"

    def empty(self) -> dict[str, object]:
        """The empty form, for a page that shows it."""
        return self.filled(RemarkForm(), self.fresh_token())

    def filled(self, form: RemarkForm, token: str) -> dict[str, object]:
        """A form with what was typed into it, for a page that shows it."""
        return {"form": form, "token": token, "action": self.action, "verdict": self.verdict}

    def fresh_token(self) -> str:
        """A token that was not used yet."""
        return portal().tokens.issue(self.subject, portal().clock.now())

    def show(
        self,
        form: RemarkForm | None = None,
        status: int = 200,
        errors: ErrorList | None = None,
        **more: object,
    ) -> Response:
        """The page of the form alone, empty or with what was typed."""
        if form is None:
            remark = self.empty()
        else:
            form.missing.data = without_nul(form.missing.data)
            remark = self.filled(form, form.token.data or self.fresh_token())
        context = {**self.context, "remark": remark, "back": self.back, "errors": errors or []}
        return page(self.template, status, **context, **more)


def receive_remark(asking: Asking) -> Response:
    """Take the words that this request brings: back to the verdict, or what to put right."""
    form = RemarkForm(request.form)
    is_valid, token = form.validate(), form.token.data or ""
    if asking.verdict is None or not _is_good(asking, token):
        return _take_late(asking, form, token)
    if form.change.data:
        return asking.show(form)
    if not is_valid:
        return asking.show(form, 422, errors_of(form))
    text: str | None = form.missing.data
    if text is None:  # it is optional
        return redirect(asking.back, 303)
    found = find_personal_data(text, portal().settings.country)
    if found and not form.confirmed.data:
        return asking.show(form, 422, warning=warning_of(text, found), kept=[("missing", text)])
    return _store(asking, form, text, has_personal_data=bool(found))


def _store(asking: Asking, form: RemarkForm, text: str, *, has_personal_data: bool) -> Response:
    lang = current_language()
    result = write(
        record_remark,
        submission_id=asking.submission_id,
        written=Written(
            text=text,
            lang=written_language(text, lang) or lang,
            has_personal_data=has_personal_data,
        ),
        token=form.token.data or "",
        now=portal().clock.now(),
    )
    if result in {Result.STORED, Result.REPEATED}:
        return redirect(asking.back, 303)
    return asking.show(form, 409, refusal=result.value)


def _is_good(asking: Asking, token: str) -> bool:
    try:
        portal().tokens.check(token, asking.subject, portal().clock.now())
    except BadToken:
        return False
    return True


def _take_late(asking: Asking, form: RemarkForm, token: str) -> Response:
    """A form that nothing can be stored from: sent in time before, or there is no verdict to add
    words to any more, or its token is no longer good, or never was: then a fresh one.
    """
    known, is_closed = find_by_token(read(), token), asking.verdict is None
    if known is not None and known.text in {None, form.missing.data}:
        return redirect(asking.back, 303)
    if is_closed and form.missing.data is None:
        return redirect(asking.back, 303)
    if is_closed:
        refusal = Result.SAID_BEFORE if asking.has_words else Result.CLOSED
        return asking.show(form, 409, refusal=refusal.value)
    form.token.data = asking.fresh_token()
    return asking.show(form, 422, [("", str(messages.FORM_TOO_OLD)), *errors_of(form)])
