"""A response's texts: translating, reviewing, and correcting what was published."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.loop import Outcome
from portal.domain.wording import Wording
from portal.models.responses import (
    PendingCorrection,
    Response,
    ResponseCorrection,
    ResponseText,
)
from portal.respond.operations.responses import (
    ask_to_tell_in,
    get_text,
    make_draft,
    record_response,
)
from portal.respond.rules import Conflict, Problem, Refusal, is_complete, problems_of_words
from portal.respond.scoped import get_response
from portal.store.content import raise_content_version
from portal.store.coverage import is_stale
from portal.store.scope import NotAllowed, Scope
from portal.store.wordings import put_wording, wording_of


def save_translation(
    session: Session,
    *,
    now: datetime,
    scope: Scope,
    response_id: int,
    lang: str,
    version: int,
    source_hash: str | None,
    wording: Wording,
) -> bool:
    """Write or change the text in one language; somebody else has to review it.

    `version` is that of the text as it was read, 0 where there was none; `source_hash` is that of
    the source as it was read, which may have changed since. Returns False where nothing is
    different: then a review stands. Raises Conflict when the text has moved on, or when it stands
    published: then it is corrected, not rewritten.
    """
    response = get_response(session, scope, response_id, lock=True)
    if lang == response.source_lang:
        raise NotAllowed
    text = _find_text(session, response_id, lang)
    if (text.version if text else 0) != version:
        raise Conflict
    if text is not None and response.status == "published" and text.status == "reviewed":
        raise Conflict
    if not wording.you_said:
        raise Refusal(("you_said", Problem.YOU_SAID_MISSING))
    if text is None:
        text = ResponseText(response_id=response_id, lang=lang, version=0)
        session.add(text)
    elif wording_of(text) == wording and text.source_hash == source_hash:
        return False
    put_wording(text, wording)
    text.source_hash = source_hash
    make_draft(text, scope.person_id, now)
    session.flush()
    record_response(session, now, scope, "text_saved", response_id, lang=lang)
    return True


def review_text(
    session: Session, *, now: datetime, scope: Scope, response_id: int, lang: str, version: int
) -> None:
    """Say that a text is right, as somebody else than its author.

    Raises Refusal for one's own text, an incomplete one, or one whose source has changed since;
    Conflict when it has moved on. On a published response, those who wait are told now.
    """
    response = get_response(session, scope, response_id, lock=True)
    source = get_text(session, response_id, response.source_lang)
    text = get_text(session, response_id, lang)
    if text.version != version:
        raise Conflict
    if text.status == "reviewed":
        return
    _require_reviewable(text, source, scope)
    text.status = "reviewed"
    text.reviewer_id, text.reviewed_at = scope.person_id, now
    text.version += 1
    if text is source:
        response.version += 1
    if response.status == "published":
        ask_to_tell_in(session, response, text, now=now, person_id=scope.person_id)
        raise_content_version(session)
    record_response(session, now, scope, "text_reviewed", response_id, lang=lang)


def _require_reviewable(text: ResponseText, source: ResponseText, scope: Scope) -> None:
    if text.author_id == scope.person_id:
        raise Refusal(("", Problem.OWN_TEXT))
    if is_stale(text, source):
        raise Refusal(("", Problem.STALE))
    if not is_complete(wording_of(text), wording_of(source)):
        raise Refusal(("", Problem.UNFINISHED))


def propose_correction(
    session: Session,
    *,
    now: datetime,
    scope: Scope,
    response_id: int,
    lang: str,
    version: int,
    source_hash: str | None,
    wording: Wording,
    reason: str,
) -> None:
    """Propose a better wording of a published text; residents read the old one until reviewed.

    `source_hash` is that of the source as it was read, None where this is the source.
    Raises Conflict when the text has moved on, is not published, or a correction waits already;
    Refusal when it does not say what an answer has to.
    """
    response = get_response(session, scope, response_id, lock=True)
    text = get_text(session, response_id, lang)
    is_published = response.status == "published" and text.status == "reviewed"
    if text.version != version or not is_published:
        raise Conflict
    if session.get(PendingCorrection, (response_id, lang)) is not None:
        raise Conflict
    problems = _problems_of_correction(session, response, text, wording)
    if problems:
        raise Refusal(*problems)
    session.add(
        PendingCorrection(
            response_id=response_id,
            lang=lang,
            **asdict(wording),
            reason=reason,
            text_version=version,
            source_hash=source_hash,
            author_id=scope.person_id,
            proposed_at=now,
        )
    )
    record_response(session, now, scope, "correction_proposed", response_id, lang=lang)


def _problems_of_correction(
    session: Session, response: Response, text: ResponseText, wording: Wording
) -> list[tuple[str, Problem]]:
    """What the corrected text would lack: days are past matters, words are asked for as before."""
    source, problems = get_text(session, response.id, response.source_lang), []
    if text is source:
        problems = problems_of_words(wording, Outcome(response.outcome))
    needed = _kept_parts(text) if text is source else wording_of(source)
    if not problems and not is_complete(wording, needed):
        problems = [("you_said", Problem.UNFINISHED)]
    return problems


def _kept_parts(source: ResponseText) -> Wording:
    """What the source must go on saying: a correction may take out what it refers to."""
    return Wording("x", source.we_did, source.why_not)


def review_correction(
    session: Session,
    *,
    now: datetime,
    scope: Scope,
    response_id: int,
    lang: str,
    seen: str | None = None,
) -> None:
    """Let a correction stand, as somebody else than who wrote it; the old text stays public.

    `seen` is when the correction that was read was proposed. Raises Refusal for one's own
    correction and for one that does not say what an answer has to, Conflict when there is none
    (any more) or another one.
    """
    response = get_response(session, scope, response_id, lock=True)
    text = get_text(session, response_id, lang)
    pending = _get_pending(session, response_id, lang, seen)
    if pending.text_version != text.version:
        raise Conflict
    if pending.author_id == scope.person_id:
        raise Refusal(("", Problem.OWN_TEXT))
    problems = _problems_of_correction(session, response, text, wording_of(pending))
    if problems:
        raise Refusal(*(("", problem) for _field, problem in problems))
    _apply(session, response, text, pending, now)
    text.reviewer_id = scope.person_id
    session.delete(pending)
    session.flush()
    ask_to_tell_in(session, response, text, now=now, person_id=scope.person_id)
    raise_content_version(session)
    record_response(session, now, scope, "text_corrected", response_id, lang=lang)


def _apply(
    session: Session,
    response: Response,
    text: ResponseText,
    pending: PendingCorrection,
    now: datetime,
) -> None:
    better, said = wording_of(pending), wording_of(text)
    if better != said:
        session.add(
            ResponseCorrection(
                response_id=response.id,
                lang=text.lang,
                **asdict(said),
                reason=pending.reason,
                person_id=pending.author_id,
                corrected_at=now,
            )
        )
    put_wording(text, better)
    text.author_id = pending.author_id
    text.reviewed_at = text.updated_at = now
    text.version += 1
    text.source_hash = pending.source_hash
    if text.lang == response.source_lang:
        response.version += 1


def drop_correction(
    session: Session,
    *,
    now: datetime,
    scope: Scope,
    response_id: int,
    lang: str,
    seen: str | None = None,
) -> None:
    """Give a proposed correction up; the published text stays as it is.

    `seen` is when the correction that was read was proposed. Raises Conflict when there is none
    (any more) or another one.
    """
    get_response(session, scope, response_id, lock=True)
    session.delete(_get_pending(session, response_id, lang, seen))
    record_response(session, now, scope, "correction_dropped", response_id, lang=lang)


def _get_pending(
    session: Session, response_id: int, lang: str, seen: str | None
) -> PendingCorrection:
    pending = session.get(PendingCorrection, (response_id, lang))
    if pending is None or seen not in (None, pending.proposed_at.isoformat()):
        raise Conflict
    return pending


def _find_text(session: Session, response_id: int, lang: str) -> ResponseText | None:
    return session.scalar(
        select(ResponseText).where(
            ResponseText.response_id == response_id, ResponseText.lang == lang
        )
    )
