"""The page of other doors, and printing forms."""

from __future__ import annotations

from datetime import date

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from portal.data import load_instrument
from portal.respond.act import Act
from portal.respond.entry_forms import MAX_FORMS, PrintForm, TakeDownForm
from portal.respond.operations.entry import print_forms
from portal.respond.queries import entry as queries
from portal.respond.routes.blueprint import blueprint, langs
from portal.store.city import get_contact
from portal.store.districts import list_districts
from portal.store.ratings import QUESTIONS
from portal.store.service_names import get_service_name
from portal.store.targets import find_working_days
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import ErrorList, errors_of
from portal.web.i18n import current_language
from portal.web.pages import page
from portal.web.paper import PAPERS, paper_size
from portal.web.qr import draw_qr
from portal.web.short_address import short_address

_SHEETS = 25
_PRINT = "print-"  # two forms of the page ask for a service


def act() -> Act:
    """Who does it, and when."""
    return Act(current_scope(), portal().clock.now(), portal().clock.today())


@blueprint.get("/doors/")
@access(Access.STAFF)
def show_doors() -> Response:
    """Paper, phone, counter: what to type in, what to print, what waits for a second person."""
    return doors_page(TakeDownForm(request.args), empty_print_form(), [])


def doors_page(
    take_down: TakeDownForm,
    printing: PrintForm,
    errors: ErrorList,
    status: int = 200,
    *,
    number: str = "",
) -> Response:
    """The page with its forms as they stand; `number` is what was typed for one on a form."""
    scope, today = current_scope(), portal().clock.today()
    return page(
        "respond/show_doors.html",
        status,
        services=queries.list_entry_services(read(), scope, langs(), today),
        waiting=queries.list_waiting(read(), scope, langs()),
        accuracy=queries.get_accuracy(read(), today),
        take_down=take_down,
        printing=printing,
        most_forms=MAX_FORMS,
        papers=PAPERS,
        errors=errors,
        number=number,
        short_address=lambda service_id: short_address(service_id, current_language()),
    )


def empty_print_form() -> PrintForm:
    """What is usually wanted."""
    form = PrintForm(formdata=None, prefix=_PRINT)
    form.language.data, form.paper.data = current_language(), paper_size("")
    form.forms.data = str(_SHEETS)
    return form


@blueprint.post("/doors/print")
@access(Access.STAFF)
def make_sheets() -> Response:
    """Number the forms that are wanted, then show them to be printed."""
    form = PrintForm(prefix=_PRINT)
    today = portal().clock.today()
    services = queries.list_entry_services(read(), current_scope(), langs(), today)
    ids = {service.slug: service.id for service in services}
    form.service.choices = [(slug, slug) for slug in ids]
    form.language.choices = [(tag, tag) for tag in portal().settings.languages]
    form.paper.choices = list(PAPERS.items())
    if not form.is_right(today):
        return doors_page(TakeDownForm(formdata=None), form, errors_of(form), 422)
    batch = write(
        print_forms, act(), service_id=ids[form.service.data], lang=form.language.data,
        paper=form.paper.data, forms=int(form.forms.data or 0),
    )  # fmt: skip
    return redirect(_sheets(batch, form.language.data, form.until.day), 303)


@blueprint.get("/doors/print/<int:batch_id>/")
@access(Access.STAFF)
def show_sheets(batch_id: int) -> Response:
    """The forms with their numbers and receipts, for whoever asked for them, on that day.

    The page is in the forms' own language.
    """
    sheets = queries.get_sheets(read(), current_scope(), batch_id, portal().clock.today())
    instrument, lang = load_instrument(), sheets.lang
    until = _day_of(request.args.get("until", ""))
    if lang != current_language():
        return redirect(_sheets(batch_id, lang, until), 303)
    secrets, base = portal().secrets, portal().settings.base_url.rstrip("/")
    codes = {one: secrets.receipt_code(secrets.paper_token(one)) for one in sheets.form_ids}
    scales = ("quality", "agree", "dont_know", "kind", "age_band")
    return page(
        "respond/show_sheets.html",
        sheets=sheets,
        service=get_service_name(read(), sheets.service_id, "", lang, portal().settings.languages),
        address=short_address(sheets.service_id, lang),
        contact=get_contact(read()),
        until=until,
        working_days=find_working_days(read(), sheets.service_id, portal().clock.today()),
        receipts=codes,
        qr={
            one: draw_qr(base + url_for("follow.show_case", lang=lang, code=code))
            for one, code in codes.items()
        },
        look_up=base + url_for("follow.show_lookup", lang=lang),
        items=QUESTIONS[1:],
        options={scale: instrument.options(scale, lang) for scale in scales},
        districts=list_districts(read(), lang, portal().settings.languages),
    )


def _sheets(batch_id: int, lang: str, until: date | None) -> str:
    return url_for("respond.show_sheets", batch_id=batch_id, lang=lang, until=until)


def _day_of(text: str) -> date | None:
    """The day by which forms are to be handed in; it is printed and kept nowhere."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
