"""The inbox: the cases of one's departments, those due first on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import Session

from portal.domain.loop import RETELL_DAYS, LoopState
from portal.models.loops import ExclusionRequest, LoopRow
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.respond.queries.names import Name, service_names
from portal.store.scope import Scope

PAGE = 50
TELL_DAYS = 30  # METHOD.md 3.2, L3.1: told within 30 days
SOON_DAYS = 7
UNTHEMED = (LoopState.RECEIVED, LoopState.ACKNOWLEDGED)
UNTOLD = (
    LoopState.ANSWERED,
    LoopState.PLANNED,
    LoopState.IN_PROGRESS,
    LoopState.DONE,
    LoopState.DECLINED,
)
WAITING = (*UNTHEMED, LoopState.IN_THEME, *UNTOLD, LoopState.REOPENED)
# Views that stand as tabs above the list, then further places in the loop.
VIEWS = ("waiting", "due", "reopened", "set_aside", "personal_data")
PLACES = ("new", "in_theme", "answered", "told", "confirmed", "excluded", "withdrawn")

# A dispute starts a clock of its own (METHOD.md section 2).
_clock = case(
    (LoopRow.state == LoopState.REOPENED.value, LoopRow.disputed_on), else_=LoopRow.received_on
)


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; empty means all."""

    service_id: int | None = None
    lang: str = ""
    kind: str = ""
    place: str = "waiting"
    page: int = 1


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
    received_on: date
    days_left: int | None  # negative: days over; None: nobody waits
    is_reopened: bool
    has_personal_data: bool
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
    wanted = _narrowed(_mine(scope), filters, today)
    total = session.scalar(wanted.with_only_columns(func.count())) or 0
    start = (filters.page - 1) * PAGE
    is_open = filters.place in (*VIEWS, "new", "in_theme", "answered")
    order = (_clock, LoopRow.submission_id) if is_open else (LoopRow.submission_id.desc(),)
    rows = session.execute(
        wanted.add_columns(Submission, _is_requested()).order_by(*order).offset(start).limit(PAGE)
    ).all()
    names = service_names(session, {row[0].service_id for row in rows}, langs)
    cases = [_line(*row, names=names, today=today) for row in rows]
    return InboxPage(cases, filters.page, start + 1, start + len(cases), total)


def list_selected(
    session: Session, scope: Scope, ids: list[int], *, today: date, langs: list[str]
) -> list[InboxCase]:
    """The lines of these cases, those of other departments left out."""
    rows = session.execute(
        _mine(scope)
        .where(LoopRow.submission_id.in_(ids))
        .add_columns(Submission, _is_requested())
        .order_by(_clock, LoopRow.submission_id)
    ).all()
    names = service_names(session, {row[0].service_id for row in rows}, langs)
    return [_line(*row, names=names, today=today) for row in rows]


def count_views(session: Session, scope: Scope, *, today: date) -> dict[str, int]:
    """How many cases each tab holds."""
    waiting = _mine(scope).where(_in(WAITING))
    row = session.execute(
        waiting.with_only_columns(
            func.count(),
            _how_many(_is_due(today)),
            _how_many(_in((LoopState.REOPENED,))),
            _how_many(Submission.has_personal_data.is_(True)),
        )
    ).one()
    requested = _mine(scope).where(_is_requested()).with_only_columns(func.count())
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


def _mine(scope: Scope) -> Select[Any]:
    # Imported history has no words and nobody to tell: it is not work.
    return (
        select(LoopRow)
        .join(Submission, Submission.id == LoopRow.submission_id)
        .join(Service, Service.id == LoopRow.service_id)
        .where(Service.department_id.in_(scope.desk), LoopRow.is_imported.is_(False))
    )


def _narrowed(query: Select[Any], filters: Filters, today: date) -> Select[Any]:
    query = query.where(_place(filters.place, today))
    if filters.service_id is not None:
        query = query.where(LoopRow.service_id == filters.service_id)
    if filters.lang:
        query = query.where(LoopRow.lang == filters.lang)
    if filters.kind:
        query = query.where(LoopRow.kind == filters.kind)
    return query


def _place(place: str, today: date) -> ColumnElement[bool]:
    states: Mapping[str, tuple[LoopState, ...]] = {
        "new": UNTHEMED,
        "in_theme": (LoopState.IN_THEME,),
        "answered": UNTOLD,
        "reopened": (LoopState.REOPENED,),
        "told": (LoopState.TOLD,),
        "confirmed": (LoopState.CONFIRMED,),
        "excluded": (LoopState.EXCLUDED,),
        "withdrawn": (LoopState.WITHDRAWN,),
    }
    if place in states:
        return _in(states[place])
    match place:
        case "due":
            return _in(WAITING) & _is_due(today)
        case "set_aside":
            return _is_requested()
        case "personal_data":
            return _in(WAITING) & Submission.has_personal_data
        case _:
            return _in(WAITING)


def _in(states: tuple[LoopState, ...]) -> ColumnElement[bool]:
    return LoopRow.state.in_([state.value for state in states])


def _is_due(today: date) -> ColumnElement[bool]:
    return _clock <= (today - timedelta(days=TELL_DAYS - SOON_DAYS))


def _is_requested() -> ColumnElement[bool]:
    return exists().where(ExclusionRequest.submission_id == LoopRow.submission_id)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _line(
    row: LoopRow,
    submission: Submission,
    is_requested: bool,
    *,
    names: dict[int, Name],
    today: date,
) -> InboxCase:
    return InboxCase(
        id=row.submission_id,
        words=submission.comment,
        words_lang=submission.comment_lang or submission.lang,
        service_id=row.service_id,
        service=names.get(row.service_id, Name(row.lang, str(row.service_id))),
        kind=row.kind,
        lang=row.lang,
        rating=submission.q0,
        state=row.state,
        received_on=row.received_on,
        days_left=days_left(row, today),
        is_reopened=row.state == LoopState.REOPENED.value,
        has_personal_data=submission.has_personal_data,
        is_quarantined=submission.is_quarantined,
        is_to_be_set_aside=bool(is_requested),
    )
