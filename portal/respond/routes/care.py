"""What staff do to a case beside its loop: take personal data out, write notes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from flask import abort, flash, request
from werkzeug.wrappers import Response

from portal.respond.act import Act
from portal.respond.forms import NoteForm, RedactForm, explain, ticked_spans
from portal.respond.operations import notes, redactions
from portal.respond.operations.reading import send_for_reading
from portal.respond.queries.care import get_care, get_written
from portal.respond.queries.cases import get_case_view
from portal.respond.routes.blueprint import blueprint, langs
from portal.respond.routes.case_page import Translation, case_page, to_case
from portal.respond.rules import Problem, Refusal
from portal.respond.translator import Translator, TranslatorDown
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import ErrorList, errors_of
from portal.web.i18n import current_language
from portal.web.pages import page
from portal.web.words import gettext as _

_log = logging.getLogger("portal.respond")


# Words are the comment of a case, or what its resident said to an answer.
_COMMENT: Mapping[str, Any] = {"remark_id": None}
_SAID = "/cases/<int:case_id>/said/<int:remark_id>"


@blueprint.get("/cases/<int:case_id>/redact", defaults=_COMMENT)
@blueprint.get(f"{_SAID}/redact")
@access(Access.STAFF)
def show_redaction(case_id: int, remark_id: int | None) -> Response:
    """The words with what looks like personal data in them, and what can be taken out."""
    return _redaction_page(case_id, remark_id)


def _redaction_page(
    case_id: int,
    remark_id: int | None,
    form: RedactForm | None = None,
    status: int = 200,
    errors: ErrorList | None = None,
) -> Response:
    scope, clock = current_scope(), portal().clock
    country, now = portal().settings.country, clock.now()
    care = get_care(read(), scope, case_id, country=country, now=now)
    written = get_written(care, remark_id)
    values = [value for value, _kind, _words in written.marked.pieces] if written.marked else []
    if form is None:
        form = RedactForm(formdata=None, data={"what": "marked" if values else None})
        ticked = values
    else:
        ticked = [f"{start}-{end}" for start, end in ticked_spans()]
    return page(
        "respond/show_redaction.html",
        status,
        case=get_case_view(read(), scope, case_id, today=clock.today(), langs=langs()),
        written=written,
        remark_id=remark_id,
        form=form,
        ticked=ticked,
        errors=errors or [],
    )


@blueprint.post("/cases/<int:case_id>/redact", defaults=_COMMENT)
@blueprint.post(f"{_SAID}/redact")
@access(Access.STAFF)
def redact(case_id: int, remark_id: int | None) -> Response:
    """Take the marked stretches out, or all words; the latter may need a second person."""
    form, spans = RedactForm(), ticked_spans()
    if not form.validate():
        return _redaction_page(case_id, remark_id, form, 422, errors_of(form))
    act, reason = _act(), form.reason.data or ""
    if form.what.data == "all":
        is_done = write(
            redactions.redact_all, act=act, submission_id=case_id, reason=reason,
            remark_id=remark_id,
        )  # fmt: skip
    elif not spans:
        refusal = Refusal(("what", Problem.NOTHING_TICKED))
        return _redaction_page(case_id, remark_id, form, 422, explain(form, refusal))
    else:
        write(
            redactions.redact_marked, act=act, submission_id=case_id, reason=reason, spans=spans,
            country=portal().settings.country, remark_id=remark_id,
        )  # fmt: skip
        is_done = True
    flash(_("Taken out.") if is_done else _("A second person has to agree. They find it here."))
    return to_case(case_id)


@blueprint.post("/cases/<int:case_id>/redact/agree", defaults={**_COMMENT, "is_agreed": True})
@blueprint.post("/cases/<int:case_id>/redact/refuse", defaults={**_COMMENT, "is_agreed": False})
@blueprint.post(f"{_SAID}/redact/agree", defaults={"is_agreed": True})
@blueprint.post(f"{_SAID}/redact/refuse", defaults={"is_agreed": False})
@access(Access.STAFF)
def decide_redaction(case_id: int, remark_id: int | None, is_agreed: bool) -> Response:
    """Decide, as a second person, whether all words are taken out."""
    try:
        write(
            redactions.decide_redaction, act=_act(), submission_id=case_id, is_agreed=is_agreed,
            remark_id=remark_id, seen=request.form.get("seen"),
        )  # fmt: skip
    except Refusal as refusal:
        form = RedactForm(formdata=None)
        return case_page(case_id, None, 422, explain(form, refusal))
    flash(_("Taken out.") if is_agreed else _("The words stay."))
    return to_case(case_id)


@blueprint.post("/cases/<int:case_id>/translate", defaults=_COMMENT)
@blueprint.post(f"{_SAID}/translate")
@access(Access.STAFF)
def translate(case_id: int, remark_id: int | None) -> Response:
    """Show the words as a machine translates them, for this one look: nothing is kept."""
    settings, target = portal().settings, current_language()
    if not settings.translate_url:
        abort(404)
    words = write(
        send_for_reading, now=portal().clock.now(), scope=current_scope(), submission_id=case_id,
        target=target, remark_id=remark_id,
    )  # fmt: skip
    try:
        found = Translator(settings.translate_url, settings.translate_key).translate(words, target)
    except TranslatorDown as error:
        _log.warning("translator", extra={"why": str(error)})
        flash(_("There is no translation just now. Everything else works; try again later."))
        return to_case(case_id)
    return case_page(case_id, translation=Translation(remark_id, found))


@blueprint.post("/cases/<int:case_id>/notes")
@access(Access.STAFF)
def write_note(case_id: int) -> Response:
    """Leave a note for the colleagues."""
    form = NoteForm()
    if not form.validate():
        return case_page(case_id, None, 422, note=form)
    write(
        notes.write_note, now=portal().clock.now(), scope=current_scope(), submission_id=case_id,
        text=form.text.data or "",
    )  # fmt: skip
    return to_case(case_id)


@blueprint.post("/cases/<int:case_id>/notes/<int:note_id>/strike")
@access(Access.STAFF)
def strike_note(case_id: int, note_id: int) -> Response:
    """Take the words of a note away."""
    write(
        notes.strike_note, now=portal().clock.now(), scope=current_scope(), submission_id=case_id,
        note_id=note_id,
    )  # fmt: skip
    return to_case(case_id)


def _act() -> Act:
    clock = portal().clock
    return Act(current_scope(), clock.now(), clock.today())
