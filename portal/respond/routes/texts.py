"""An answer in another language; reviewing it; correcting what was published."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.models.responses import ResponseText
from portal.respond.forms import (
    CorrectionForm,
    TranslationForm,
    WordingForm,
    explain,
)
from portal.respond.operations import texts as operations
from portal.respond.queries import responses as queries
from portal.respond.queries.phrases import list_phrases_for
from portal.respond.routes.blueprint import blueprint, langs
from portal.respond.routes.phrases import put_in
from portal.respond.routes.responses import (
    CONFLICT,
    deleted_page,
    on_version,
    response_page,
    say_saved,
    to_response,
)
from portal.respond.rules import Conflict, Refusal
from portal.respond.scoped import DraftDeleted
from portal.store.coverage import is_stale
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.forms import ErrorList, errors_of
from portal.web.pages import page
from portal.web.words import gettext as _


@blueprint.get("/responses/<int:response_id>/texts/<tag>/")
@access(Access.STAFF)
def show_translation(response_id: int, tag: str) -> Response:
    """The text in one language beside its source."""
    return _translation_page(response_id, tag)


def _view(response_id: int) -> queries.ResponseView:
    return queries.get_response_view(
        read(), current_scope(), response_id, langs=langs(), offered=portal().settings.languages
    )


def _translation_page(
    response_id: int,
    tag: str,
    form: TranslationForm | None = None,
    errors: ErrorList | None = None,
    status: int = 200,
) -> Response:
    view = _view(response_id)
    if tag == view.response.source_lang:
        return to_response(response_id)
    text = view.texts.get(tag)
    version = text.version if text else 0
    shown = _stored(view, text) if form is None else form
    is_fixed = (
        text is not None and text.status == "reviewed" and view.response.status == "published"
    )
    if form is not None and is_fixed:
        status, errors = CONFLICT, None  # whatever is wrong or was put in: there are no fields
    is_source_new = shown.stand_beside(view.source) and form is not None  # while it was written
    return page(
        "respond/show_translation.html",
        status,
        view=view,
        text=text,
        form=on_version(shown, version, CONFLICT if form is None else status),
        is_source_new=is_source_new,
        is_fixed=is_fixed,
        is_stale=text is not None and is_stale(text, view.source),
        errors=errors or [],
        tag=tag,
        phrases=list_phrases_for(read(), current_scope(), view.response.service_id, tag),
        person_id=current_scope().person_id,
        is_conflict=status == CONFLICT,
    )


def _stored(view: queries.ResponseView, text: ResponseText | None) -> TranslationForm:
    """What there is; a new text begins with what its source refers to, to be translated."""
    source = view.source
    if text is not None or source is None:
        return TranslationForm(formdata=None, obj=text)
    return TranslationForm(
        formdata=None, links=source.links, pictures=source.pictures, partners=source.partners
    )


@blueprint.post("/responses/<int:response_id>/texts/<tag>/")
@access(Access.STAFF)
def save_translation(response_id: int, tag: str) -> Response:
    """Save the text; where somebody else was faster, both are shown."""
    form = TranslationForm()
    try:
        return _save(response_id, tag, form)
    except DraftDeleted:
        return deleted_page(form)


def _save(response_id: int, tag: str, form: TranslationForm) -> Response:
    if put_in(form):
        return _translation_page(response_id, tag, form)
    if not form.validate():
        return _translation_page(response_id, tag, form, errors_of(form), 422)
    try:
        is_changed = write(
            operations.save_translation, now=portal().clock.now(), scope=current_scope(),
            response_id=response_id, lang=tag, version=form.read_version,
            source_hash=form.read_source, wording=form.wording,
        )  # fmt: skip
    except Refusal as refusal:
        return _translation_page(response_id, tag, form, explain(form, refusal), 422)
    except Conflict:
        return _translation_page(response_id, tag, form, status=CONFLICT)
    say_saved(is_changed)
    return _onward(response_id, tag)


@blueprint.post("/responses/<int:response_id>/texts/<tag>/review")
@access(Access.STAFF)
def review_text(response_id: int, tag: str) -> Response:
    """Say, as a second person, that the text is right."""
    version = whole_number(request.form.get("version"))
    try:
        write(
            operations.review_text, now=portal().clock.now(), scope=current_scope(),
            response_id=response_id, lang=tag, version=-1 if version is None else version,
        )  # fmt: skip
    except Refusal as refusal:
        errors = explain(WordingForm(formdata=None), refusal)
        return _text_page(response_id, tag, errors)
    flash(_("Reviewed."))
    return _onward(response_id, tag)


def _text_page(response_id: int, tag: str, errors: ErrorList) -> Response:
    if tag == _view(response_id).response.source_lang:
        return response_page(response_id, None, errors, 422)
    return _translation_page(response_id, tag, None, errors, 422)


@blueprint.get("/responses/<int:response_id>/texts/<tag>/correct")
@access(Access.STAFF)
def show_correction(response_id: int, tag: str) -> Response:
    """The published text, to be put right; or a correction that waits for its review."""
    return _correction_page(response_id, tag)


def _correction_page(
    response_id: int,
    tag: str,
    form: CorrectionForm | None = None,
    errors: ErrorList | None = None,
    status: int = 200,
) -> Response:
    view = _view(response_id)
    text = view.texts.get(tag)
    if text is None or text.status != "reviewed" or view.response.status != "published":
        abort(404)
    pending = view.pending.get(tag)
    if form is not None and pending is not None:
        status, errors = CONFLICT, None
    shown = CorrectionForm(formdata=None, obj=text) if form is None else form
    beside = None if text is view.source else view.source
    is_source_new = shown.stand_beside(beside) and form is not None
    return page(
        "respond/show_correction.html",
        status,
        view=view,
        text=text,
        pending=pending,
        beside=beside,
        is_stale=is_stale(text, view.source),
        form=on_version(shown, text.version, CONFLICT if form is None else status),
        is_source_new=is_source_new,
        errors=errors or [],
        tag=tag,
        phrases=list_phrases_for(read(), current_scope(), view.response.service_id, tag),
        person_id=current_scope().person_id,
        is_conflict=status == CONFLICT,
    )


@blueprint.post("/responses/<int:response_id>/texts/<tag>/correct")
@access(Access.STAFF)
def correct_text(response_id: int, tag: str) -> Response:
    """Propose a better wording, with the reason that will be public."""
    form = CorrectionForm()
    if put_in(form):
        return _correction_page(response_id, tag, form)
    if not form.validate():
        return _correction_page(response_id, tag, form, errors_of(form), 422)
    try:
        write(
            operations.propose_correction, now=portal().clock.now(), scope=current_scope(),
            response_id=response_id, lang=tag, version=form.read_version,
            source_hash=form.read_source, wording=form.wording, reason=form.reason.data or "",
        )  # fmt: skip
    except Refusal as refusal:
        return _correction_page(response_id, tag, form, explain(form, refusal), 422)
    except Conflict:
        return _correction_page(response_id, tag, form, status=CONFLICT)
    flash(_("Residents read the old text until somebody else has reviewed the correction."))
    return _to_correction(response_id, tag)


@blueprint.post("/responses/<int:response_id>/texts/<tag>/correct/review")
@access(Access.STAFF)
def review_correction(response_id: int, tag: str) -> Response:
    """Let the correction stand, as a second person; the old text stays public."""
    try:
        write(
            operations.review_correction, now=portal().clock.now(), scope=current_scope(),
            response_id=response_id, lang=tag, seen=request.form.get("seen"),
        )  # fmt: skip
    except Refusal as refusal:
        errors = explain(CorrectionForm(formdata=None), refusal)
        return _correction_page(response_id, tag, None, errors, 422)
    flash(_("Corrected. The old text stays public, with the reason."))
    return _onward(response_id, tag)


@blueprint.post("/responses/<int:response_id>/texts/<tag>/correct/drop")
@access(Access.STAFF)
def drop_correction(response_id: int, tag: str) -> Response:
    """Give the correction up."""
    write(
        operations.drop_correction, now=portal().clock.now(), scope=current_scope(),
        response_id=response_id, lang=tag, seen=request.form.get("seen"),
    )  # fmt: skip
    return _to_text(response_id, tag)


def _onward(response_id: int, tag: str) -> Response:
    """To the next text of the queue where that was asked for, else back to this one."""
    if request.form.get("then") != "next":
        return _to_text(response_id, tag)
    address = url_for("respond.show_next_translation", language=tag, after=response_id)
    return redirect(address, 303)


def _to_text(response_id: int, tag: str) -> Response:
    return redirect(url_for("respond.show_translation", response_id=response_id, tag=tag), 303)


def _to_correction(response_id: int, tag: str) -> Response:
    return redirect(url_for("respond.show_correction", response_id=response_id, tag=tag), 303)
