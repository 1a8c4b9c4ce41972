"""The list of answers, and one answer: its source text, its outcome, publishing it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.domain.cautions import Caution
from portal.domain.loop import MIN_REASON, Outcome
from portal.models.services import TEXT_STATUSES
from portal.respond.forms import PublishForm, ResponseForm, VersionedForm, WordingForm, explain
from portal.respond.mail_preview import preview_mail
from portal.respond.operations import responses as operations
from portal.respond.queries import responses as queries
from portal.respond.queries import themes
from portal.respond.queries.cautions import list_cautions
from portal.respond.queries.disputes import (
    Disputes,
    list_called,
    list_disputed_answers,
    list_disputes,
    list_partly,
)
from portal.respond.queries.phrases import list_phrases_for
from portal.respond.queries.preview import get_preview
from portal.respond.queries.reach import PromiseReach, get_promise_reach
from portal.respond.routes.blueprint import blueprint, langs, show_deleted
from portal.respond.routes.phrases import put_in
from portal.respond.rules import Conflict, Refusal
from portal.respond.scoped import DraftDeleted
from portal.respond.words import outcome_options
from portal.store.coverage import versions_of
from portal.store.retention import get_periods
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.forms import ErrorList, errors_of
from portal.web.i18n import current_language
from portal.web.pages import page
from portal.web.paging import asked_page
from portal.web.words import gettext as _

CONFLICT = 409
OVERDUE = timedelta(minutes=10)  # a worker at work publishes within seconds
Version = TypeVar("Version", bound=VersionedForm)


@blueprint.get("/responses/")
@access(Access.STAFF)
def show_responses() -> Response:
    """Themes that wait for an answer, answers in work, and what was published."""
    return responses_page(PublishForm(formdata=None), [])


def responses_page(form: PublishForm, errors: ErrorList, status: int = 200) -> Response:
    """The list, with what was ticked where there is something."""
    scope, at = current_scope(), _pages()
    return page(
        "respond/show_responses.html",
        status,
        form=form,
        errors=errors,
        ticked=form.versions,
        is_desk=bool(scope.desk),
        zone=portal().settings.time_zone,
        disputed=list_disputed_answers(read(), scope, number=at["disputed"], langs=langs()),
        unanswered=queries.list_unanswered_themes(
            read(), scope, number=at["waiting"], langs=langs()
        ),
        drafts=queries.list_responses(read(), scope, "draft", number=at["drafts"], langs=langs()),
        published=queries.list_responses(
            read(), scope, "published", number=at["page"], langs=langs()
        ),
        chosen=pages_address(),
    )


def _pages() -> dict[str, int]:
    """How far each of the lists is turned; they turn by themselves."""
    names = ("disputed", "waiting", "drafts", "page")
    return {name: asked_page(name) for name in names}


def pages_address() -> dict[str, Any]:
    """What the address of the list says of its pages; a first page needs no words."""
    return {name: number for name, number in _pages().items() if number > 1}


@blueprint.get("/themes/<int:theme_id>/answer")
@access(Access.STAFF)
def show_new_response(theme_id: int) -> Response:
    """An empty answer to a theme; `follows` names the promise that it keeps or renews."""
    form = ResponseForm(formdata=None, follows=request.args.get("follows", ""))
    earlier = _earlier(form, theme_id)
    if earlier is not None:
        form.you_said.data = earlier.you_said if earlier.lang == current_language() else ""
        if earlier.is_promise:
            form.outcome.data, form.done_on.data = Outcome.DONE.value, portal().clock.today()
    return _new_page(theme_id, form, [])


def _earlier(form: ResponseForm, theme_id: int) -> queries.Earlier | None:
    follows = whole_number(form.follows.data)
    if follows is None:
        return None
    return queries.find_earlier(read(), current_scope(), theme_id, follows, langs=langs())


def _new_page(theme_id: int, form: ResponseForm, errors: ErrorList, status: int = 200) -> Response:
    view = themes.get_theme_view(
        read(), current_scope(), theme_id, number=1, today=portal().clock.today(), langs=langs(),
        to_change=True,
    )  # fmt: skip
    return page(
        "respond/show_new_response.html",
        status,
        view=view,
        form=form,
        errors=errors,
        outcomes=outcome_options(),
        phrases=list_phrases_for(
            read(), current_scope(), view.theme.service_id, current_language()
        ),
        earlier=_earlier(form, theme_id),
        least_reason=MIN_REASON,
        contact_days=get_periods(read()).contact_days,
    )


@blueprint.post("/themes/<int:theme_id>/answer")
@access(Access.STAFF)
def write_response(theme_id: int) -> Response:
    """Begin an answer with its source text; where the theme was merged, it is kept on the page."""
    form, clock = ResponseForm(), portal().clock
    if put_in(form):
        return _new_page(theme_id, form, [])
    if not form.validate():
        return _new_page(theme_id, form, errors_of(form), 422)
    try:
        response_id = write(
            operations.write_response, now=clock.now(), today=clock.today(),
            scope=current_scope(), theme_id=theme_id, lang=current_language(),
            wording=form.wording, promise=form.promise,
            follows_id=whole_number(form.follows.data),
        )  # fmt: skip
    except Refusal as refusal:
        return _new_page(theme_id, form, explain(form, refusal), 422)
    except Conflict:
        return _new_page(theme_id, form, [], CONFLICT)  # which says where the cases are now
    return to_response(response_id)


@blueprint.get("/responses/<int:response_id>/")
@access(Access.STAFF)
def show_response(response_id: int) -> Response:
    """The source text with its outcome, who waits in which language, and publishing."""
    return response_page(response_id)


def response_page(
    response_id: int,
    form: ResponseForm | None = None,
    errors: ErrorList | None = None,
    status: int = 200,
    *,
    typed_at: str | None = None,
) -> Response:
    """The editor of the source, with what was typed where there is something."""
    view = queries.get_response_view(
        read(), current_scope(), response_id, langs=langs(), offered=portal().settings.languages
    )
    if form is not None and view.response.status != "draft":
        status, errors = CONFLICT, None  # whatever is wrong or was put in: there are no fields
    return page(
        "respond/show_response.html",
        status,
        view=view,
        versions=versions_of(view.texts),
        form=_stored(view) if form is None else on_version(form, view.response.version, status),
        errors=errors or [],
        outcomes=outcome_options(),
        tag=view.response.source_lang,
        person_id=current_scope().person_id,
        is_conflict=status == CONFLICT,
        zone=portal().settings.time_zone,
        typed_at=typed_at,
        cautions=_cautions(view),
        disputes=_disputes(view),
        partly=list_partly(read(), current_scope(), response_id),
        called=list_called(read(), current_scope(), response_id),
        phrases=list_phrases_for(
            read(), current_scope(), view.response.service_id, view.response.source_lang
        ),
        is_blocked=_is_blocked(view.response.publish_at),
        least_reason=MIN_REASON,
        contact_days=get_periods(read()).contact_days,
        reach=_reach(view),
    )


def _reach(view: queries.ResponseView) -> PromiseReach | None:
    response, clock = view.response, portal().clock
    comes_on = clock.day(response.publish_at) if response.publish_at else clock.today()
    return get_promise_reach(read(), response, published_on=max(comes_on, clock.today()))


def _cautions(view: queries.ResponseView) -> list[Caution]:
    if view.source is None or view.response.status != "draft":
        return []
    return list_cautions(read(), view.response, view.source)


def _disputes(view: queries.ResponseView) -> Disputes | None:
    if not view.is_desk or view.response.status != "published":
        return None
    today = portal().clock.today()
    found = list_disputes(read(), current_scope(), view.response, today=today)
    return found if found.count else None


def _is_blocked(publish_at: datetime | None) -> bool:
    """Whether the answer should have come out by itself, and did not."""
    return publish_at is not None and publish_at < portal().clock.now() - OVERDUE


def _stored(view: queries.ResponseView) -> ResponseForm:
    response = view.response
    form = ResponseForm(formdata=None, obj=view.source)
    form.version.data = str(response.version)
    form.outcome.data = response.outcome
    form.due_on.data, form.done_on.data = response.due_on, response.done_on
    return form


def on_version(form: Version, version: int, status: int) -> Version:
    """What was typed; only whoever was shown both texts goes on from the stored version."""
    if status == CONFLICT:
        form.version.data = str(version)
    return form


@blueprint.get("/responses/<int:response_id>/preview")
@access(Access.STAFF)
def show_preview(response_id: int) -> Response:
    """The answer as residents of this page's language will see it; `desk` is the reader's own."""
    desk = request.args.get("desk", "")
    back = desk if desk in portal().settings.languages else current_language()
    preview = get_preview(
        read(), current_scope(), response_id, today=portal().clock.today(), langs=langs()
    )
    return page(
        "respond/show_preview.html",
        preview=preview,
        mail=preview_mail(preview) if preview.status in TEXT_STATUSES else None,
        back=url_for("respond.show_response", response_id=response_id, lang=back),
    )


@blueprint.post("/responses/<int:response_id>/")
@access(Access.STAFF)
def save_response(response_id: int) -> Response:
    """Save the source; where somebody else was faster, both texts are shown."""
    form = ResponseForm()
    try:
        return _save(response_id, form)
    except DraftDeleted:
        return deleted_page(form)


def _save(response_id: int, form: ResponseForm) -> Response:
    clock = portal().clock
    if put_in(form):
        return response_page(response_id, form)
    if not form.validate():
        return response_page(response_id, form, errors_of(form), 422)
    try:
        is_changed = write(
            operations.save_source, now=clock.now(), today=clock.today(), scope=current_scope(),
            response_id=response_id, version=form.read_version, wording=form.wording,
            promise=form.promise,
        )  # fmt: skip
    except Refusal as refusal:
        return response_page(response_id, form, explain(form, refusal), 422)
    except Conflict:
        return response_page(response_id, form, status=CONFLICT)
    say_saved(is_changed)
    return to_response(response_id)


def deleted_page(form: WordingForm) -> Response:
    """What was typed into a draft that is gone, to be copied."""
    return show_deleted(
        _("This draft was deleted in the meantime."),
        (_("Answers"), url_for("respond.show_responses")),
        [
            (_("You said"), form.you_said),
            (_("We did"), form.we_did),
            (_("What we cannot do, and why"), form.why_not),
            (_("Links"), form.links),
            (_("Pictures by address"), form.pictures),
            (_("Partners"), form.partners),
        ],
    )  # fmt: skip


def say_saved(is_changed: bool) -> None:
    """Say what comes next; where nothing is different, all stands as it was."""
    flash(
        _("Saved. Somebody else has to review it before anybody is told.")
        if is_changed
        else _("You changed nothing, so the text stands as it was.")
    )


@blueprint.post("/responses/<int:response_id>/drop")
@access(Access.STAFF)
def drop_response(response_id: int) -> Response:
    """Give a draft up that nobody needs."""
    try:
        theme_id = write(
            operations.drop_response, now=portal().clock.now(), scope=current_scope(),
            response_id=response_id, version=VersionedForm().read_version,
            texts=request.form.get("texts", ""),
        )  # fmt: skip
    except Conflict:
        flash(_("Somebody changed this answer in the meantime. It is shown as it is now."), "alarm")
        return to_response(response_id)
    flash(_("The draft is deleted."))
    return redirect(url_for("respond.show_theme", theme_id=theme_id), 303)


def to_response(response_id: int) -> Response:
    """Back to the answer."""
    return redirect(url_for("respond.show_response", response_id=response_id), 303)
