"""Responses: the list of them, and one with its texts and the people who wait for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from portal.domain.loop import PROMISES
from portal.models.loops import LoopEvent, LoopRow
from portal.models.responses import (
    PendingCorrection,
    Response,
    ResponseCorrection,
    ResponseText,
    Theme,
    ThemeCase,
)
from portal.models.services import Service
from portal.respond.queries.filters import WAITING
from portal.respond.scoped import get_response
from portal.store.coverage import (
    count_waiting,
    count_waiting_of,
    is_stale,
    list_texts,
    told_languages,
)
from portal.store.names import Name, people_names, service_names, theme_names
from portal.store.paging import Page, on_page_and_one, peeked_page
from portal.store.scope import NotAllowed, Scope
from portal.store.texts import in_language

LISTED = 25


@dataclass(frozen=True)
class TextState:
    """One language of a response: how far its text is and how many people wait for it."""

    lang: str
    status: str  # reviewed, draft, stale, missing
    waiting: int


@dataclass(frozen=True)
class ResponseView:
    """Everything the editor shows."""

    response: Response
    theme: Name
    service: Name
    source: ResponseText | None
    texts: dict[str, ResponseText]
    languages: list[TextState]
    people: dict[int, str]
    pending: dict[str, PendingCorrection]
    corrections: Sequence[ResponseCorrection]
    follows: Response | None
    followed_by: Response | None
    tell_now: int
    tell_later: int
    told: int
    is_desk: bool


@dataclass(frozen=True)
class ResponseLine:
    """A response, or a theme that has none yet, in the list."""

    theme_id: int
    theme: Name
    service: Name
    people: int
    response_id: int | None = None
    outcome: str | None = None
    status: str | None = None
    needs: tuple[str, ...] = ()  # languages with a draft that somebody has to review
    version: int = 0
    publish_at: datetime | None = None
    is_ready: bool = False  # a second person has reviewed the source


@dataclass(frozen=True)
class Earlier:
    """The published answer that a new one is to follow."""

    id: int
    lang: str
    you_said: str
    we_did: str
    why_not: str
    is_promise: bool
    due_on: date | None


def get_response_view(
    session: Session, scope: Scope, response_id: int, *, langs: list[str], offered: Sequence[str]
) -> ResponseView:
    """The response. Raises NotAllowed when it is another department's."""
    response = get_response(session, scope, response_id)
    texts = list_texts(session, response_id)
    source = texts.get(response.source_lang)
    waiting = count_waiting(session, response)
    ready = told_languages(texts, response.source_lang)
    pending = _pending(session, response_id)
    corrections = session.scalars(
        select(ResponseCorrection)
        .where(ResponseCorrection.response_id == response_id)
        .order_by(ResponseCorrection.id)
    ).all()
    return ResponseView(
        response=response,
        theme=_theme_name(session, response, langs),
        service=service_names(session, [response.service_id], langs)[response.service_id],
        source=source,
        texts=texts,
        languages=[
            TextState(lang, _status(texts.get(lang), source), waiting.get(lang, 0))
            for lang in dict.fromkeys([response.source_lang, *offered, *sorted(waiting)])
        ],
        people=_people(session, texts, pending, corrections),
        pending=pending,
        corrections=corrections,
        follows=session.get(Response, response.follows_id) if response.follows_id else None,
        followed_by=session.scalar(
            select(Response).where(Response.follows_id == response_id).limit(1)
        ),
        tell_now=sum(count for lang, count in waiting.items() if lang in ready),
        tell_later=sum(count for lang, count in waiting.items() if lang not in ready),
        told=_count_told(session, response_id),
        is_desk=_department_of(session, response) in scope.desk,
    )


def _status(text: ResponseText | None, source: ResponseText | None) -> str:
    if text is None:
        return "missing"
    return "stale" if is_stale(text, source) else text.status


def _theme_name(session: Session, response: Response, langs: list[str]) -> Name:
    assert response.theme_id is not None  # noqa: S101 - the table says so of all but imported ones
    return theme_names(session, [response.theme_id], langs)[response.theme_id]


def _department_of(session: Session, response: Response) -> int:
    return session.get_one(Service, response.service_id).department_id


def _pending(session: Session, response_id: int) -> dict[str, PendingCorrection]:
    rows = session.scalars(
        select(PendingCorrection).where(PendingCorrection.response_id == response_id)
    )
    return {row.lang: row for row in rows}


def _people(
    session: Session,
    texts: dict[str, ResponseText],
    pending: dict[str, PendingCorrection],
    corrections: Sequence[ResponseCorrection],
) -> dict[int, str]:
    ids = {text.author_id for text in texts.values()}
    ids |= {text.reviewer_id for text in texts.values()}
    ids |= {row.author_id for row in pending.values()}
    ids |= {row.person_id for row in corrections}
    return people_names(session, ids)


