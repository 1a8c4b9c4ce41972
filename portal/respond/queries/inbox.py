"""The inbox: the cases of one's departments, those due first on top."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from portal.domain.loop import RETELL_DAYS, LoopState
from portal.models.loops import LoopRow
from portal.models.responses import ThemeCase
from portal.models.submissions import Submission
from portal.respond.queries.filters import (
    CLOCK,
    TELL_DAYS,
    WAITING,
    Filters,
    cases_of,
    in_states,
    is_due,
    is_requested,
    narrowed,
    order_of,
)
from portal.respond.queries.names import Name, people_names, service_names, theme_names
from portal.store.assignments import holder
from portal.store.scope import Scope

PAGE = 50


@dataclass(frozen=True)
class InboxCase:
    """One line of the inbox."""

    id: int
    words: str | None
    words_lang: str
    service_id: int
    service: Name
    kind: str
    lang: str
    rating: int | None
    state: str
    themes: list[Name]
    received_on: date
    days_left: int | None  # negative: days over; None: nobody waits
    holder: str | None  # who looks after it
    is_mine: bool
    is_reopened: bool
    has_personal_data: bool
    wants_answer: bool
    is_quarantined: bool
    is_to_be_set_aside: bool


@dataclass(frozen=True)
class InboxPage:
    """One page of the list."""

    cases: list[InboxCase]
    page: int
    first: int
    last: int
    total: int

    @property
    def has_next(self) -> bool:
        """Whether there are more."""
        return self.last < self.total


def list_cases(
    session: Session, scope: Scope, filters: Filters, *, today: date, langs: list[str]
) -> InboxPage:
    """One page of the cases of one's desk."""
    wanted = narrowed(scope, filters, today)
    total = session.scalar(wanted.with_only_columns(func.count())) or 0
    start = (filters.page - 1) * PAGE
    query = wanted.order_by(*order_of(filters)).offset(start).limit(PAGE)
    cases = _lines(session, scope, query, today=today, langs=langs)
    return InboxPage(cases, filters.page, start + 1, start + len(cases), total)


def list_selected(
    session: Session, scope: Scope, ids: list[int], *, today: date, langs: list[str]
) -> list[InboxCase]:
    """The lines of these cases, those of other departments left out."""
    query = cases_of(scope).where(LoopRow.submission_id.in_(ids))
    return _lines(
        session, scope, query.order_by(CLOCK, LoopRow.submission_id), today=today, langs=langs
    )


def count_views(session: Session, scope: Scope, *, today: date) -> dict[str, int]:
    """How many cases each tab holds."""
    row = session.execute(
        cases_of(scope)
        .where(in_states(WAITING))
        .with_only_columns(
            func.count(),
            _how_many(is_due(today)),
            _how_many(in_states((LoopState.REOPENED,))),
            _how_many(Submission.has_personal_data.is_(True)),
        )
    ).one()
    requested = cases_of(scope).where(is_requested()).with_only_columns(func.count())
    return {
        "waiting": row[0],
        "due": row[1],
        "reopened": row[2],
        "set_aside": session.scalar(requested) or 0,
        "personal_data": row[3],
    }


def days_left(row: LoopRow, today: date) -> int | None:
    """Days until the resident should have been told; None where it is not the city's turn."""
    if row.state not in {state.value for state in WAITING}:
        return None
    if row.state == LoopState.REOPENED.value and row.disputed_on is not None:
        return RETELL_DAYS - (today - row.disputed_on).days
    return TELL_DAYS - (today - row.received_on).days


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _lines(
    session: Session, scope: Scope, query: Select[Any], *, today: date, langs: list[str]
) -> list[InboxCase]:
    rows = session.execute(
        query.add_columns(Submission, is_requested().label("requested"), holder().label("holder"))
    ).all()
    services = service_names(session, {row[0].service_id for row in rows}, langs)
    themes = _themes_of(session, [row[0].submission_id for row in rows], langs)
    people = people_names(session, [row.holder for row in rows])
    return [
        _line(
            row[0],
            row[1],
            service=services.get(row[0].service_id, Name(langs[0], str(row[0].service_id))),
            themes=themes[row[0].submission_id],
            days_left=days_left(row[0], today),
            holder=people.get(row.holder),
            is_mine=row.holder == scope.person_id,
            is_to_be_set_aside=bool(row.requested),
        )
        for row in rows
    ]


def _themes_of(session: Session, ids: list[int], langs: list[str]) -> dict[int, list[Name]]:
    rows = session.execute(
        select(ThemeCase.submission_id, ThemeCase.theme_id)
        .where(ThemeCase.submission_id.in_(ids))
        .order_by(ThemeCase.added_at)
    ).all()
    names = theme_names(session, {theme for _case, theme in rows}, langs)
    found: dict[int, list[Name]] = defaultdict(list)
    for one, theme in rows:
        if theme in names:
            found[one].append(names[theme])
    return found


def _line(row: LoopRow, submission: Submission, *, themes: list[Name], **more: Any) -> InboxCase:
    return InboxCase(
        id=row.submission_id,
        words=submission.comment,
        words_lang=submission.comment_lang or submission.lang,
        service_id=row.service_id,
        kind=row.kind,
        lang=row.lang,
        rating=submission.q0,
        state=_state(row, themes),
        themes=themes,
        received_on=row.received_on,
        is_reopened=row.state == LoopState.REOPENED.value,
        has_personal_data=submission.has_personal_data,
        wants_answer=submission.wants_answer,
        is_quarantined=submission.is_quarantined,
        **more,
    )


def _state(row: LoopRow, themes: Iterable[Name]) -> str:
    # Its events say that it was in a theme once; taken out of it, it waits for one again.
    is_out = row.state == LoopState.IN_THEME.value and not themes
    return (LoopState.ACKNOWLEDGED if is_out else LoopState(row.state)).value
