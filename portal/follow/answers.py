"""The published answers to a case, as the holder of its receipt reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.loop import EventKind
from portal.models.loops import LoopEvent
from portal.models.responses import Response, ResponseCorrection
from portal.models.submissions import Submission
from portal.store.joining import is_readable
from portal.store.shown_answers import Correction, ShownAnswer, show_answer
from portal.store.shown_texts import find_shown_text

_ANSWERS = (EventKind.RESPONDED, EventKind.TOLD, EventKind.RETOLD)


@dataclass(frozen=True)
class Reader:
    """The language of the page, those to fall back to, and the city's day."""

    lang: str
    fallbacks: Sequence[str]
    today: date


def list_answers(
    session: Session, events: Sequence[LoopEvent], submission: Submission, reader: Reader
) -> list[ShownAnswer]:
    """The published answers to a case, the newest first; those without a reviewed text left out.

    Whoever has joined a theme reads its answers at once, before anybody counts as told.
    """
    ids = [event.response_id for event in events if event.kind in _ANSWERS and event.response_id]
    if submission.joined_theme_id is not None and not ids:
        ids = _ids_of_theme(session, submission.joined_theme_id)
    responses = {
        response.id: response
        for response in session.scalars(
            select(Response).where(Response.id.in_(ids), Response.status == "published")
        )
    }
    newest_first = [responses[id_] for id_ in dict.fromkeys(reversed(ids)) if id_ in responses]
    answers = (_answer(session, one, submission.lang, reader) for one in newest_first)
    return [answer for answer in answers if answer is not None]


def _ids_of_theme(session: Session, theme_id: int) -> list[int]:
    return list(
        session.scalars(
            select(Response.id)
            .where(Response.theme_id == theme_id, is_readable())
            .order_by(Response.published_on, Response.id)
        )
    )


def _answer(session: Session, response: Response, lang: str, reader: Reader) -> ShownAnswer | None:
    fallbacks = (lang, response.source_lang, *reader.fallbacks)
    shown = find_shown_text(session, response, reader.lang, fallbacks)
    if shown is None:
        return None
    return show_answer(
        response,
        shown,
        corrections=_list_corrections(session, response.id, shown.lang),
    )


def _list_corrections(session: Session, response_id: int, lang: str) -> list[Correction]:
    rows = session.scalars(
        select(ResponseCorrection)
        .where(ResponseCorrection.response_id == response_id, ResponseCorrection.lang == lang)
        .order_by(ResponseCorrection.id)
    )
    return [Correction(row.reason, row.lang, row.corrected_at) for row in rows]
