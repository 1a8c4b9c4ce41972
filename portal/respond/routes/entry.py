"""Typing in what came on paper, by phone, at a counter or by letter: with the keyboard alone."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.data import load_instrument
from portal.domain.doors import LATE_DAYS
from portal.domain.short_code import read_short_code, short_code
from portal.respond.entry_forms import EntryForm, TakeDownForm
from portal.respond.operations.entry import (
    AlreadyEntered,
    Differs,
    Entry,
    OwnEntry,
    is_waiting,
    take_down,
    type_in,
)
from portal.respond.queries import entry as queries
from portal.respond.routes.blueprint import blueprint, langs
from portal.respond.routes.doors import act, doors_page, empty_print_form
from portal.respond.typed_twice import describe
from portal.store.districts import list_districts
from portal.store.personal_data import find_personal_data
from portal.store.ratings import QUESTIONS, Result
from portal.store.scope import NotAllowed
from portal.store.secrets import sha256
from portal.store.service_names import get_service_name
from portal.store.targets import find_named_day
from portal.web import messages
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.form_token import BadToken
from portal.web.forms import ErrorList, errors_of
from portal.web.i18n import current_language
from portal.web.pages import page
from portal.web.words import gettext as _


@dataclass(frozen=True)
class Place:
    """What is typed in: for which service, how it came, in which language; where it is sent.

    `is_open`: more can be typed in that came the same way.
    """

    service_id: int
    slug: str
    channel: str
    lang: str
    action: str
    is_open: bool = True
    number: str | None = None  # of a printed form


@blueprint.get("/entry/paper")
@access(Access.STAFF)
def find_paper_form() -> Response:
    """From the number on a form to the page where it is typed in."""
    typed = request.args.get("number", "").strip()
    form_id = read_short_code(typed) or 0
    try:
        queries.get_paper_language(read(), current_scope(), form_id)
    except NotAllowed:
        wrong = str(messages.FORM_NUMBER_WRONG) if typed else _("Enter the number of the form.")
        errors = [("number", wrong)]
        return doors_page(
            TakeDownForm(formdata=None), empty_print_form(), errors, 404, number=typed[:40]
        )
    return redirect(url_for("respond.show_paper_entry", code=short_code(form_id)), 303)


@blueprint.get("/entry/paper/<code>")
@access(Access.STAFF)
def show_paper_entry(code: str) -> Response:
    """The empty fields of a printed form."""
    return _entry_page(_paper(code)[1], _empty())


@blueprint.post("/entry/paper/<code>")
@access(Access.STAFF)
def enter_paper(code: str) -> Response:
    """Store a printed form, or keep it until a colleague has typed it too."""
    form_id, place = _paper(code)
    form = _filled()
    if not form.is_right(portal().clock.today()):
        return _entry_page(place, form, errors_of(form), 422)
    try:
        differs = write(
            type_in, act(), form_id=form_id, entry=_entry(form, place), secrets=portal().secrets,
            is_decided=bool(form.is_decided.data),
        )  # fmt: skip
    except AlreadyEntered:
        error = _("This form was typed in before. It counts once.")
        return _entry_page(place, form, [("", error)], 409)
    except OwnEntry:
        error = _("You typed this form first. A colleague has to type it now.")
        return _entry_page(place, form, [("", error)], 409)
    if differs is not None:
        return _entry_page(place, form, [], 409, differs)
    flash(_stored(form_id, code))
    return redirect(url_for("respond.show_doors", _anchor="printed"), 303)


def _stored(form_id: int, code: str) -> str:
    if is_waiting(read(), form_id):
        return _("Form %(number)s is in the sample: a colleague has to type it too.", number=code)
    return _("Form %(number)s is stored.", number=code)


@blueprint.get("/entry/")
@access(Access.STAFF)
def show_entry() -> Response:
    """The empty fields for somebody on the phone, at a counter, or for a letter."""
    form = _empty()
    place = _taken_down()
    form.token.data = portal().tokens.issue(_subject(place), portal().clock.now())
    return _entry_page(place, form)


@blueprint.post("/entry/")
@access(Access.STAFF)
def enter() -> Response:
    """Store what somebody said; then their receipt, to be read out or written down."""
    place, form, now = _taken_down(), _filled(), portal().clock.now()
    if not form.is_right(portal().clock.today()):
        return _entry_page(place, form, errors_of(form), 422)
    try:
        token = portal().tokens.check(form.token.data or "", _subject(place), now)
    except BadToken:
        form.token.data = portal().tokens.issue(_subject(place), now)
        return _entry_page(place, form, [("", str(messages.FORM_TOO_OLD))], 422)
    result = write(
        take_down, act(), service_id=place.service_id, token=token.text,
        entry=_entry(form, place), secrets=portal().secrets,
    )  # fmt: skip
    if result is Result.DIFFERENT:
        form.token.data = portal().tokens.issue(_subject(place), now)
        error = _(
            "This form was stored before, with other answers. Those stay. If these are somebody "
            "else's, save them once more."
        )
        return _entry_page(place, form, [("", error)], 409)
    code = portal().secrets.receipt_code(token.text)
    return page(
        "respond/show_entered.html",
        place=place,
        name=_name(place),
        code=code,
        target_on=find_named_day(read(), sha256(code)),
    )


def _paper(code: str) -> tuple[int, Place]:
    form_id = read_short_code(code)
    if form_id is None or short_code(form_id) != code:
        abort(404)
    service, lang = queries.get_paper_language(read(), current_scope(), form_id)
    action = url_for("respond.enter_paper", code=code)
    return form_id, Place(service.id, service.slug, "paper", lang, action, number=code)


def _taken_down() -> Place:
    """What the address says: a service of one's desk, and a channel that is open for it.

    Whoever began to type while it was open may send what they typed, as residents may.
    """
    scope, today = current_scope(), portal().clock.today()
    services = queries.list_entry_services(read(), scope, langs(), today)
    service = next((one for one in services if one.slug == request.args.get("service")), None)
    channel, lang = request.args.get("channel", ""), request.args.get("language", "")
    if service is None or lang not in portal().settings.languages:
        abort(404)
    action = url_for("respond.enter", service=service.slug, channel=channel, language=lang)
    is_open = channel in service.channels
    place = Place(service.id, service.slug, channel, lang, action, is_open)
    if not is_open and not _is_begun(place):
        abort(404)
    return place


def _is_begun(place: Place) -> bool:
    """Whether the form that this request brings was opened here, as its token says."""
    token, now = request.form.get("token", ""), portal().clock.now()
    try:
        portal().tokens.check(token, _subject(place), now)
    except BadToken:
        return False
    return True


def _subject(place: Place) -> str:
    return f"entry:{place.service_id}:{place.channel}"


def _empty() -> EntryForm:
    form = EntryForm(formdata=None)
    form.received_on.data = portal().clock.today()
    return form


def _filled() -> EntryForm:
    form = EntryForm()
    form.district.choices = _districts(current_language())
    return form


def _districts(lang: str) -> list[tuple[str, str]]:
    return list_districts(read(), lang, langs(), with_closed=True)


def _entry(form: EntryForm, place: Place) -> Entry:
    comment = form.comment.data
    findings = find_personal_data(comment, portal().settings.country) if comment else []
    return Entry(
        lang=place.lang,
        channel=place.channel,
        received_on=form.received_on.day or portal().clock.today(),
        answers=form.answers(has_personal_data=bool(findings)),
    )


def _name(place: Place) -> object:
    fallbacks = portal().settings.languages
    return get_service_name(read(), place.service_id, place.slug, place.lang, fallbacks)


def _entry_page(
    place: Place,
    form: EntryForm,
    errors: ErrorList | None = None,
    status: int = 200,
    differs: Differs | None = None,
) -> Response:
    instrument, lang = load_instrument(), place.lang
    scales = ("quality", "agree", "dont_know", "kind", "age_band")
    return page(
        "respond/show_entry.html",
        status,
        place=place,
        name=_name(place),
        form=form,
        errors=errors or [],
        differences=describe(differs, lang, _districts(lang)) if differs else [],
        late_days=LATE_DAYS,
        questions=[(question, instrument.text(f"{question}.text", lang)) for question in QUESTIONS],
        wording=lambda key: instrument.text(key, lang),
        options={scale: instrument.options(scale, lang) for scale in scales},
        districts=_districts(lang),
    )
