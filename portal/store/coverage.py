"""Whom a response covers, who still waits for it, and in which languages it can be told.

Shared by the desk, which says beforehand how many people will be told, and by telling itself, so
that both always mean the same people (METHOD.md section 2).
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from portal.models.loops import LoopEvent, LoopRow
from portal.models.responses import Response, ResponseText, ThemeCase
from portal.store.texts import source_hash

DELIVERIES = ("told", "retold")


def hash_of(text: ResponseText) -> str:
    """The hash that translations of this text keep."""
    return source_hash(text.you_said, text.we_did, text.why_not)


def list_texts(session: Session, response_id: int) -> dict[str, ResponseText]:
    """A response's texts by language."""
    rows = session.scalars(select(ResponseText).where(ResponseText.response_id == response_id))
    return {row.lang: row for row in rows}


def is_stale(text: ResponseText, source: ResponseText | None) -> bool:
    """Whether the source has changed since this translation was made."""
    if source is None or text.lang == source.lang:
        return False
    return text.source_hash != hash_of(source)


def told_languages(texts: dict[str, ResponseText], source_lang: str) -> frozenset[str]:
    """Languages with a text that a second person reviewed and that says what the source says."""
    source = texts.get(source_lang)
    return frozenset(
        lang
        for lang, text in texts.items()
        if text.status == "reviewed" and not is_stale(text, source)
    )


def is_superseded(session: Session, response_id: int) -> bool:
    """Whether a later published response follows this one: then it tells nobody any more."""
    later = aliased(Response)
    found = session.scalar(
        select(later.id).where(later.follows_id == response_id, later.status == "published")
    )
    return found is not None


def covered_cases(response: Response) -> Select[LoopRow]:
    """The cases of the response's theme and service that are neither set aside nor withdrawn."""
    return (
        select(LoopRow)
        .join(ThemeCase, ThemeCase.submission_id == LoopRow.submission_id)
        .where(
            ThemeCase.theme_id == response.theme_id,
            LoopRow.service_id == response.service_id,
            LoopRow.excluded.is_(None),
            LoopRow.withdrawn_on.is_(None),
        )
    )


def has_event(response_id: int, *kinds: str) -> ColumnElement[bool]:
    """For a query over `LoopRow`: the case has such an event of this response."""
    return exists().where(
        LoopEvent.submission_id == LoopRow.submission_id,
        LoopEvent.response_id == response_id,
        LoopEvent.kind.in_(kinds),
    )


def count_waiting(session: Session, response: Response) -> dict[str, int]:
    """How many people wait for this response, by the language they wrote in."""
    waiting = covered_cases(response).where(~has_event(response.id, *DELIVERIES))
    rows = session.execute(
        waiting.with_only_columns(LoopRow.lang, func.count(LoopRow.person_key.distinct())).group_by(
            LoopRow.lang
        )
    )
    return {row[0]: row[1] for row in rows}
