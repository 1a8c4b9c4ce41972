"""Whom a response covers, who still waits for it, and in which languages it can be told.

Shared by the desk, which says beforehand how many people will be told, and by telling itself, so
that both always mean the same people (METHOD.md section 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from portal.domain.loop import LoopState
from portal.models.loops import LoopEvent, LoopRow
from portal.models.responses import Response, ResponseText, ThemeCase
from portal.store.wordings import hash_of

DELIVERIES = ("told", "retold")


def list_texts(session: Session, response_id: int) -> dict[str, ResponseText]:
    """A response's texts by language."""
    rows = session.scalars(select(ResponseText).where(ResponseText.response_id == response_id))
    return {row.lang: row for row in rows}


def versions_of(texts: Mapping[str, ResponseText]) -> str:
    """Which version each text has, as pages send it along: "en:3 es:2"."""
    return " ".join(f"{lang}:{texts[lang].version}" for lang in sorted(texts))


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
    """The cases of the response's theme that are neither set aside nor withdrawn.

    Of whichever service: a theme holds those that it takes, and no others (store.checks.answers).
    """
    return (
        select(LoopRow)
        .join(ThemeCase, ThemeCase.submission_id == LoopRow.submission_id)
        .join(Response, Response.theme_id == ThemeCase.theme_id)
        .where(Response.id == response.id, is_covered())
    )


def is_covered() -> ColumnElement[bool]:
    """For a query that joins `LoopRow` and `Response` by theme: the response covers the case."""
    return and_(LoopRow.excluded.is_(None), LoopRow.withdrawn_on.is_(None))


def awaits() -> ColumnElement[bool]:
    """For the same: its resident was not told the response yet, or was, and asked to look again.

    The inbox counts the latter too.
    """
    return and_(
        is_covered(),
        ~has_event(Response.id, *DELIVERIES) | (LoopRow.state == LoopState.REOPENED.value),
    )


def has_event(response_id: int | InstrumentedAttribute[int], *kinds: str) -> ColumnElement[bool]:
    """For a query over `LoopRow`: the case has such an event of this response."""
    return exists().where(
        LoopEvent.submission_id == LoopRow.submission_id,
        LoopEvent.response_id == response_id,
        LoopEvent.kind.in_(kinds),
    )


def told_last() -> ScalarSelect[int | None]:
    """For a query over `LoopRow`: the response that the case was told last; NULL without any."""
    return (
        select(LoopEvent.response_id)
        .where(LoopEvent.submission_id == LoopRow.submission_id, LoopEvent.kind.in_(DELIVERIES))
        .order_by(LoopEvent.id.desc())
        .limit(1)
        .correlate(LoopRow)
        .scalar_subquery()
    )


def newest_told(events: Sequence[LoopEvent]) -> int | None:
    """The response that a case was told last, out of its events; None without any."""
    told = [event.response_id for event in events if event.kind in DELIVERIES]
    return told[-1] if told else None


def count_waiting(session: Session, response: Response) -> dict[str, int]:
    """How many people wait for this response, by the language they wrote in."""
    return count_waiting_of(session, [response.id]).get(response.id, {})


def count_waiting_of(session: Session, response_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many people wait for each of these responses, by the language they wrote in."""
    rows = session.execute(
        select(Response.id, LoopRow.lang, func.count(LoopRow.person_key.distinct()))
        .join(ThemeCase, ThemeCase.theme_id == Response.theme_id)
        .join(LoopRow, LoopRow.submission_id == ThemeCase.submission_id)
        .where(Response.id.in_(response_ids), awaits())
        .group_by(Response.id, LoopRow.lang)
    )
    waiting: dict[int, dict[str, int]] = {}
    for response_id, lang, count in rows:
        waiting.setdefault(response_id, {})[lang] = count
    return waiting