def _count_told(session: Session, response_id: int) -> int:
    count = session.scalar(
        select(func.count(LoopRow.person_key.distinct()))
        .join(LoopEvent, LoopEvent.submission_id == LoopRow.submission_id)
        .where(LoopEvent.response_id == response_id, LoopEvent.kind.in_(("told", "retold")))
    )
    return count or 0


def find_earlier(
    session: Session, scope: Scope, theme_id: int, response_id: int, *, langs: list[str]
) -> Earlier | None:
    """The answer of this theme that a new one is to follow; None where there is none to follow."""
    try:
        response = get_response(session, scope, response_id, for_desk=True)
    except NotAllowed:
        return None
    if response.theme_id != theme_id or response.status != "published":
        return None
    texts = {
        lang: text
        for lang, text in list_texts(session, response_id).items()
        if text.status == "reviewed"
    }
    shown = in_language(texts, langs[0], (response.source_lang, *langs))
    if shown is None:
        return None
    return Earlier(
        id=response_id,
        lang=shown.lang,
        you_said=shown.text.you_said,
        we_did=shown.text.we_did,
        why_not=shown.text.why_not,
        is_promise=response.outcome in PROMISES,
        due_on=response.due_on,
    )


def list_unanswered_themes(
    session: Session, scope: Scope, *, number: int, langs: list[str]
) -> Page[ResponseLine]:
    """One page of the themes in which people wait and for which nobody has begun a response.

    Those in which most people wait stand first.
    """
    waiting = func.count(LoopRow.person_key.distinct())
    wanted = (
        select(Theme.id, Theme.service_id, waiting)
        .join(Service, Service.id == Theme.service_id)
        .join(ThemeCase, ThemeCase.theme_id == Theme.id)
        .join(LoopRow, LoopRow.submission_id == ThemeCase.submission_id)
        .where(
            Service.department_id.in_(scope.desk),
            LoopRow.state.in_([state.value for state in WAITING]),
            ~exists().where(Response.theme_id == Theme.id, Response.status == "draft"),
            ~exists().where(Response.theme_id == Theme.id, Response.status == "published")
            | (LoopRow.state == "reopened"),
        )
        .group_by(Theme.id, Theme.service_id)
        .order_by(waiting.desc(), Theme.id)
    )
    rows = session.execute(on_page_and_one(wanted, number, LISTED)).all()
    page = peeked_page(rows, number, LISTED)
    themes = theme_names(session, [row[0] for row in page.items], langs)
    services = service_names(session, [row[1] for row in page.items], langs)
    lines = [ResponseLine(row[0], themes[row[0]], services[row[1]], row[2]) for row in page.items]
    return page.showing(lines)


def list_responses(
    session: Session, scope: Scope, status: str, *, number: int, langs: list[str]
) -> Page[ResponseLine]:
    """One page of the responses of one's departments, newest first."""
    wanted = (
        select(Response)
        .join(Service, Service.id == Response.service_id)
        .where(
            Service.department_id.in_(scope.texts),
            Response.status == status,
            Response.import_id.is_(None),
        )
        .order_by(Response.id.desc())
    )
    rows = session.scalars(on_page_and_one(wanted, number, LISTED)).all()
    page = peeked_page(rows, number, LISTED)
    return page.showing(_lines(session, page.items, langs))


def _lines(session: Session, responses: Sequence[Response], langs: list[str]) -> list[ResponseLine]:
    themes = theme_names(session, [one.theme_id for one in responses if one.theme_id], langs)
    services = service_names(session, [one.service_id for one in responses], langs)
    ids = [one.id for one in responses]
    needs, waiting = _needs(session, ids), count_waiting_of(session, ids)
    return [
        ResponseLine(
            theme_id=one.theme_id,
            theme=themes[one.theme_id],
            service=services[one.service_id],
            people=sum(waiting.get(one.id, {}).values()),
            response_id=one.id,
            outcome=one.outcome,
            status=one.status,
            needs=tuple(sorted(needs.get(one.id, ()))),
            version=one.version,
            publish_at=one.publish_at,
            is_ready=one.source_lang not in needs.get(one.id, ()),
        )
        for one in responses
        if one.theme_id is not None
    ]


def _needs(session: Session, ids: list[int]) -> dict[int, set[str]]:
    """Languages whose text or correction somebody has to review, by response."""
    drafts = select(ResponseText.response_id, ResponseText.lang).where(
        ResponseText.response_id.in_(ids), ResponseText.status == "draft"
    )
    corrections = select(PendingCorrection.response_id, PendingCorrection.lang).where(
        PendingCorrection.response_id.in_(ids)
    )
    needs: dict[int, set[str]] = {}
    for response_id, lang in (*session.execute(drafts), *session.execute(corrections)):
        needs.setdefault(response_id, set()).add(lang)
    return needs
