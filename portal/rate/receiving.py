"""A rating form comes back: checked, perhaps questioned, stored, acknowledged (DESIGN.md 5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.data import INSTRUMENT_ID
from portal.domain.personal_data import Finding
from portal.rate.forms import SentForm
from portal.rate.operations import Limits, count_refusal
from portal.rate.pages import (
    FormPage,
    show_filled,
    show_limit,
    show_repeat,
    show_thanks,
    show_warning,
)
from portal.rate.period_cookie import read_cookie, set_cookie
from portal.rate.queries import InvitedCase
from portal.store.personal_data import find_personal_data
from portal.store.ratings import Result, Sent, compare_with_stored, send_rating
from portal.store.secrets import period_of
from portal.store.throttle import LimitReached
from portal.web import messages
from portal.web.client_address import client_address
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.form_token import BadToken, FormToken, comes_from_elsewhere
from portal.web.forms import ErrorList, errors_of


@dataclass(frozen=True)
class Sender:
    """Whose rating it is: the key of their case, or what a key is made from; the cookie to set."""

    identity: str
    known_key: str | None = None
    cookie: str | None = None


def receive(form_page: FormPage, case: InvitedCase | None = None) -> Response | None:
    """Answer the form that this request brings. None: the receipt's full form is used up."""
    if comes_from_elsewhere(request, portal().settings.base_url):
        abort(403)
    form = form_page.read(request.form)
    form.offer_districts(form_page.place)
    is_valid, token = form.validate(), _check_token(form_page, form)
    if token is None:
        return _take_late(form_page, form, case, is_valid=is_valid)
    if form.change.data:
        return show_filled(form_page, form, token.text, [])
    if not is_valid:
        return show_filled(form_page, form, token.text, errors_of(form))
    findings = _findings(form)
    if findings and not form.confirmed.data:
        return show_warning(form_page, form, findings)
    sender = _sender(form, case)
    sent = _sent(
        form_page,
        form,
        case,
        sender,
        has_personal_data=bool(findings),
        is_quarantined=_is_suspicious(form, token),
    )
    return _store(form_page, form, sent, sender)


def _check_token(form_page: FormPage, form: SentForm) -> FormToken | None:
    try:
        now = portal().clock.now()
        return portal().tokens.check(form.token.data or "", form_page.subject, now)
    except BadToken:
        return None


def is_begun(form_page: FormPage) -> bool:
    """Whether the form that this request brings was opened here, as its token says."""
    return _check_token(form_page, form_page.read(request.form)) is not None


def read_words(form_page: FormPage) -> str | None:
    """What somebody wrote into the form that this request brings."""
    return form_page.read(request.form).words


def _take_late(
    form_page: FormPage, form: SentForm, case: InvitedCase | None, *, is_valid: bool
) -> Response:
    """A form whose token is no longer good, or never was: sent in time before, or a fresh one."""
    if is_valid:
        sent = _sent(form_page, form, case, _sender(form, case))
        if compare_with_stored(read(), sent=sent, secrets=portal().secrets) is Result.REPEATED:
            return _acknowledge(form_page, sent.token)
    errors: ErrorList = [("", str(messages.FORM_TOO_OLD)), *errors_of(form)]
    return show_filled(form_page, form, form_page.fresh_token(), errors)


def _findings(form: SentForm) -> list[Finding]:
    comment = form.words
    return find_personal_data(comment, portal().settings.country) if comment else []


def _is_suspicious(form: SentForm, token: FormToken) -> bool:
    """Whether a machine sent it. Such ratings are kept apart in sight, never dropped (T1)."""
    return bool(form.website.data) or token.is_too_young(portal().clock.now())


def _store(form_page: FormPage, form: SentForm, sent: Sent, sender: Sender) -> Response | None:
    secrets, now = portal().secrets, portal().clock.now()
    limits, on = _limits(now), portal().clock.day(now)
    try:
        bounds = limits.bounds(
            sent.service_id,
            is_invited=sent.invited_by is not None,
            is_joining=sent.joins is not None,
        )
        result = write(send_rating, sent=sent, bounds=bounds, secrets=secrets, now=now, on=on)
    except LimitReached as limit:
        key, service_id = limits.prefix_key, sent.service_id
        write(count_refusal, service_id=service_id, prefix_key=key, now=now)
        return show_limit(form_page, form, limit)
    if result is Result.NOT_INVITED or (result is Result.DIFFERENT and sent.invited_by):
        return None
    if result is Result.DIFFERENT:
        return show_repeat(form_page, form)
    response = _acknowledge(form_page, sent.token)
    if sender.cookie is not None:
        set_cookie(response, sender.cookie, now, is_embedded=form_page.is_embedded)
    return response


def _acknowledge(form_page: FormPage, token: str) -> Response:
    """To the receipt, which is the same for every copy of the form."""
    code = portal().secrets.receipt_code(token)
    if form_page.is_embedded:
        return show_thanks(form_page, code)
    response = redirect(url_for("follow.show_case", code=code), 303)
    response.headers["Cache-Control"] = "no-store"
    return response


def _sender(form: SentForm, case: InvitedCase | None) -> Sender:
    """A case's own key within its period, then its confirmed address, then the browser's cookie.

    An address that is only now being left is nobody's yet: it may be somebody else's.
    """
    if case is not None and period_of(case.received_on) == period_of(portal().clock.today()):
        return Sender("", known_key=case.person_key)
    if case is not None and case.contact is not None:
        return Sender(f"contact:{case.contact}")
    cookie = read_cookie(form.token.data or "")
    return Sender(f"cookie:{cookie}", cookie=cookie)


def _sent(
    form_page: FormPage,
    form: SentForm,
    case: InvitedCase | None,
    sender: Sender,
    *,
    has_personal_data: bool = False,
    is_quarantined: bool = False,
) -> Sent:
    place = form_page.place
    return Sent(
        service_id=place.service_id,
        slug=place.slug,
        lang=place.lang,
        instrument=INSTRUMENT_ID,
        token=form.token.data or "",
        answers=form.answers(has_personal_data=has_personal_data),
        identity=sender.identity,
        known_person_key=sender.known_key,
        invited_by=case.submission_id if case is not None else None,
        is_quarantined=is_quarantined,
        joins=form_page.joins.theme_id if form_page.joins else None,
    )


def _limits(now: datetime) -> Limits:
    settings = portal().settings
    address = client_address(request, settings)
    return Limits(
        prefix_key=portal().secrets.prefix_hash(address, portal().clock.day(now)),
        prefix=settings.prefix_hourly_limit,
        service=settings.service_hourly_limit,
        total=settings.total_hourly_limit,
    )
