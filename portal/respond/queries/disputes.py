"""Answers that residents disputed, with what they wrote, until they are told anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.domain.loop import LoopState, Verdict
from portal.models.loops import LoopEvent, LoopRow
from portal.models.remarks import Remark
from portal.models.responses import Response, ResponseText
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.respond.queries import responses
from portal.respond.queries.inbox import days_left
from portal.store.coverage import DELIVERIES, list_texts, told_last
from portal.store.names import Name, service_names, theme_names
from portal.store.paging import Page, on_page_and_one, peeked_page
from portal.store.remarks import find_newest
from portal.store.scope import Scope

SHOWN = 20


@dataclass(frozen=True)
class DisputedCase:
    """A case that its resident opened again after an answer."""

    id: int
    words: str | None
    words_lang: str
    lang: str
    state: str
    verdict: str | None
    disputed_on: date | None
    days_left: int | None
    missing: Remark | None


@dataclass(frozen=True)
class ToldAnswer:
    """The answer that a resident was told last, as they were told it, and what they said to it."""

    response_id: int
    theme_id: int
    text: ResponseText
    verdict: str | None
    disputed_on: date | None
    home: Name | None  # the service that answers the theme, where another department does


@dataclass(frozen=True)
class Disputes:
    """Cases of one's own departments that are open again, the first of `own`; and how many there
    are of others.
    """

    cases: list[DisputedCase]
    own: int
    elsewhere: int

    @property
    def count(self) -> int:
        """All of them."""
        return self.own + self.elsewhere


@dataclass(frozen=True)
class Said:
    """The newest words to an answer, and how many there are."""

    newest: Sequence[Remark]
    count: int


@dataclass(frozen=True)
class DisputedAnswer:
    """A published answer, how many people wait for a better one, and since when."""

    response_id: int
    theme: Name
    service: Name
    outcome: str
    since: date | None  # the oldest dispute
    people: int


def list_disputed_answers(
    session: Session, scope: Scope, *, number: int, langs: list[str]
) -> Page[DisputedAnswer]:
    """One page of the answers after which people wait again, most people first."""
    people = func.count(LoopRow.person_key.distinct())
    wanted = (
        select(Response, people, func.min(LoopRow.disputed_on))
        .join(LoopRow, Response.id == told_last())
        .join(Service, Service.id == Response.service_id)
        .where(
            Service.department_id.in_(scope.desk),
            Response.theme_id.is_not(None),
            LoopRow.state == LoopState.REOPENED.value,
        )
        .group_by(Response.id)
        .order_by(people.desc(), Response.id)
    )
    rows = session.execute(on_page_and_one(wanted, number, responses.LISTED)).all()
    page = peeked_page(rows, number, responses.LISTED)
    themes = theme_names(session, [row[0].theme_id or 0 for row in page.items], langs)
    services = service_names(session, [row[0].service_id for row in page.items], langs)
    found = [
        DisputedAnswer(
            response_id=response.id,
            theme=themes[response.theme_id or 0],
            service=services[response.service_id],
            outcome=response.outcome,
            since=since,
            people=waiting,
        )
        for response, waiting, since in page.items
    ]
    return page.showing(found)


def list_partly(session: Session, scope: Scope, response_id: int) -> Said:
    """What residents of one's own cases who said "partly" find missing, the newest first."""
    return _list_said(session, scope, response_id, LoopEvent.verdict == Verdict.PARTLY.value)


def list_called(session: Session, scope: Scope, response_id: int) -> Said:
    """What staff took down from residents of one's own cases, the newest first."""
    return _list_said(session, scope, response_id, Remark.taken_by.is_not(None))


def _list_said(
    session: Session, scope: Scope, response_id: int, which: ColumnElement[bool]
) -> Said:
    """Words to an answer. Whoever asked to look again stands among the disputes."""
    said = (
        select(Remark)
        .join(LoopRow, LoopRow.submission_id == Remark.submission_id)
        .join(Service, Service.id == LoopRow.service_id)
        .join(LoopEvent, LoopEvent.id == Remark.event_id)
        .where(
            Service.department_id.in_(scope.desk),
            Remark.response_id == response_id,
            Remark.text.is_not(None),
            LoopRow.state != LoopState.REOPENED.value,
            which,
        )
    )
    newest = session.scalars(said.order_by(Remark.id.desc()).limit(SHOWN)).all()
    count = len(newest)
    if count == SHOWN:
        count = session.scalar(said.with_only_columns(func.count())) or 0
    return Said(newest, count)


def find_dispute(
    session: Session, scope: Scope, row: LoopRow, *, langs: list[str]
) -> ToldAnswer | None:
    """What the case's resident was told and asks about again; None where nobody does."""
    if row.state != LoopState.REOPENED.value:
        return None
    return find_told(session, scope, row, langs=langs)


def find_told(
    session: Session, scope: Scope, row: LoopRow, *, langs: list[str]
) -> ToldAnswer | None:
    """What the case's resident was told last; None where no answer of a theme was told."""
    told = session.scalars(
        select(LoopEvent)
        .where(LoopEvent.submission_id == row.submission_id, LoopEvent.kind.in_(DELIVERIES))
        .order_by(LoopEvent.id.desc())
        .limit(1)
    ).first()
    response = session.get(Response, told.response_id) if told and told.response_id else None
    if told is None or response is None or response.theme_id is None:
        return None
    texts = list_texts(session, response.id)
    text = texts.get(told.lang or "", texts.get(response.source_lang))
    if text is None:
        return None
    home = None
    if session.get_one(Service, response.service_id).department_id not in scope.desk:
        home = service_names(session, [response.service_id], langs).get(response.service_id)
    return ToldAnswer(response.id, response.theme_id, text, row.verdict, row.disputed_on, home)


def list_disputes(session: Session, scope: Scope, response: Response, *, today: date) -> Disputes:
    """The cases that are open again after this answer, the oldest dispute first."""
    again = (
        select(LoopRow)
        .join(Service, Service.id == LoopRow.service_id)
        .where(LoopRow.state == LoopState.REOPENED.value, told_last() == response.id)
    )
    is_own = Service.department_id.in_(scope.desk)
    rows = session.execute(
        again.add_columns(Submission)
        .join(Submission, Submission.id == LoopRow.submission_id)
        .where(is_own)
        .order_by(LoopRow.disputed_on, LoopRow.submission_id)
        .limit(SHOWN)
    ).all()
    missing = find_newest(session, [row.submission_id for row, _submission in rows])
    own, elsewhere = (
        session.scalar(again.where(which).with_only_columns(func.count())) or 0
        for which in (is_own, ~is_own)
    )
    cases = [
        DisputedCase(
            id=row.submission_id,
            words=submission.comment,
            words_lang=submission.comment_lang or submission.lang,
            lang=row.lang,
            state=row.state,
            verdict=row.verdict,
            disputed_on=row.disputed_on,
            days_left=days_left(row, today),
            missing=missing.get(row.submission_id),
        )
        for row, submission in rows
    ]
    return Disputes(cases, own, elsewhere)
