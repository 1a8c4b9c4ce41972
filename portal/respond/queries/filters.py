"""What the inbox may be narrowed to, and in which order it stands. Everything combines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    case,
    exists,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from portal.domain.loop import LoopState
from portal.domain.search_words import case_number
from portal.models.loops import ExclusionRequest, LoopRow, WithdrawalRequest
from portal.models.remarks import Remark
from portal.models.responses import ThemeCase
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.respond.queries.called import has_called
from portal.store.assignments import is_held_by
from portal.store.scope import Scope
from portal.store.withdrawals import asks_to_withdraw
from portal.store.word_index import has_words

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
NOT_TOLD_YET = (*UNTHEMED, LoopState.IN_THEME, *UNTOLD)
WAITING = (*NOT_TOLD_YET, LoopState.REOPENED)
# Views that stand as tabs above the list, then further places in the loop.
ALL = "all"
VIEWS = ("waiting", "overdue", "due", "reopened", "set_aside", "personal_data", ALL)
PLACES = ("new", "in_theme", "answered", "told", "confirmed", "excluded", "withdrawn")
# Where whoever was longest due comes first.
OPEN_PLACES = (*(one for one in VIEWS if one != ALL), "new", "in_theme", "answered")
# Where every case waits for the city; the other places hold closed ones, or some of both.
ONLY_OPEN = frozenset({
    "waiting", "overdue", "due", "reopened", "personal_data", "new", "in_theme", "answered",
})  # fmt: skip
TARGET = "target"  # the flag and the order that speak of the city's own target
FLAGS = (
    "reopened",
    "said_missing",
    "called",
    "personal_data",
    "wants_answer",
    "set_aside",
    "withdrawal",
    "quarantined",
    TARGET,
)
SORTS = ("due", "newest", "oldest", "rating", TARGET)
RATINGS = (1, 2, 3, 4, 5)
NOBODY = "nobody"
ME = "me"
NO_THEME = "none"

# A dispute starts a clock of its own (METHOD.md section 2).
CLOCK = case(
    (LoopRow.state == LoopState.REOPENED.value, LoopRow.disputed_on), else_=LoopRow.received_on
)

# Whoever was answered and asks again comes before everybody else who waits.
_ASKS_AGAIN = case((LoopRow.state == LoopState.REOPENED.value, 0), else_=1)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the list is narrowed to; empty means all."""

    service_id: int | None = None
    lang: str = ""
    kind: str = ""
    channel: str = ""
    place: str = "waiting"
    theme: int | str | None = None  # an id, or NO_THEME
    ratings: tuple[int, ...] = ()
    flags: tuple[str, ...] = ()
    assigned: int | str | None = None  # an id, ME or NOBODY
    district: str = ""
    received_from: date | None = None
    received_to: date | None = None
    words: str = ""
    sort: str = ""
    page: int = 1


def cases_of(scope: Scope) -> Select[Any]:
    """The cases of one's desk. Imported history has no words and nobody to tell: it is no work."""
    return (
        select(LoopRow)
        .join(Service, Service.id == LoopRow.service_id)
        .where(Service.department_id.in_(scope.desk), LoopRow.is_imported.is_(False))
    )


def narrowed(scope: Scope, filters: Filters, today: date) -> Select[Any]:
    """The cases of one's desk that fit all the filters."""
    query = cases_of(scope).where(
        in_place(filters.place, today), *_conditions(scope, filters, today)
    )
    return with_submissions(query) if _asks_submissions(filters) else query


def _conditions(scope: Scope, filters: Filters, today: date) -> list[ColumnElement[bool]]:
    """All the filters but the place."""
    equal: tuple[tuple[InstrumentedAttribute[Any], Any], ...] = (
        (LoopRow.service_id, filters.service_id),
        (LoopRow.lang, filters.lang),
        (LoopRow.kind, filters.kind),
        (LoopRow.district, filters.district),
        (Submission.channel, filters.channel),
    )
    conditions = [column == value for column, value in equal if value]
    if filters.ratings:
        conditions.append(Submission.q0.in_(filters.ratings))
    if filters.received_from:
        conditions.append(LoopRow.received_on >= filters.received_from)
    if filters.received_to:
        conditions.append(LoopRow.received_on <= filters.received_to)
    if filters.theme is not None:
        conditions.append(_in_theme(filters.theme))
    if filters.assigned is not None:
        conditions.append(_is_assigned(filters.assigned, scope))
    if filters.words:
        conditions.append(_says(filters.words))
    return conditions + [_flag(flag, today) for flag in filters.flags]


def with_submissions(query: Select[Any]) -> Select[Any]:
    """The query with what residents sent, which is a wide row to look up for each case."""
    return query.join(Submission, Submission.id == LoopRow.submission_id)


def _asks_submissions(filters: Filters) -> bool:
    return bool(
        filters.ratings
        or filters.channel
        or filters.place == "personal_data"
        or filters.sort == "rating"
        or {"personal_data", "wants_answer", "quarantined"}.intersection(filters.flags)
    )


