"""Kiosks: a screen in a public place, on which one tap is a rating.

Language first, then the service, then one tap, then the receipt; and back to the beginning by
itself, so that nobody finds what somebody else did. Nothing is typed where others can watch.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import Blueprint, abort, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from portal.data import INSTRUMENT_ID, load_instrument
from portal.rate.forms import RatingForm
from portal.rate.kiosk_queries import (
    KioskView,
    find_kiosk,
    list_kiosk_services,
    was_taken_before,
)
from portal.rate.operations import shared_bounds
from portal.rate.queries import Place, find_place
from portal.store.ratings import Answers, Result, Sent, send_rating
from portal.store.secrets import sha256
from portal.store.throttle import Bound, LimitReached
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.form_token import BadToken, comes_from_elsewhere
from portal.web.i18n import current_language, in_every_language
from portal.web.pages import page
from portal.web.qr import draw_qr

blueprint = Blueprint("kiosk", __name__)

IDLE_SECONDS = 60
MORE_SECONDS = 600
"""Who asks for more time gets it with one tap (WCAG 2.2.1: at least ten times as much)."""
_SAME_PERSON = timedelta(seconds=2 * IDLE_SECONDS)
"""Whoever sends a tap again has its screen before them, and a slow network."""
_CHANNEL = "kiosk"
_GREETING = _l("Welcome. Tap here to begin.")


@blueprint.context_processor
def _way_back() -> dict[str, object]:
    """Every page leads back to the first screen, one of an error too: nobody may be there."""
    code = (request.view_args or {})["code"]
    return {"key": code, "start": url_for("kiosk.begin", code=code), "idle": IDLE_SECONDS}


@blueprint.get("/kiosk/<code>/")
@access(Access.RESIDENT)
def begin(code: str) -> Response:
    """The first screen: which language?"""
    _get_kiosk(code)
    greetings = in_every_language(_GREETING)
    return _screen("rate/kiosk_languages.html", idle=0, greetings=greetings)


@blueprint.get("/<lang:lang>/kiosk/<code>/")
@access(Access.RESIDENT)
def choose_service(code: str) -> Response:
    """Which service? At a kiosk that asks about one, how that one is."""
    kiosk = _get_kiosk(code)
    if kiosk.slug is not None:
        return _question(kiosk.slug)
    services = list_kiosk_services(
        read(), current_language(), portal().settings.languages, portal().clock.today()
    )
    return _screen("rate/kiosk_services.html", services=services)


@blueprint.get("/<lang:lang>/kiosk/<code>/<slug>")
@access(Access.RESIDENT)
def ask(code: str, slug: str) -> Response:
    """How is this service for you?"""
    _get_kiosk(code, slug)
    return _question(slug)


@blueprint.post("/<lang:lang>/kiosk/<code>/<slug>")
@access(Access.RESIDENT)
def rate(code: str, slug: str) -> Response:
    """One tap is a rating. Its receipt is shown for a moment, to be photographed.

    The page answers the tap itself: no address that leads to a receipt stays in the screen's
    history. Who needs more time on it sends the same tap again, which gives the same screen.
    Later than that it is somebody else who went back in the history, and sees no receipt.
    """
    if comes_from_elsewhere(request, portal().settings.base_url):
        abort(403)
    kiosk, place, form = _get_kiosk(code, slug), _find_place(slug), RatingForm(request.form)
    if place is None:
        return _nothing_here()
    now = portal().clock.now()
    try:
        token = portal().tokens.check(form.token.data or "", _subject(place), now).text
    except BadToken:
        return _question(slug)
    if not form.q0.validate(form):
        return _question(slug)
    try:
        result = write(
            send_rating, sent=_sent(place, form, token), bounds=_bounds(kiosk, place),
            secrets=portal().secrets, now=now, on=portal().clock.day(now),
        )  # fmt: skip
    except LimitReached:
        return _screen("rate/kiosk_busy.html", 429)
    tapped = {"token": token, "q0": form.q0.data}
    is_late = result is Result.REPEATED and _is_of_before(token, now)
    if result is Result.DIFFERENT or is_late:  # the receipt may be that of whoever was here before
        return _screen("rate/kiosk_first_tap.html", 409, tapped=tapped)
    return _thank(token, tapped)


def _get_kiosk(code: str, slug: str | None = None) -> KioskView:
    kiosk = find_kiosk(read(), sha256(code), portal().clock.today()) or abort(404)
    if slug is not None and kiosk.slug not in {None, slug}:
        abort(404)
    return kiosk


def _find_place(slug: str) -> Place | None:
    """The service, where kiosks take its ratings in this language today."""
    place = find_place(
        read(), slug=slug, lang=current_language(), fallbacks=portal().settings.languages,
        today=portal().clock.today(), channel=_CHANNEL,
    )  # fmt: skip
    return place if place is not None and place.is_open else None


def _subject(place: Place) -> str:
    return f"kiosk:{place.service_id}"


def _sent(place: Place, form: RatingForm, token: str) -> Sent:
    """Nothing tells two people at a screen apart, so each tap is a person's (limits hold)."""
    return Sent(
        service_id=place.service_id,
        slug=place.slug,
        lang=place.lang,
        instrument=INSTRUMENT_ID,
        token=token,
        answers=Answers(q={"q0": int(form.q0.data)}),
        identity=f"kiosk:{token}",
        channel=_CHANNEL,
    )


def _is_of_before(token: str, now: datetime) -> bool:
    return was_taken_before(read(), sha256(token), now - _SAME_PERSON)


def _bounds(kiosk: KioskView, place: Place) -> list[Bound]:
    settings = portal().settings
    own = Bound("rate-kiosk", str(kiosk.id), kiosk.hourly_limit)
    limits = settings.service_hourly_limit, settings.total_hourly_limit
    return [own, *shared_bounds(place.service_id, *limits)]


def _question(slug: str) -> Response:
    place = _find_place(slug)
    if place is None:
        return _nothing_here()
    return _screen(
        "rate/kiosk_question.html",
        place=place,
        token=portal().tokens.issue(_subject(place), portal().clock.now()),
        options=load_instrument().options("quality", current_language()),
    )


def _nothing_here() -> Response:
    """Whoever stands there can ask at the counter, which no page of errors says."""
    return _screen("rate/kiosk_services.html", 404, services=[])


def _thank(token: str, tapped: Mapping[str, str]) -> Response:
    receipt = portal().secrets.receipt_code(token)
    address = portal().settings.base_url.rstrip("/") + url_for("follow.show_case", code=receipt)
    shown = {"receipt": receipt, "qr": draw_qr(address), "tapped": tapped}
    return _screen("rate/kiosk_thanks.html", **shown)


def _screen(template: str, status: int = 200, /, **context: object) -> Response:
    """A screen of the kiosk, which goes back to the first one when nobody is there any more.

    One that answers a tap holds it as `tapped`: sent again, it gives the same screen.
    """
    needs_more = "more" in request.args
    idle = MORE_SECONDS if needs_more else IDLE_SECONDS
    return page(template, status, **{"idle": idle, "may_have_more": not needs_more, **context})
