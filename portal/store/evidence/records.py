"""The records behind a criterion: the very cases or ratings that its figures count, failed first.

The conditions are those that count the evidence, so the list cannot differ from the figures.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    SelectBase,
    Subquery,
    and_,
    case,
    func,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from portal.domain.counted_ratings import POSITIVE_FROM
from portal.domain.evidence import TWO_YEARS, YEAR
from portal.domain.evidence_shape import QUESTIONS, SHARES
from portal.domain.parity import POOL
from portal.domain.what_if import OpenCase
from portal.store.evidence.case_shares import CaseShares, Selection
from portal.store.evidence.cases import is_counted, kept_selection, kinds_of, placed_cases
from portal.store.evidence.hand_overs import given_away
from portal.store.evidence.known_cases import cases_known_on
from portal.store.evidence.ratings import counted_ratings
from portal.store.evidence.window import Window

CASE_SHARES = tuple(name for name in SHARES if name not in QUESTIONS)
GROUPED = {
    "told30_by_language": ("told30", "lang"),
    "told30_by_district": ("told30", "district"),
    "told90_by_kind": ("told90", "kind"),
    "q3_by_language": ("q3", "lang"),
}
"""The share and the attribute that each breakdown of the evidence is made of."""
_SHOWN = (
    "submission_id", "received_on", "lang", "acknowledged_on", "told_on", "told_lang",
    "invited_on", "due_on", "done_on", "verdict", "outcome",
)  # fmt: skip


@dataclass(frozen=True)
class Record:
    """One case that counts, or one rating, and whether it counts for the service.

    The days are what was known on the day that is judged. `answer` (1 to 5) is a rating's own.
    """

    submission_id: int
    is_positive: bool
    received_on: date
    lang: str | None = None
    acknowledged_on: date | None = None
    told_on: date | None = None
    told_lang: str | None = None
    invited_on: date | None = None
    excluded: str | None = None
    due_on: date | None = None
    done_on: date | None = None
    verdict: str | None = None
    outcome: str | None = None
    answer: int | None = None
    is_verified: bool = False


@dataclass(frozen=True)
class Records:
    """One page of the records: `positive` of `total` count for the service in all."""

    items: Sequence[Record]
    positive: int
    total: int


@dataclass(frozen=True)
class Group:
    """Records of one group of a breakdown.

    `others` are the groups that the evidence names beside it: the small groups together are
    everybody else who is in any.
    """

    attribute: str
    name: str
    others: Collection[str] = ()

    def holds(self, source: FromClause) -> ColumnElement[bool]:
        """Whether a record is one of the group."""
        value = source.c[self.attribute]
        if self.name == POOL:
            return and_(value.is_not(None), value.not_in(sorted(self.others)))
        return value == self.name


def list_records(
    session: Session,
    service_id: int,
    metric: str,
    window: Window,
    *,
    group: Group | None = None,
    start: int,
    limit: int,
) -> Records:
    """A page of the records that a share of METHOD.md A.1 counts, those that failed first.

    Within each part the oldest comes first. Raises KeyError for a metric without records.
    """
    listed: SelectBase
    if metric in QUESTIONS:
        listed = _ratings(service_id, metric, window, group)
    elif metric in CASE_SHARES:
        listed = _cases(session, service_id, metric, window, group)
    else:
        raise KeyError(metric)
    counted = listed.subquery("counted")
    total, positive = session.execute(
        select(func.count(), func.coalesce(func.sum(counted.c.holds), 0)).select_from(counted)
    ).one()
    rows = session.execute(
        select(counted)
        .order_by(counted.c.holds, counted.c.received_on, counted.c.submission_id)
        .offset(start)
        .limit(limit)
    ).mappings()
    return Records([_record(dict(row)) for row in rows], int(positive), total)


def _record(row: dict[str, Any]) -> Record:
    return Record(is_positive=bool(row.pop("holds")), **row)


def list_group_records(
    session: Session,
    service_id: int,
    metric: str,
    as_of: date,
    *,
    group: str,
    groups: Collection[str],
    start: int,
    limit: int,
) -> Records:
    """A page of the records of one of the `groups` that a breakdown of the evidence names.

    Breakdowns always come from two years (METHOD.md A.1). Raises KeyError for no breakdown.
    """
    share, attribute = GROUPED[metric]
    others = [name for name in groups if name not in (group, POOL)]
    part = Group(attribute, group, others)
    window = Window(as_of, TWO_YEARS)
    return list_records(session, service_id, share, window, group=part, start=start, limit=limit)


def open_cases(session: Session, service_id: int, as_of: date) -> Subquery:
    """Cases that count in the loop measures and that nobody was told of by the day.

    Praise waits for nothing, and of one person three count (METHOD.md 3.1). Imported history is
    left out: there is nobody to tell.
    """
    cases = cases_known_on(session, service_id, as_of)
    placed = placed_cases(cases, service_id, as_of, also=("submission_id", "is_imported"))
    row = placed.c
    return (
        select(row.submission_id, row.received_on, row.lang, row.kind, row.district)
        .where(
            row.told_on.is_(None),
            row.is_imported.is_(False),
            row.kind.in_(sorted(kinds_of("told30"))),
            is_counted(placed, YEAR),
        )
        .subquery("open_case")
    )


def list_open_cases(session: Session, service_id: int, as_of: date) -> list[OpenCase]:
    """The open cases of a service, the oldest first."""
    row = open_cases(session, service_id, as_of).c
    statement = select(
        row.submission_id, row.received_on, row.lang, row.kind, row.district
    ).order_by(row.received_on, row.submission_id)
    return [OpenCase(*found) for found in session.execute(statement)]


def _cases(
    session: Session, service_id: int, metric: str, window: Window, group: Group | None
) -> SelectBase:
    if not isinstance(window.as_of, date):
        raise TypeError("records are listed for a day, not for any day")
    cases = cases_known_on(session, service_id, window.as_of)
    if metric == "kept":
        is_here = cases.c.service_id == service_id
        away = given_away(service_id, window.as_of)
        return union_all(_kept(cases, window).where(is_here), _kept(away, window))
    placed = placed_cases(cases, service_id, window.as_of, also=("submission_id",))
    return _of_cases(placed, CaseShares(placed, window).selection(metric)).where(
        is_counted(placed, window.days),
        placed.c.kind.in_(sorted(kinds_of(metric))),
        *([group.holds(placed)] if group else ()),
    )


def _kept(cases: FromClause, window: Window) -> Select[*tuple[Any, ...]]:
    return _of_cases(cases, kept_selection(cases, window)).add_columns(cases.c.excluded)


def _of_cases(source: FromClause, share: Selection) -> Select[*tuple[Any, ...]]:
    columns = (source.c[name] for name in _SHOWN)
    return select(*columns, _one_or_none(share.holds)).where(share.cohort)


def _ratings(
    service_id: int, question: str, window: Window, group: Group | None
) -> Select[*tuple[Any, ...]]:
    # Whether a rating counts depends on later ones only, so two years serve both windows.
    counted = counted_ratings(service_id, Window(window.as_of, TWO_YEARS))
    row, answer = counted.c, counted.c[question]
    return select(
        row.id.label("submission_id"),
        row.received_on,
        row.lang,
        row.is_verified,
        answer.label("answer"),
        _one_or_none(answer >= POSITIVE_FROM),
    ).where(
        answer >= 1,
        window.within(row.received_on),
        *([group.holds(counted)] if group else ()),
    )


def _one_or_none(holds: ColumnElement[bool]) -> ColumnElement[int]:
    """1 where it holds, 0 where it does not or nobody knows."""
    return case((holds, 1), else_=0).label("holds")
