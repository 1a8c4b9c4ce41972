"""Taking down what somebody who calls, comes or writes finds missing from an answer."""

from __future__ import annotations

from flask import abort, flash
from werkzeug.wrappers import Response

from portal.domain.chinese import written_language
from portal.respond.entry_forms import CallForm
from portal.respond.operations.calling import take_down_missing
from portal.respond.queries.cases import get_case_view
from portal.respond.queries.disputes import find_told
from portal.respond.routes.blueprint import blueprint, langs
from portal.respond.routes.case_page import to_case
from portal.respond.routes.doors import act
from portal.respond.rules import Conflict
from portal.store.personal_data import find_personal_data
from portal.store.remarks import Written
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import without_nul
from portal.web.forms import errors_of
from portal.web.pages import page
from portal.web.redaction_words import kinds_in_words
from portal.web.words import gettext as _


@blueprint.get("/cases/<int:case_id>/called")
@access(Access.STAFF)
def show_call(case_id: int) -> Response:
    """The answer that somebody calls about, and room for what they find missing."""
    return _call_page(case_id, CallForm(formdata=None))


@blueprint.post("/cases/<int:case_id>/called")
@access(Access.STAFF)
def take_call(case_id: int) -> Response:
    """Keep what they find missing beside the answer; it is no verdict."""
    form = CallForm()
    form.language.choices = [(tag, tag) for tag in portal().settings.languages]
    if not form.validate():
        return _call_page(case_id, form, 422)
    text, lang = form.missing.data or "", form.language.data or ""
    found = find_personal_data(text, portal().settings.country)
    if found and not form.confirmed.data:
        kinds = kinds_in_words(dict.fromkeys(one.kind for one in found))
        form.missing.errors = [
            _("This seems to hold %(what)s. Leave it out, unless it is what they want to say.",
              what=kinds)
        ]  # fmt: skip
        return _call_page(case_id, form, 422, is_warned=True)
    written = Written(
        text=text, lang=written_language(text, lang) or lang, has_personal_data=bool(found)
    )
    try:
        is_kept = write(
            take_down_missing, act(), submission_id=case_id, written=written,
            channel=form.channel.data or "", seen=form.seen.data,
        )  # fmt: skip
    except Conflict:
        return _call_page(case_id, form, 409, is_closed=True)
    if not is_kept:
        return _call_page(case_id, form, 409)
    flash(_("Taken down. It stands beside the answer until there is a new one."))
    return to_case(case_id)


def _call_page(
    case_id: int,
    form: CallForm,
    status: int = 200,
    *,
    is_warned: bool = False,
    is_closed: bool = False,
) -> Response:
    """`is_closed`: no words can be kept any more; what was typed is shown, to be copied."""
    scope = current_scope()
    view = get_case_view(read(), scope, case_id, today=portal().clock.today(), langs=langs())
    told = find_told(read(), scope, view.row, langs=langs())
    is_over = told is None or view.row.told_on is None or view.row.withdrawn_on is not None
    if is_over and not is_closed:
        abort(404)
    form.missing.data = without_nul(form.missing.data)
    if form.language.data is None:
        form.language.data = view.row.lang
    return page(
        "respond/show_call.html",
        status,
        case=view,
        told=told,
        form=form,
        errors=errors_of(form),
        is_warned=is_warned,
        is_closed=is_closed,
        # Whatever was wrong besides: this page sends along the answer that it shows.
        is_told_since=told is not None and form.seen.data not in (None, str(told.response_id)),
    )
