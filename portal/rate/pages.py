"""The pages of the rating form: empty, filled in, with a warning, closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from portal.data import load_instrument
from portal.domain.personal_data import Finding
from portal.rate.forms import JoiningForm, RatingForm, SentForm
from portal.rate.queries import InvitedCase, Joinable, Place, is_set_apart
from portal.store.ratings import QUESTIONS
from portal.store.secrets import sha256
from portal.store.targets import find_named_day
from portal.store.throttle import LimitReached
from portal.web.context import portal
from portal.web.database import read
from portal.web.form_token import MIN_AGE
from portal.web.forms import ErrorList
from portal.web.i18n import current_language
from portal.web.pages import TOKEN_PLACE, page
from portal.web.personal_data import warning_of

_ALERT_OF_REPEAT = "repeat"
_ALERT_OF_LIMIT = "limit"


@dataclass(frozen=True)
class FormPage:
    """A rating form somewhere: the service, where it is sent, what its token is about.

    `case_url` is set for the full form behind a receipt, `joins` for "me too" on a theme.
    `is_embedded`: it stands in a frame on another site.
    """

    place: Place
    action: str
    subject: str
    case_url: str | None = None
    is_embedded: bool = False
    joins: Joinable | None = None

    @property
    def template(self) -> str:
        """The form itself: all questions, what fits into a frame, or one button to join in."""
        if self.joins is not None:
            return "rate/show_joining.html"
        return f"rate/show_{'embedded' if self.is_embedded else 'rating'}_form.html"

    def read(self, sent: MultiDict[str, str] | None = None) -> SentForm:
        """The form as it was sent, or an empty one."""
        return RatingForm(sent) if self.joins is None else JoiningForm(sent)

    def fresh_token(self) -> str:
        """A token for somebody whose form came back with an old or used one.

        It counts as old enough: who proves a reading of the form need not wait again.
        """
        return portal().tokens.issue(self.subject, portal().clock.now() - MIN_AGE)


def render_empty(form_page: FormPage) -> str:
    """The empty form with a place for the token."""
    return render_template(form_page.template, **_context(form_page, form_page.read(), TOKEN_PLACE))


def show_empty(form_page: FormPage) -> Response:
    """The empty form for one reader, whose address nobody else may see."""
    token = portal().tokens.issue(form_page.subject, portal().clock.now())
    return page(form_page.template, **_context(form_page, form_page.read(), token))


def show_filled(form_page: FormPage, form: SentForm, token: str, errors: ErrorList) -> Response:
    """The form with everything that was typed, and what to put right, if anything."""
    form.drop_nul()
    context = _context(form_page, form, token)
    return page(form_page.template, 422 if errors else 200, **context, errors=errors)


def show_repeat(form_page: FormPage, form: SentForm) -> Response:
    """This form was sent before with other answers: a fresh one with what was typed."""
    context = _context(form_page, form, form_page.fresh_token())
    return page(form_page.template, 409, **context, alert=_ALERT_OF_REPEAT)


def show_limit(form_page: FormPage, form: SentForm, limit: LimitReached) -> Response:
    """Too many for now: when to come again, with everything that was typed kept on the page."""
    context = _context(form_page, form, form.token.data or "")
    minutes = -(-limit.retry_after // 60)
    response = page(form_page.template, 429, **context, alert=_ALERT_OF_LIMIT, minutes=minutes)
    response.headers["Retry-After"] = str(limit.retry_after)
    return response


def show_warning(form_page: FormPage, form: SentForm, findings: Sequence[Finding]) -> Response:
    """What looks like personal data, before anything is stored: send it as it is, or change it."""
    return page(
        "rate/warn_personal_data.html",
        422,
        form_page=form_page,
        **warning_of(form.words or "", findings),
        kept=list(form.kept()),
        token=form.token.data,
    )


def show_closed(place: Place, *, is_embedded: bool = False, words: str | None = None) -> Response:
    """This service takes no ratings on the web in this language; where it does.

    `words` were sent and are not stored: whoever wrote them gets them back.
    """
    return page("rate/show_closed.html", 404, place=place, is_embedded=is_embedded, words=words)


def show_thanks(form_page: FormPage, code: str) -> Response:
    """The receipt in a frame, where no address that leads to it stays in a history.

    The case's own page is never shown in a frame; it opens in a tab of its own.
    """
    return page(
        "rate/show_embedded_thanks.html",
        place=form_page.place,
        receipt=code,
        target_on=find_named_day(read(), sha256(code)),
        is_apart=is_set_apart(read(), sha256(code)),
    )


def show_not_invited(
    form_page: FormPage, status: int, case: InvitedCase, *, words: str | None = None
) -> Response:
    """The full form is not open: why, and whether it will be.

    It opens after an answer, once in 90 days, and no more once the case is withdrawn.
    `words` as for `show_closed`.
    """
    return page(
        "rate/show_not_invited.html",
        status,
        place=form_page.place,
        case_url=form_page.case_url,
        is_withdrawn=case.is_withdrawn,
        free_on=case.free_on,
        is_sent=status == 409,
        words=words,
    )


def _context(form_page: FormPage, form: SentForm, token: str) -> dict[str, object]:
    instrument, lang = load_instrument(), current_language()
    scales = ("quality", "agree", "dont_know", "kind", "age_band")
    return {
        "form_page": form_page,
        "place": form_page.place,
        "form": form,
        "token": token,
        "items": QUESTIONS[1:],
        "options": {scale: instrument.options(scale, lang) for scale in scales},
    }
