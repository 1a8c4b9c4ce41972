"""The inbox: the cases of one's departments, those due first on top."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from portal.domain.loop import RETELL_DAYS, LoopState
from portal.models.loops import LoopRow
from portal.models.remarks import Remark
from portal.models.responses import ThemeCase
from portal.models.submissions import Submission
from portal.respond.queries.filters import (
    ALL,
    CLOCK,
    NOT_TOLD_YET,
    ONLY_OPEN,
    TELL_DAYS,
    WAITING,
    Filters,
    cases_of,
    has_personal_data,
    in_states,
    is_due,
    is_overdue,
    is_requested,
    narrowed,
    order_of,
    with_submissions,
)
from portal.respond.queries.selection import Selection, count_left, selected
from portal.store.assignments import holder
from portal.store.names import Name, people_names, service_names, theme_names
from portal.store.paging import CountedPage, counted_page, on_page
from portal.store.remarks import find_newest
from portal.store.scope import Scope
from portal.store.withdrawals import asks_to_withdraw

PAGE = 50
FIRST = 5  # of many cases, enough to see whether they are the ones that are meant


@dataclass(frozen=True)
class InboxCase:
    """One line of the inbox."""

    id: int
    words: str | None
    words_lang: str
    is_joined: bool  # "me too": what others wrote, without words of its own
    service_id: int
    service: Name
    kind: str
    lang: str
    rating: int | None
    state: str
    themes: list[Name]
    received_on: date
    days_left: int | None  # negative: days over; None: nobody waits
    target_left: int | None  # the same for the city's own target; None where it has none
    holder: str | None  # who looks after it
    is_mine: bool
    is_reopened: bool
    verdict: str | None
    disputed_on: date | None
    has_personal_data: bool
    wants_answer: bool
    is_quarantined: bool
    is_to_be_set_aside: bool
    is_to_be_withdrawn: bool
    missing: Remark | None  # what its resident said is missing from the newest answer


def list_cases(
    session: Session,
    scope: Scope,
    filters: Filters,
    *,
    today: date,
    langs: list[str],
    total: int | None = None,
) -> CountedPage[InboxCase]:
    """One page of the cases of one's desk; `total` is how many they are, where that is known."""
    wanted = narrowed(scope, filters, today)
    if total is None:
        total = session.scalar(wanted.with_only_columns(func.count())) or 0
    # What stands on the page is looked up afterwards: sorting ten thousand wide rows costs more
    # than all the rest.
    ids = session.scalars(
        on_page(
            wanted.with_only_columns(LoopRow.submission_id).order_by(*order_of(filters)),
            filters.page,
            PAGE,
        )
    ).all()
    cases = _lines(session, scope, ids, today=today, langs=langs)
    return counted_page(cases, filters.page, PAGE, total)


def list_selected(
    session: Session, scope: Scope, ids: list[int], *, today: date, langs: list[str]
) -> list[InboxCase]:
    """The lines of these cases, those of other departments left out."""
    return _lines(session, scope, _in_order(session, scope, ids), today=today, langs=langs)


def list_first(
    session: Session, scope: Scope, selection: Selection, *, today: date, langs: list[str]
) -> list[InboxCase]:
    """The first lines of a selection, in the order of the list that it was made in."""
    order = order_of(selection.filters) if selection.filters else (CLOCK, LoopRow.submission_id)
    ids = session.scalars(
        selected(scope, selection, today)
        .with_only_columns(LoopRow.submission_id)
        .order_by(*order)
        .limit(FIRST)
    ).all()
    return _lines(session, scope, ids, today=today, langs=langs)


def _in_order(session: Session, scope: Scope, ids: list[int]) -> Sequence[int]:
    query = cases_of(scope).where(LoopRow.submission_id.in_(ids))
    return session.scalars(
        query.with_only_columns(LoopRow.submission_id).order_by(CLOCK, LoopRow.submission_id)
    ).all()