def order_of(filters: Filters) -> tuple[ColumnElement[Any], ...]:
    """In which order the list stands. The id decides between equals: no case is on two pages.

    Whoever types a number means that case; words that hold the same digits come after it.
    """
    number = LoopRow.submission_id
    sort = filters.sort or ("due" if filters.place in OPEN_PLACES else "newest")
    orders: Mapping[str, tuple[ColumnElement[Any], ...]] = {
        "due": (_ASKS_AGAIN, CLOCK, number.asc()),
        "newest": (number.desc(),),
        "oldest": (LoopRow.received_on.asc(), number.asc()),
        TARGET: (LoopRow.target_on.is_(None).asc(), LoopRow.target_on.asc(), CLOCK, number.asc()),
        "rating": (Submission.q0.is_(None).asc(), Submission.q0.asc(), CLOCK, number.asc()),
    }
    wanted = case_number(filters.words)
    first = () if wanted is None else (case((number == wanted, 0), else_=1),)
    return (*first, *orders[sort])


def in_place(place: str, today: date) -> ColumnElement[bool]:
    """Whether the case stands there."""
    waiting, themed = in_states(WAITING), in_states((LoopState.IN_THEME,))
    places: Mapping[str, ColumnElement[bool]] = {
        ALL: true(),
        "waiting": waiting,
        "overdue": waiting & is_overdue(today),
        "due": waiting & is_due(today),
        "reopened": in_states((LoopState.REOPENED,)),
        "set_aside": _waits_for_second_person(),
        "personal_data": waiting & has_personal_data(),
        "new": in_states(UNTHEMED) | (themed & ~has_theme()),
        "in_theme": themed & has_theme(),
        "answered": in_states(UNTOLD),
        "told": in_states((LoopState.TOLD,)),
        "confirmed": in_states((LoopState.CONFIRMED,)),
        "excluded": in_states((LoopState.EXCLUDED,)),
        "withdrawn": in_states((LoopState.WITHDRAWN,)),
    }
    return places[place]


def in_states(states: tuple[LoopState, ...]) -> ColumnElement[bool]:
    """Whether the case is in one of these states."""
    return LoopRow.state.in_([state.value for state in states])


def is_overdue(today: date) -> ColumnElement[bool]:
    """Whether the days in which the resident should be told are over."""
    return today - timedelta(days=TELL_DAYS) > CLOCK


def is_due(today: date) -> ColumnElement[bool]:
    """Whether the last of these days is today, or within a week."""
    last = today - timedelta(days=TELL_DAYS)
    return CLOCK.between(last, last + timedelta(days=SOON_DAYS))


def is_past_target(today: date) -> ColumnElement[bool]:
    """Whether the day by which the city meant to answer has passed, and nobody was told yet."""
    return in_states(NOT_TOLD_YET) & (LoopRow.target_on < today)


def is_requested() -> ColumnElement[bool]:
    """Whether somebody asks to set the case aside."""
    return exists().where(ExclusionRequest.submission_id == LoopRow.submission_id)


def _waits_for_second_person() -> ColumnElement[bool]:
    """Whether somebody, or its receipt, asks to take the case out of the loop."""
    # One list of numbers: "or" between two tables would read all cases.
    withdrawals = select(WithdrawalRequest.submission_id).where(
        WithdrawalRequest.refused_on.is_(None)
    )
    return LoopRow.submission_id.in_(union_all(select(ExclusionRequest.submission_id), withdrawals))


def has_personal_data() -> ColumnElement[bool]:
    """Whether something of what the resident wrote was sent in spite of the warning."""
    return or_(
        Submission.has_personal_data,
        exists().where(
            Remark.submission_id == LoopRow.submission_id, Remark.has_personal_data.is_(True)
        ),
    )


def has_theme() -> ColumnElement[bool]:
    """Whether the case is in a theme now: one may have been taken out of the only one."""
    return exists().where(ThemeCase.submission_id == LoopRow.submission_id)


def _in_theme(theme: int | str) -> ColumnElement[bool]:
    if theme == NO_THEME:
        return ~has_theme()
    return exists().where(
        ThemeCase.submission_id == LoopRow.submission_id, ThemeCase.theme_id == theme
    )


def _is_assigned(assigned: int | str, scope: Scope) -> ColumnElement[bool]:
    if assigned == NOBODY:
        return is_held_by(None)
    return is_held_by(scope.person_id if assigned == ME else int(assigned))


def _says(words: str) -> ColumnElement[bool]:
    """Whether the resident's words hold these, or the case has this number.

    One list of numbers, which both databases look up in their indexes of words; "or" between two
    tables would read all cases.
    """
    found: list[Select[Any]] = [
        select(Submission.id).where(has_words(Submission.id, Submission.words, words)),
        select(Remark.submission_id).where(has_words(Remark.id, Remark.words, words)),
    ]
    number = case_number(words)
    if number is not None:
        found.append(select(literal(number, BigInteger)))
    return LoopRow.submission_id.in_(union_all(*found))


def _flag(flag: str, today: date) -> ColumnElement[bool]:
    flags: Mapping[str, ColumnElement[bool]] = {
        "reopened": in_states((LoopState.REOPENED,)),
        "said_missing": exists().where(
            Remark.submission_id == LoopRow.submission_id, Remark.text.is_not(None)
        ),
        "called": has_called(),
        "personal_data": has_personal_data(),
        "wants_answer": Submission.wants_answer.is_(True),
        "set_aside": is_requested(),
        "withdrawal": asks_to_withdraw(),
        "quarantined": Submission.is_quarantined.is_(True),
        TARGET: is_past_target(today),
    }
    return flags[flag]
