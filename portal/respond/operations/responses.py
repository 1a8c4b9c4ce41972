"""Writing a response, and publishing it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.domain.loop import Outcome
from portal.domain.wording import Wording
from portal.models.responses import Response, ResponseText, Theme
from portal.models.running import AuditEvent
from portal.respond.operations.themes import is_answered
from portal.respond.rules import (
    Conflict,
    Problem,
    Promise,
    Refusal,
    problems_of,
    settled,
)
from portal.respond.scoped import get_response, get_theme, lock_themes
from portal.store import audit, outbox
from portal.store.content import raise_content_version
from portal.store.coverage import list_texts, versions_of
from portal.store.reassessments import ask_to_assess
from portal.store.scope import NotAllowed, Scope
from portal.store.webhooks import announce
from portal.store.wordings import put_wording, wording_of


def write_response(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    theme_id: int,
    lang: str,
    wording: Wording,
    promise: Promise,
    follows_id: int | None = None,
) -> int:
    """Begin a response to a theme with its source text in `lang`; returns its id.

    Sent twice, it is one: where the person has begun the very same one, it is that.
    `follows_id` is the published response of the same theme whose promise this one keeps or
    renews. Raises Refusal when something is missing, Conflict when nobody is in the theme any
    more, because it was merged into another.
    """
    theme = get_theme(session, scope, theme_id)
    _require_reaching(session, theme)
    _require_follows(session, scope, theme_id, follows_id)
    promise = _checked(wording, promise, today)
    same = _find_same(
        session, scope, theme_id, lang=lang, wording=wording, promise=promise, follows_id=follows_id
    )
    if same is not None:
        return same
    response = Response(
        service_id=theme.service_id,
        theme_id=theme_id,
        follows_id=follows_id,
        outcome=promise.outcome.value,
        due_on=promise.due_on,
        done_on=promise.done_on,
        source_lang=lang,
        status="draft",
        version=1,
        author_id=scope.person_id,
        created_at=now,
    )
    session.add(response)
    session.flush()
    _leave_dropped_number(session, response)
    session.add(
        ResponseText(
            response_id=response.id,
            lang=lang,
            **asdict(wording),
            status="draft",
            version=1,
            author_id=scope.person_id,
            updated_at=now,
        )
    )
    record_response(session, now, scope, "response_written", response.id, lang=lang)
    return response.id


def _find_same(
    session: Session,
    scope: Scope,
    theme_id: int,
    *,
    lang: str,
    wording: Wording,
    promise: Promise,
    follows_id: int | None,
) -> int | None:
    """The draft that the person began with all the same; the theme is locked."""
    drafts = session.execute(
        select(Response, ResponseText)
        .join(ResponseText, ResponseText.response_id == Response.id)
        .where(
            Response.theme_id == theme_id,
            Response.author_id == scope.person_id,
            Response.status == "draft",
            Response.source_lang == lang,
            ResponseText.lang == lang,
        )
        .order_by(Response.id.desc())
    )
    for draft, text in drafts:
        as_stored = (draft.follows_id, promise_of(draft), wording_of(text))
        if as_stored == (follows_id, promise, wording):
            found: int = draft.id
            return found
    return None


def _leave_dropped_number(session: Session, response: Response) -> None:
    """Take another number where this one was a deleted draft's, which may still be open somewhere.

    SQLite gives the last number out again; PostgreSQL never does.
    """
    dropped = select(AuditEvent.subject_id).where(AuditEvent.action == "response_dropped")
    if session.scalar(dropped.where(AuditEvent.subject_id == response.id).limit(1)) is None:
        return
    last = session.scalar(select(func.max(dropped.subquery().c.subject_id)))
    assert last is not None  # noqa: S101 - the event that was just found names one
    response.id = last + 1
    session.flush()


def _require_reaching(session: Session, theme: Theme) -> None:
    """Hold the theme, so that nobody merges it and leaves the response behind.

    Cases of an answered theme stay in it when it is merged: what comes of it still reaches them.
    """
    lock_themes(session, [theme.id])
    session.refresh(theme)
    if theme.merged_into_id is not None and not is_answered(session, theme.id):
        raise Conflict


def _require_follows(session: Session, scope: Scope, theme_id: int, follows_id: int | None) -> None:
    if follows_id is None:
        return
    earlier = get_response(session, scope, follows_id, for_desk=True)
    if earlier.theme_id != theme_id or earlier.status != "published":
        raise NotAllowed


def _checked(wording: Wording, promise: Promise, today: date) -> Promise:
    problems = problems_of(wording, promise, today)
    if problems:
        raise Refusal(*problems)
    return settled(promise)


def save_source(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    response_id: int,
    version: int,
    wording: Wording,
    promise: Promise,
) -> bool:
    """Change a draft's source text and outcome; it has to be reviewed again.

    `version` is that of the response as it was read. Returns False where nothing is different:
    then a review stands. Raises Conflict when it has moved on or is published, Refusal when
    something is missing.
    """
    response = get_response(session, scope, response_id, lock=True)
    if response.status != "draft" or response.version != version:
        raise Conflict
    promise = _checked(wording, promise, today)
    text = get_text(session, response_id, response.source_lang)
    if wording_of(text) == wording and promise_of(response) == promise:
        return False
    put_wording(text, wording)
    make_draft(text, scope.person_id, now)
    response.outcome = promise.outcome.value
    response.due_on, response.done_on = promise.due_on, promise.done_on
    response.publish_at = response.publisher_id = None  # it was another text that was to come out
    response.version += 1
    record_response(session, now, scope, "response_saved", response_id, lang=text.lang)
    return True


def drop_response(
    session: Session, *, now: datetime, scope: Scope, response_id: int, version: int, texts: str
) -> int:
    """Give a draft up with all its texts; returns the theme that it was for.

    `texts` are those that it had as it was read (versions_of). Nobody was told anything by it.
    Raises Conflict when it, or one of them, has moved on, or when it is published.
    """
    response = get_response(session, scope, response_id, for_desk=True, lock=True)
    if response.status != "draft" or response.version != version:
        raise Conflict
    if versions_of(list_texts(session, response_id)) != texts:
        raise Conflict
    assert response.theme_id is not None  # noqa: S101 - the table says so of all but imported ones
    theme_id = response.theme_id
    session.execute(delete(ResponseText).where(ResponseText.response_id == response_id))
    session.delete(response)
    record_response(session, now, scope, "response_dropped", response_id, theme=theme_id)
    return theme_id


def publish_response(
    session: Session, *, now: datetime, today: date, scope: Scope, response_id: int, version: int
) -> None:
    """Publish: everybody it covers is told as soon as their language is reviewed.

    Raises Refusal when the source was not reviewed by a second person or its promise is no longer
    one, Conflict when the response has moved on. Publishing twice is publishing once.
    """
    response = get_response(session, scope, response_id, for_desk=True, lock=True)
    if response.status == "published":
        return
    if response.version != version:
        raise Conflict
    make_public(session, response, now=now, today=today, person_id=scope.person_id)
    record_response(session, now, scope, "response_published", response_id)


def make_public(
    session: Session, response: Response, *, now: datetime, today: date, person_id: int
) -> None:
    """Publish a locked draft. Raises Refusal as `require_publishable` does."""
    source = require_publishable(session, response, today)
    assert response.theme_id is not None  # noqa: S101 - the table says so of all but imported ones
    lock_themes(session, [response.theme_id])
    response.publish_at = response.publisher_id = None
    response.status = "published"
    response.published_at, response.published_on = now, today
    response.version += 1
    ask_to_tell_in(session, response, source, now=now, person_id=person_id)
    ask_to_assess(session, [response.service_id])
    announce(session, "response.published", response.id, now=now)
    raise_content_version(session)


def require_publishable(session: Session, response: Response, on: date) -> ResponseText:
    """The source of what may be published on this day.

    Raises Refusal when no second person reviewed it, or its promise is none any more by then.
    """
    source = get_text(session, response.id, response.source_lang)
    if source.status != "reviewed":
        raise Refusal(("", Problem.NOT_REVIEWED))
    _checked(wording_of(source), promise_of(response), on)
    return source


def ask_to_tell_in(
    session: Session, response: Response, text: ResponseText, *, now: datetime, person_id: int
) -> None:
    """Ask the worker to tell whoever waits, now that this text may be read."""
    outbox.post(
        session, "tell_response", f"tell:{response.id}:{text.lang}:{text.version}", now=now,
        response_id=response.id, person_id=person_id,
    )  # fmt: skip


def get_text(session: Session, response_id: int, lang: str) -> ResponseText:
    """The text in this language. Raises NotAllowed, shown as not found, when there is none."""
    text = session.scalar(
        select(ResponseText).where(
            ResponseText.response_id == response_id, ResponseText.lang == lang
        )
    )
    if text is None:
        raise NotAllowed
    return text


def promise_of(response: Response) -> Promise:
    """A stored response's outcome."""
    return Promise(Outcome(response.outcome), response.due_on, response.done_on)


def make_draft(text: ResponseText, person_id: int, now: datetime) -> None:
    """Whoever changed a text is its author, and nobody has reviewed it."""
    text.status = "draft"
    text.author_id, text.reviewer_id, text.reviewed_at = person_id, None, None
    text.version += 1
    text.updated_at = now


def record_response(
    session: Session, now: datetime, scope: Scope, action: str, response_id: int, **detail: object
) -> None:
    """Write an action on a response into the audit trail."""
    audit.record(
        session, at=now, person_id=scope.person_id, action=action, subject="response",
        subject_id=response_id, **detail,
    )  # fmt: skip
