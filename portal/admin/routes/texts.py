"""The texts of services: the queue, and one text beside its source."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.admin.routes.blueprint import blueprint, langs
from portal.admin.service_forms import SeenForm, TextForm
from portal.admin.services import queries, text_operations, texts
from portal.data.languages import list_added
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import errors_of
from portal.web.pages import page
from portal.web.words import gettext as _

_SHOWN = 100
_CONFLICT = 409


def translated() -> list[str]:
    """The languages that texts are written in: those offered, then those in preparation."""
    settings = portal().settings
    added = (one.tag for one in list_added(settings.instance))
    return [*settings.languages, *(tag for tag in added if tag not in settings.languages)]


@blueprint.get("/texts/")
@access(Access.ADMINISTRATOR)
def show_text_queue() -> Response:
    """What is to be done, by language."""
    lang = request.args.get("language", "")
    queue = texts.get_queue(
        read(), langs=langs(), offered=translated(), person_id=current_scope().person_id, lang=lang
    )
    return page("admin/show_text_queue.html", queue=queue, chosen=lang, shown=_SHOWN)


@blueprint.get("/services/<slug>/texts/<tag>")
@access(Access.ADMINISTRATOR)
def show_text(slug: str, tag: str) -> Response:
    """One text beside its source."""
    return _page(slug, tag)


def _page(
    slug: str, tag: str, status: int = 200, form: TextForm | None = None, problem: str = ""
) -> Response:
    try:
        view = queries.get_service(read(), slug, langs=langs(), offered=translated())
        state = view.texts[tag]
    except LookupError:
        abort(404)
    newest = state.newest or texts.Wording("")
    seen = state.newest.hash if state.newest else ""
    if form is None:
        form = TextForm(
            formdata=None, name=newest.name, summary=newest.summary, about=newest.about, seen=seen
        )
    elif status == _CONFLICT:  # whoever sees both goes on from here
        form.seen.data = seen
    return page(
        "admin/show_text.html", status, view=view, state=state, tag=tag, form=form,
        source_tag=translated()[0], source=view.texts[translated()[0]], errors=errors_of(form),
        is_own=state.author_id == current_scope().person_id, problem=problem,
    )  # fmt: skip


@blueprint.post("/services/<slug>/texts/<tag>")
@access(Access.ADMINISTRATOR)
def save_text(slug: str, tag: str) -> Response:
    """Keep a draft."""
    form = TextForm()
    if tag not in translated():
        abort(404)
    if not form.validate():
        return _page(slug, tag, 422, form)
    try:
        write(
            text_operations.save_text, slug=slug, lang=tag, wording=form.wording,
            seen=form.seen.data or "", offered=translated(), person_id=current_scope().person_id,
            now=portal().clock.now(),
        )  # fmt: skip
    except text_operations.TextConflict:
        return _page(slug, tag, _CONFLICT, form, "conflict")
    except LookupError:
        abort(404)
    flash(_("The draft is kept. Residents read it when somebody else has reviewed it."), "done")
    return redirect(url_for("admin.show_text", slug=slug, tag=tag), 303)


@blueprint.post("/services/<slug>/texts/<tag>/review")
@access(Access.ADMINISTRATOR, is_fresh=True)
def review_text(slug: str, tag: str) -> Response:
    """Put somebody else's draft before residents."""
    form = SeenForm()
    if tag not in translated():
        abort(404)
    try:
        write(
            text_operations.review_text, slug=slug, lang=tag, seen=form.seen.data or "",
            offered=translated(), person_id=current_scope().person_id, now=portal().clock.now(),
        )  # fmt: skip
    except text_operations.TextConflict:
        return _page(slug, tag, _CONFLICT, problem="moved")
    except text_operations.NotYet as error:
        return _page(slug, tag, 422, problem=str(error))
    except LookupError:
        abort(404)
    flash(_("Reviewed. Residents read this text from now on."), "done")
    return redirect(url_for("admin.show_service", slug=slug), 303)


@blueprint.post("/services/<slug>/texts/<tag>/drop")
@access(Access.ADMINISTRATOR)
def drop_draft(slug: str, tag: str) -> Response:
    """Give a draft up."""
    form = SeenForm()
    try:
        write(
            text_operations.drop_draft, slug=slug, lang=tag, seen=form.seen.data or "",
            person_id=current_scope().person_id, now=portal().clock.now(),
        )  # fmt: skip
    except text_operations.TextConflict:
        return _page(slug, tag, _CONFLICT, problem="moved")
    except LookupError:
        abort(404)
    flash(_("The draft is gone. Residents read what they read before."), "done")
    return redirect(url_for("admin.show_text", slug=slug, tag=tag), 303)
