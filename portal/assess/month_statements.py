"""The figures of a month as SQL: what counts as a rating or a case, and what is counted of them.

One statement per breakdown, built once. Rows stay in the database: only counts come out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    case,
    extract,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute

from portal.domain.counted_cases import PER_PERSON
from portal.domain.loop import Kind
from portal.domain.monthly import QUESTIONS, WAIT_DAYS, WAITS
from portal.models.base import BigId, UtcDateTime, days_between
from portal.models.loops import LoopEvent, LoopRow
from portal.models.submissions import Submission
from portal.store.evidence.case_shares import REPLIES, is_told_within
from portal.store.evidence.hand_overs import IS_HAND_OVER, ever_with
from portal.store.evidence.known_cases import is_evidence
from portal.store.evidence.ratings import is_present

TOLD_DAYS = 30
_SERVICE = bindparam("service_id", type_=BigId)
_BEGIN, _END = bindparam("begin", type_=Date), bindparam("end", type_=Date)
_OLD_ENOUGH = bindparam("old_enough", type_=Date)
_TODAY = bindparam("today", type_=Date)
_MAY_BE_RETOLD = bindparam("may_be_retold", type_=Date)
_IN_ALL_SERVICES = (
    Submission.received_at >= bindparam("begin_at", type_=UtcDateTime),
    Submission.received_at < bindparam("end_at", type_=UtcDateTime),
)

Day = ColumnElement[date] | InstrumentedAttribute[date]


@cache
def ratings_by(breakdown: str) -> Select[Any]:
    """Each person's last rating of a month, and its answers counted."""
    rating = _found_ratings(
        breakdown,
        Submission.service_id == _SERVICE,
        Submission.received_on >= _BEGIN,
        Submission.received_on < _END,
    )
    answers = {"q0": range(1, 6), **dict.fromkeys(QUESTIONS, range(6))}
    counts = (
        _count_where(rating.c[question] == answer).label(f"{question}_{answer}")
        for question, possible in answers.items()
        for answer in possible
    )
    return _by_group(
        rating.c, breakdown, rating.c.place == 1, func.count().label("ratings"), *counts
    )


@cache
def cases_by(breakdown: str) -> Select[Any]:
    """The first three cases of each person in a month, and what became of them."""
    counted = _counted_cases(
        breakdown,
        LoopRow.service_id == _SERVICE,
        LoopRow.received_on >= _BEGIN,
        LoopRow.received_on < _END,
    )
    return _by_group(
        counted.c,
        breakdown,
        true(),
        *(count.label(name) for name, count in _case_counts(counted.c).items()),
    )


@cache
def raters_by(breakdown: str) -> Select[Any]:
    """How many people are behind those ratings of a month in all services, per group."""
    rating = _found_ratings(breakdown, *_IN_ALL_SERVICES)
    return _people_by_group(rating.c, rating.c.place == 1)


@cache
def due_people_by(breakdown: str) -> Select[Any]:
    """How many people are behind those cases of a month in all services that are due, per group."""
    counted = _counted_cases(breakdown, *_IN_ALL_SERVICES)
    return _people_by_group(counted.c, _is_due(counted.c))


@cache
def touched_months() -> tuple[Select[Any], Select[Any]]:
    """The numbers of the months that anything newer than two ids is about."""
    sent, received = _month(Submission.received_on), _month(LoopRow.received_on)
    return (
        select(sent)
        .distinct()
        .where(
            Submission.service_id == _SERVICE,
            Submission.id > bindparam("after_submission", type_=BigId),
        ),
        select(received)
        .distinct()
        .join(LoopEvent, LoopEvent.submission_id == LoopRow.submission_id)
        .where(
            LoopEvent.id > bindparam("after_event", type_=BigId),
            or_(
                LoopRow.service_id == _SERVICE,
                and_(IS_HAND_OVER, LoopRow.submission_id.in_(ever_with(_SERVICE))),
            ),
        ),
    )


def _found_ratings(breakdown: str, *conditions: ColumnElement[bool]) -> CTE:
    """Every rating that counts, with its place among those of its person, the last one first."""
    month = _month(Submission.received_on)
    place = func.row_number().over(
        partition_by=(Submission.service_id, Submission.person_key, month),
        order_by=(Submission.received_on.desc(), Submission.id.desc()),
    )
    return (
        select(
            month,
            Submission.instrument,
            *([getattr(Submission, breakdown).label("value")] if breakdown != "all" else []),
            *(getattr(Submission, question) for question in ("q0", *QUESTIONS)),
            Submission.person_key,
            place.label("place"),
        )
        .where(*conditions, is_present())
        .cte("rating")
    )


