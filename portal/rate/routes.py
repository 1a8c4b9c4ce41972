"""Addresses of the rating form: open to everybody, and in full behind a receipt."""

from __future__ import annotations

from flask import Blueprint, abort, request, url_for
from werkzeug.wrappers import Response

from portal.rate.pages import FormPage, render_empty, show_closed, show_empty, show_not_invited
from portal.rate.queries import (
    InvitedCase,
    Place,
    find_invited_case,
    find_joinable,
    find_place,
)
from portal.rate.receiving import is_begun, read_words, receive
from portal.store.secrets import normalise_receipt, sha256
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read
from portal.web.i18n import current_language
from portal.web.pages import cached_form

blueprint = Blueprint("rate", __name__, url_prefix="/<lang:lang>")


@blueprint.get("/services/<slug>/rate")
@access(Access.RESIDENT)
def show_rating_form(slug: str) -> Response:
    """The empty form, from the page cache but for its token."""
    return _show(_open_form(slug), f"rate:{slug}")


@blueprint.post("/services/<slug>/rate")
@access(Access.RESIDENT)
def submit_rating(slug: str) -> Response:
    """Take a rating: to its receipt, or back to the form with what to put right."""
    return _take(_open_form(slug))


@blueprint.get("/embed/services/<slug>/rate")
@access(Access.EMBED)
def show_embedded_form(slug: str) -> Response:
    """The form for a frame on another site."""
    return _show(_embedded_form(slug), f"embed:{slug}")


@blueprint.post("/embed/services/<slug>/rate")
@access(Access.EMBED)
def submit_embedded_rating(slug: str) -> Response:
    """Take a rating from a frame: its receipt in the frame, or what to put right."""
    return _take(_embedded_form(slug))


@blueprint.get("/receipts/<code>/rate")
@access(Access.RESIDENT)
def show_invited_form(code: str) -> Response:
    """The full form, for somebody who was told what became of their case."""
    case = _get_invited_case(code)
    form_page = _invited_form(code, case)
    if not case.is_invited or case.free_on is not None:
        return show_not_invited(form_page, 200, case)
    return show_empty(form_page)


@blueprint.post("/receipts/<code>/rate")
@access(Access.RESIDENT)
def submit_invited_rating(code: str) -> Response:
    """Take a verified rating (METHOD.md 3.3), once in 90 days."""
    case = _get_invited_case(code)
    form_page = _invited_form(code, case)
    return receive(form_page, case) or show_not_invited(
        form_page, 409, case, words=read_words(form_page)
    )


@blueprint.get("/themes/<int:theme_id>/me-too")
@access(Access.RESIDENT)
def show_joining(theme_id: int) -> Response:
    """The form of whoever has the same to say: one tap, from the page cache but for its token."""
    return _show(_joining_form(theme_id), f"join:{theme_id}")


@blueprint.post("/themes/<int:theme_id>/me-too")
@access(Access.RESIDENT)
def join_theme(theme_id: int) -> Response:
    """Take a "me too": a case of its own in the theme, with a receipt (decision 40)."""
    return _take(_joining_form(theme_id))


def _show(form_page: FormPage, key: str) -> Response:
    """An empty form that anybody may fill in, kept under `key` for the day."""
    if not form_page.place.is_open:
        return show_closed(form_page.place, is_embedded=form_page.is_embedded)
    key = f"{key}:{portal().clock.today()}"
    return cached_form(key, form_page.subject, lambda: render_empty(form_page))


def _take(form_page: FormPage) -> Response:
    """Such a form as it came back. Who opened it while that was possible may send it."""
    place = form_page.place
    if place.is_open or (place.is_in_use and is_begun(form_page)):
        return receive(form_page) or abort(404)
    return show_closed(place, is_embedded=form_page.is_embedded, words=read_words(form_page))


def _get_place(slug: str) -> Place:
    """The service as its form needs it, remembered for a day while nothing public changes.

    One that is not in use is no page of ours; but what was written to it is not thrown away.
    """
    lang, today = current_language(), portal().clock.today()

    def find() -> Place:
        fallbacks = portal().settings.languages
        place = find_place(read(), slug=slug, lang=lang, fallbacks=fallbacks, today=today)
        return place or abort(404)

    place = portal().pages.remember(f"place:{lang}:{slug}:{today}", find)
    return place if place.is_in_use or request.method == "POST" else abort(404)


def _open_form(slug: str) -> FormPage:
    place = _get_place(slug)
    action = url_for("rate.submit_rating", slug=slug)
    return FormPage(place, action, f"rate:{place.service_id}")


def _embedded_form(slug: str) -> FormPage:
    place = _get_place(slug)
    action = url_for("rate.submit_embedded_rating", slug=slug)
    return FormPage(place, action, f"rate:{place.service_id}", is_embedded=True)


def _joining_form(theme_id: int) -> FormPage:
    """The subject names the theme: a token of one form is good for no other."""
    lang, languages = current_language(), portal().settings.languages
    theme = find_joinable(read(), theme_id, lang, languages) or abort(404)
    action = url_for("rate.join_theme", theme_id=theme_id)
    return FormPage(_get_place(theme.slug), action, f"join:{theme_id}", joins=theme)


def _get_invited_case(code: str) -> InvitedCase:
    plain, today = normalise_receipt(code), portal().clock.today()
    case = find_invited_case(read(), sha256(plain), today) if plain is not None else None
    return case or abort(404)


def _invited_form(code: str, case: InvitedCase) -> FormPage:
    """The subject names the case: a token of the open form does not make a rating verified."""
    return FormPage(
        place=_get_place(case.slug),
        action=url_for("rate.submit_invited_rating", code=code),
        subject=f"invited:{case.submission_id}",
        case_url=url_for("follow.show_case", code=code),
    )