def count_views(session: Session, scope: Scope, filters: Filters, *, today: date) -> dict[str, int]:
    """How many cases each tab holds under the filters, which a tab's link keeps.

    "All cases" is counted only where it is open or words narrow it: it holds whatever was ever
    answered.
    """
    anywhere = narrowed(scope, replace(filters, place=ALL), today)
    row = session.execute(
        anywhere.where(in_states(WAITING)).with_only_columns(
            func.count(),
            _how_many(is_overdue(today)),
            _how_many(is_due(today)),
            _how_many(in_states((LoopState.REOPENED,))),
        )
    ).one()
    counts = dict(zip(("waiting", "overdue", "due", "reopened"), row, strict=True))
    for place in (
        "set_aside",
        "personal_data",
        *([ALL] if filters.place == ALL or filters.words else []),
    ):
        wanted = narrowed(scope, replace(filters, place=place), today)
        counts[place] = session.scalar(wanted.with_only_columns(func.count())) or 0
    return counts


def count_open(
    session: Session, scope: Scope, filters: Filters, counts: Mapping[str, int], *, today: date
) -> int:
    """How many of the cases that fit wait for the city; `counts` are those of `count_views`."""
    same = "waiting" if filters.place == ALL else filters.place
    if filters.place in ONLY_OPEN | {ALL} and same in counts:
        return counts[same]
    return count_left(session, scope, Selection(filters=filters), today)


def days_left(row: LoopRow, today: date) -> int | None:
    """Days until the resident should have been told; None where it is not the city's turn."""
    if row.state not in {state.value for state in WAITING}:
        return None
    if row.state == LoopState.REOPENED.value and row.disputed_on is not None:
        return RETELL_DAYS - (today - row.disputed_on).days
    return TELL_DAYS - (today - row.received_on).days


def target_left(row: LoopRow, today: date) -> int | None:
    """Days until the day by which the city means to give its first answer, negative afterwards.

    None without a target, and where the first answer is given or not to be given.
    """
    if row.target_on is None or row.state not in {state.value for state in NOT_TOLD_YET}:
        return None
    return (row.target_on - today).days


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _lines(
    session: Session, scope: Scope, ids: Sequence[int], *, today: date, langs: list[str]
) -> list[InboxCase]:
    """The lines of these cases, in this order."""
    query = with_submissions(cases_of(scope)).where(LoopRow.submission_id.in_(ids))
    found = session.execute(
        query.add_columns(
            Submission,
            is_requested().label("requested"),
            asks_to_withdraw().label("taken_back"),
            holder().label("holder"),
            has_personal_data().label("has_personal_data"),
        )
    ).all()
    rows = sorted(found, key=lambda row: ids.index(row[0].submission_id))
    services = service_names(session, {row[0].service_id for row in rows}, langs)
    themes = _themes_of(session, ids, langs)
    people = people_names(session, [row.holder for row in rows])
    missing = find_newest(session, [row[0].submission_id for row in rows if row[0].told_on])
    return [
        _line(
            row[0],
            row[1],
            service=services.get(row[0].service_id, Name(langs[0], str(row[0].service_id))),
            themes=themes[row[0].submission_id],
            days_left=days_left(row[0], today),
            target_left=target_left(row[0], today),
            holder=people.get(row.holder),
            is_mine=row.holder == scope.person_id,
            is_to_be_set_aside=bool(row.requested),
            is_to_be_withdrawn=bool(row.taken_back),
            has_personal_data=bool(row.has_personal_data),
            missing=missing.get(row[0].submission_id),
        )
        for row in rows
    ]


def _themes_of(session: Session, ids: Sequence[int], langs: list[str]) -> dict[int, list[Name]]:
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
        is_joined=row.is_joined,
        service_id=row.service_id,
        kind=row.kind,
        lang=row.lang,
        rating=submission.q0,
        state=_state(row, themes),
        themes=themes,
        received_on=row.received_on,
        is_reopened=row.state == LoopState.REOPENED.value,
        verdict=row.verdict,
        disputed_on=row.disputed_on,
        wants_answer=submission.wants_answer,
        is_quarantined=submission.is_quarantined,
        **more,
    )


def _state(row: LoopRow, themes: Iterable[Name]) -> str:
    # Its events say that it was in a theme once; taken out of it, it waits for one again.
    is_out = row.state == LoopState.IN_THEME.value and not themes
    return (LoopState.ACKNOWLEDGED if is_out else LoopState(row.state)).value