def _counted_cases(breakdown: str, *conditions: ColumnElement[bool]) -> CTE:
    """Those cases, with the place of their reply among their person's, the last one first."""
    found = _found_cases(breakdown, *conditions)
    reply = case((and_(found.c.is_loop, found.c.verdict.in_(REPLIES)), found.c.verdict))
    reply_place = func.row_number().over(
        partition_by=(found.c.service_id, found.c.person_key, found.c.month, reply.is_(None)),
        order_by=found.c.place.desc(),
    )
    return (
        select(found, reply.label("reply"), reply_place.label("reply_place"))
        .where(found.c.place <= PER_PERSON)
        .cte("counted")
    )


def _found_cases(breakdown: str, *conditions: ColumnElement[bool]) -> CTE:
    """Every case of the months that counts, with its place among those of its person."""
    month = _month(LoopRow.received_on)
    place = func.row_number().over(
        partition_by=(LoopRow.service_id, LoopRow.person_key, month),
        order_by=(LoopRow.received_on, LoopRow.submission_id),
    )
    source = Submission if breakdown == "channel" else LoopRow
    return (
        select(
            month,
            Submission.instrument,
            *([getattr(source, breakdown).label("value")] if breakdown != "all" else []),
            LoopRow.service_id,
            LoopRow.person_key,
            LoopRow.verdict,
            (LoopRow.kind != Kind.PRAISE).label("is_loop"),
            (LoopRow.received_on <= _OLD_ENOUGH).label("is_old_enough"),
            LoopRow.told_on.is_not(None).label("is_told"),
            is_told_within(LoopRow, TOLD_DAYS, _MAY_BE_RETOLD).label("is_told_in_time"),
            days_between(LoopRow.told_on, LoopRow.received_on).label("waited"),
            LoopRow.target_on,
            LoopRow.told_on,
            place.label("place"),
        )
        .join(Submission, Submission.id == LoopRow.submission_id)
        .where(*conditions, is_evidence())
        .cte("found")
    )


def _case_counts(row: Any) -> dict[str, ColumnElement[int]]:
    """What is counted of these cases, by the names of `domain.monthly`."""
    is_due = _is_due(row)
    return {
        "cases": func.count(),
        "due": _count_where(is_due),
        "due_people": func.count(row.person_key.distinct()).filter(is_due),
        "told30": _count_where(is_due, row.is_told_in_time),
        "told": _count_where(row.is_loop, row.is_told),
        "own": _count_where(row.is_loop, row.target_on.is_not(None)),
        "own_due": _count_where(row.is_loop, row.target_on < _TODAY),
        "own_met": _count_where(row.is_loop, row.target_on < _TODAY, row.told_on <= row.target_on),
        **{
            str(verdict): _count_where(row.reply == verdict, row.reply_place == 1)
            for verdict in REPLIES
        },
        **{name: _count_where(row.is_loop, waited) for name, waited in _waits(row.waited)},
    }


def _is_due(row: Any) -> ColumnElement[bool]:
    return and_(row.is_loop, row.is_old_enough)


def _waits(waited: ColumnElement[int]) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """The bands of `WAITS`, each beginning where the one before ends."""
    *bands, later, not_yet = WAITS
    after = None
    for name, days in zip(bands, WAIT_DAYS, strict=True):
        yield name, waited <= days if after is None else waited.between(after + 1, days)
        after = days
    yield later, waited > WAIT_DAYS[-1]
    yield not_yet, waited.is_(None)


def _by_group(
    row: Any, breakdown: str, counts_here: ColumnElement[bool], *counts: ColumnElement[int]
) -> Select[Any]:
    groups = [row.month, row.instrument, *([row.value] if breakdown != "all" else [])]
    statement = select(*groups, *counts).where(counts_here).group_by(*groups)
    return statement if breakdown == "all" else statement.where(row.value.is_not(None))


def _people_by_group(row: Any, counts_here: ColumnElement[bool]) -> Select[Any]:
    """Whatever they answered to; a person in two services is one."""
    return (
        select(row.value, func.count(row.person_key.distinct()).label("people"))
        .where(counts_here, row.value.is_not(None))
        .group_by(row.value)
    )


def _month(day: Day) -> ColumnElement[int]:
    return (extract("year", day) * 12 + extract("month", day) - 1).label("month")


def _count_where(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(and_(*conditions))
