"""A rating form comes back: checked, perhaps questioned, stored, acknowledged (DESIGN.md 5.1)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.data import INSTRUMENT_ID
from portal.domain.chinese import written_language
from portal.domain.personal_data import Finding
from portal.rate.forms import RatingForm
from portal.rate.operations import (
    Limits,
    Result,
    Sent,
    compare_with_stored,
    count_refusal,
    send_rating,
)
from portal.rate.pages import FormPage, show_filled, show_limit, show_repeat, show_warning
from portal.rate.period_cookie import read_cookie, set_cookie
from portal.rate.phones import find_personal_data
from portal.rate.queries import InvitedCase
from portal.store.secrets import period_of
from portal.store.throttle import LimitReached
from portal.web import messages
from portal.web.client_address import client_address
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.form_token import BadToken, ExpiredToken, FormToken, comes_from_elsewhere
from portal.web.forms import ErrorList, errors_of


@dataclass(frozen=True)
class Person:
    """Whose rating it is: the key of their case, or what a key is made from; the cookie to set."""

    known_key: str | None = None
    identity: str = ""
    cookie: str | None = None


def receive(form_page: FormPage, case: InvitedCase | None = None) -> Response | Result:
    """Take the form that this request brings: a page, or NOT_INVITED where the receipt is used."""
    if comes_from_elsewhere(request):
        abort(403)
    form = RatingForm(request.form)
    form.offer_districts(form_page.place)
    is_valid = form.validate()
    errors = errors_of(form)
    token = _check_token(form_page, form)
    if token is None:
        return _take_late(form_page, form, case, errors)
    if form.change.data or not is_valid:
        return show_filled(form_page, form, token.text, [] if form.change.data else errors)
    findings = _findings(form)
    if findings and not form.confirmed.data:
        return show_warning(form_page, form, findings)
    return _store(form_page, form, case, is_suspicious=_is_suspicious(form, token))


def _check_token(form_page: FormPage, form: RatingForm) -> FormToken | None:
    now = portal().clock.now()
    try:
        return portal().tokens.check(form.token.data or "", form_page.subject, now)
    except BadToken:
        return None


def _is_suspicious(form: RatingForm, token: FormToken) -> bool:
    """Whether a machine sent it. Such ratings are kept apart in sight, never dropped (T1)."""
    return bool(form.website.data) or token.is_too_young(portal().clock.now())
