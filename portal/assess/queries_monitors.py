"""Counting for the city's monitors in SQL: answers by language, band of q0 and way of asking.

The statements are built once. Rows stay in the database: only counts come out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, case, func, select
from sqlalchemy.orm import Session

from portal.assess.month_statements import TOLD_DAYS, due_people_by, raters_by
from portal.domain.counted_ratings import POSITIVE_FROM
from portal.domain.loop import RETELL_DAYS
from portal.domain.monthly import QUESTIONS
from portal.models.appraisals import MonthlyFigure
from portal.models.base import BigId
from portal.models.submissions import Submission
from portal.store.evidence.ratings import is_present, next_on, stays

GROUPED = ("lang", "district", "channel", "kind")
SUMMED = ("ratings", "cases", "due", "told30", "yes", "partly", "no")
_ANSWERS = ("q0", *QUESTIONS)


class Group(NamedTuple):
    """People who answered in a language, on the web or not, of one band of q0 (0, 1 or 2)."""

    lang: str
    is_web: bool
    band: int


def count_answers(
    session: Session, service_ids: Iterable[int], after: date, until: date
) -> dict[Group, Counter[str]]:
    """Counted ratings of after < day ≤ until, summed over services.

    Counts: `ratings`; per question `<q>_x` (4 or 5) and `<q>_n` (answered 1..5); `both_x` (agree
    with q4 and q6) and `both_n` (answered both). One service at a time: no sorting of everything.
    """
    found: dict[Group, Counter[str]] = {}
    for service_id in service_ids:
        asked = {"service_id": service_id, "after": after, "until": until}
        for row in session.execute(_answers_of_service(), asked).mappings():
            group = Group(row["lang"], bool(row["is_web"]), row["band"])
            counts = {name: row[name] for name in row if name not in Group._fields}
            found.setdefault(group, Counter()).update(counts)
    return found


@cache
def _answers_of_service() -> Select[Any]:
    present = (
        select(
            Submission.lang,
            (Submission.channel == "web").label("is_web"),
            case((Submission.q0 <= 2, 0), (Submission.q0 == 3, 1), else_=2).label("band"),
            *(getattr(Submission, question) for question in _ANSWERS),
            Submission.received_on,
            next_on().label("next_on"),
        )
        .where(
            Submission.service_id == bindparam("service_id", type_=BigId),
            Submission.received_on > bindparam("after", type_=Date),
            Submission.received_on <= bindparam("until", type_=Date),
            Submission.q0.is_not(None),
            is_present(),
        )
        .cte("present_rating")
    )
    row = present.c
    groups = (row.lang, row.is_web, row.band)
    counts = {"ratings": func.count(), **_agreeing(row)}
    for question in _ANSWERS:
        counts[f"{question}_x"] = _count_where(row[question] >= POSITIVE_FROM)
        counts[f"{question}_n"] = _count_where(row[question] >= 1)
    return (
        select(*groups, *(count.label(name) for name, count in counts.items()))
        .where(stays(present))
        .group_by(*groups)
    )


def _agreeing(row: Any) -> dict[str, ColumnElement[int]]:
    return {
        "both_x": _count_where(row.q4 >= POSITIVE_FROM, row.q6 >= POSITIVE_FROM),
        "both_n": _count_where(row.q4 >= 1, row.q6 >= 1),
    }


def _count_where(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(and_(*conditions))


def sum_months(session: Session, begin: date) -> list[dict[str, Any]]:
    """The monthly figures of all services together, from a month on, in order.

    Keys: `month_on`, `breakdown`, `value`, the summed counts, and `good` (ratings of 4 and 5).
    """
    counts = MonthlyFigure.counts
    sums = {name: counts[name].as_integer() for name in SUMMED}
    sums["good"] = counts[("q0", 3)].as_integer() + counts[("q0", 4)].as_integer()
    groups = (MonthlyFigure.month_on, MonthlyFigure.breakdown, MonthlyFigure.value)
    statement = (
        select(*groups, *(func.sum(value).label(name) for name, value in sums.items()))
        .where(MonthlyFigure.month_on >= begin)
        .group_by(*groups)
        .order_by(*groups)
    )
    return [
        {name: int(value) if name in sums else value for name, value in row.items()}
        for row in session.execute(statement).mappings()
    ]


def list_instruments(session: Session, begin: date) -> dict[date, list[str]]:
    """The instruments that were answered in each month, from a month on."""
    found: dict[date, list[str]] = {}
    statement = (
        select(MonthlyFigure.month_on, MonthlyFigure.instrument)
        .where(
            MonthlyFigure.month_on >= begin,
            MonthlyFigure.breakdown == "all",
            MonthlyFigure.counts["ratings"].as_integer() > 0,
        )
        .distinct()
        .order_by(MonthlyFigure.month_on, MonthlyFigure.instrument)
    )
    for month_on, instrument in session.execute(statement):
        found.setdefault(month_on, []).append(instrument)
    return found


def count_people(
    session: Session, month_on: date, today: date, zone: ZoneInfo
) -> Mapping[tuple[str, str], tuple[int, int]]:
    """{(breakdown, group): (people who rated, people with due cases)} of the city in a month.

    Those behind the monthly figures of all its services, which say what counts (`monthly.py`).
    """
    after = (month_on + timedelta(days=31)).replace(day=1)
    asked = {
        "begin_at": datetime.combine(month_on, time(), zone),
        "end_at": datetime.combine(after, time(), zone),
        "old_enough": today - timedelta(days=TOLD_DAYS),
        "may_be_retold": today - timedelta(days=RETELL_DAYS),
    }
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for breakdown in GROUPED:
        raters, due = (
            {row.value: row.people for row in session.execute(people(breakdown), asked)}
            for people in (raters_by, due_people_by)
        )
        for value in raters.keys() | due.keys():
            found[breakdown, value] = raters.get(value, 0), due.get(value, 0)
    return found
