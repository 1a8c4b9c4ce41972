"""The phrases of one's departments, and putting one into a text that is being written."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.respond.deleted import Deleted
from portal.respond.forms import PhraseForm, WordingForm, explain
from portal.respond.operations import phrases as operations
from portal.respond.queries import phrases as queries
from portal.respond.queries.names import list_departments
from portal.respond.routes.blueprint import blueprint, langs, show_deleted
from portal.respond.rules import Conflict, Refusal
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.forms import ErrorList, errors_of
from portal.web.i18n import current_language
from portal.web.pages import page
from portal.web.shown import say_changed
from portal.web.words import gettext as _


@blueprint.get("/phrases/")
@access(Access.STAFF)
def show_phrases() -> Response:
    """The phrases in one language, to be added to, changed and deleted."""
    return _phrases_page(None, None)


def _phrases_page(
    phrase_id: int | None,
    form: PhraseForm | None,
    errors: ErrorList | None = None,
    status: int = 422,
) -> Response:
    """`phrase_id` is the phrase whose form was refused, None for a new one."""
    tag = request.values.get("language", "")
    tag = tag if tag in portal().settings.languages else current_language()
    phrases = queries.list_phrases(read(), current_scope(), tag)
    forms = {one.id: _stored(one.id, PhraseForm(formdata=None, obj=one)) for one in phrases}
    departments = list_departments(read(), current_scope().texts, langs())
    if form is not None and phrase_id in forms:
        forms[phrase_id] = form
    return page(
        "respond/show_phrases.html",
        status if form else 200,
        tag=tag,
        phrases=phrases,
        forms=forms,
        new=form if form is not None and phrase_id is None else PhraseForm(formdata=None),
        departments=departments,
        department_options=[("", ""), *((one, name.text) for one, name in departments)],
        errors=errors or [],
    )


def _stored(phrase_id: int, form: PhraseForm) -> PhraseForm:
    """The form of one of several on the page, with ids of its own."""
    for field in form:
        field.id = f"{field.name}-{phrase_id}"
    return form


@blueprint.post("/phrases/")
@access(Access.STAFF)
def add_phrase() -> Response:
    """Keep a phrase."""
    form, tag = PhraseForm(), request.form.get("language", "")
    department_id = whole_number(form.department.data)
    if form.validate() and (department_id is None or tag not in portal().settings.languages):
        form.department.errors = [_("Choose the department that says it.")]
    if errors_of(form) or department_id is None:
        return _phrases_page(None, form, errors_of(form))
    try:
        write(
            operations.add_phrase, now=portal().clock.now(), scope=current_scope(),
            department_id=department_id, lang=tag, said=form.said,
        )  # fmt: skip
    except Refusal as refusal:
        return _phrases_page(None, form, explain(form, refusal))
    flash(_("The phrase is saved."))
    return _to_phrases(tag)


@blueprint.post("/phrases/<int:phrase_id>/")
@access(Access.STAFF)
def change_phrase(phrase_id: int) -> Response:
    """Change a phrase; answers that hold it stay as they are."""
    form = _stored(phrase_id, PhraseForm())
    try:
        return _change(phrase_id, form)
    except Deleted:
        return show_deleted(
            _("This phrase was deleted in the meantime."),
            (_("Phrases"), url_for("respond.show_phrases", language=request.form.get("language"))),
            [(_("Title"), form.title), (_("What it says"), form.text)],
        )


def _change(phrase_id: int, form: PhraseForm) -> Response:
    if not form.validate():
        queries.get_phrase(read(), current_scope(), phrase_id)
        return _phrases_page(phrase_id, form, errors_of(form))
    try:
        write(
            operations.change_phrase, now=portal().clock.now(), scope=current_scope(),
            phrase_id=phrase_id, version=form.read_version, said=form.said,
        )  # fmt: skip
    except Refusal as refusal:
        return _phrases_page(phrase_id, form, explain(form, refusal))
    except Conflict:
        stored = queries.get_phrase(read(), current_scope(), phrase_id)
        form.version.data = str(stored.version)  # the page shows both texts
        form.text.errors = [
            _("Somebody else changed this phrase meanwhile. It stands above as it is now. Save"
              " again to put yours in its place.")
        ]  # fmt: skip
        return _phrases_page(phrase_id, form, errors_of(form), 409)
    flash(_("The phrase is saved."))
    return _to_phrases(request.form.get("language"))


@blueprint.post("/phrases/<int:phrase_id>/delete")
@access(Access.STAFF)
def delete_phrase(phrase_id: int) -> Response:
    """Forget a phrase."""
    form = PhraseForm()
    try:
        write(
            operations.delete_phrase, now=portal().clock.now(), scope=current_scope(),
            phrase_id=phrase_id, version=form.read_version,
        )  # fmt: skip
        flash(_("The phrase is deleted."))
    except Deleted:
        flash(_("This phrase was deleted in the meantime."))
    except Conflict:
        say_changed()
    return _to_phrases(request.form.get("language"))


def _to_phrases(tag: str | None) -> Response:
    return redirect(url_for("respond.show_phrases", language=tag), 303)


def put_in(form: WordingForm) -> bool:
    """Put a phrase into what was typed, where its button was pressed. Nothing is stored by that."""
    phrase_id = whole_number(request.form.get("insert"))
    if phrase_id is None:
        return False
    try:
        phrase = queries.get_phrase(read(), current_scope(), phrase_id)
    except Deleted:
        flash(_("This phrase was deleted in the meantime."), "alarm")
    else:
        form.put_in(phrase.kind, phrase.text)
    return True
