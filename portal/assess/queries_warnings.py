"""What early warning counts (METHOD.md section 4): a few rows per service, all services at once.

Cases are those of the loop measures: praise and what was set aside are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Date, RowMapping, and_, case, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.functions import count

from portal.domain.counted_ratings import POSITIVE_FROM
from portal.domain.evidence import YEAR
from portal.domain.loop import Kind
from portal.domain.warning import (
    BESIDE_WEEKS,
    THEME_DAYS_BEFORE,
    THEME_DAYS_NOW,
    USUAL_WEEKS,
    WEEK,
    monday_of,
)
from portal.models.base import days_between
from portal.models.loops import LoopRow
from portal.models.responses import Theme, ThemeCase
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.store.evidence.case_shares import CaseShares
from portal.store.evidence.known_cases import is_evidence
from portal.store.evidence.ratings import is_present
from portal.store.evidence.window import Day, Window, count_where

CHART_WEEKS = 2 * USUAL_WEEKS + BESIDE_WEEKS + 1
Pair = tuple[int, int]

_IS_RATING = and_(is_present(), Submission.q0.is_not(None))
_IS_LOOP = and_(is_evidence(), LoopRow.kind != Kind.PRAISE)


@dataclass
class Weeks:
    """A service's ratings by week: {Monday: (answers of 4 or 5, answers)}."""

    first_on: date  # the Monday of its first rating ever
    counts: dict[date, Pair] = field(default_factory=dict)

    def between(self, first: date, weeks: int) -> list[Pair]:
        """So many weeks from the Monday `first` on, those without answers too."""
        return [self.counts.get(first + number * WEEK, (0, 0)) for number in range(weeks)]


def list_weekly_ratings(session: Session, as_of: date) -> dict[int, Weeks]:
    """The weeks of every service in use, as far back as a chart and its usual reach."""
    begin = monday_of(as_of) - CHART_WEEKS * WEEK
    first = _first_days(session, Submission.service_id, Submission.received_on)
    found = {service_id: Weeks(monday_of(day)) for service_id, day in first}
    week = _whole_weeks_since(begin, Submission.received_on)
    rows = session.execute(
        select(
            Submission.service_id,
            week.label("week"),
            count_where(Submission.q0 >= POSITIVE_FROM).label("x"),
            count().label("n"),
        )
        .where(_IS_RATING, Submission.received_on >= begin, Submission.received_on <= as_of)
        .group_by(Submission.service_id, week)
    )
    for row in rows:
        if row.service_id in found:
            found[row.service_id].counts[begin + row.week * WEEK] = (row.x, row.n)
    return found


def _whole_weeks_since(monday: date, day: Day) -> ColumnElement[int]:
    return days_between(day, literal(monday, Date)) // 7


def _first_days(
    session: Session,
    service_id: InstrumentedAttribute[int],
    day: InstrumentedAttribute[date],
) -> Iterator[tuple[int, date]]:
    """(service in use, day of its first record) where there is any: one look into an index each."""
    first = select(func.min(day)).where(service_id == Service.id).scalar_subquery()
    rows = session.execute(
        select(Service.id, first.label("day")).where(Service.is_active).order_by(Service.id)
    )
    return ((row.id, row.day) for row in rows if row.day is not None)


@dataclass
class Waits:
    """A service's cases: {(received on, told on or None): how many}."""

    first_on: date  # the Monday of its first case ever
    counts: dict[tuple[date, date | None], int] = field(default_factory=dict)


def list_waits(session: Session, as_of: date) -> dict[int, Waits]:
    """The cases of every service in use, as far back as a chart and its usual reach."""
    first = _first_days(session, LoopRow.service_id, LoopRow.received_on)
    found = {service_id: Waits(monday_of(day)) for service_id, day in first}
    told_on = case((LoopRow.told_on <= as_of, LoopRow.told_on))
    rows = session.execute(
        select(
            LoopRow.service_id,
            LoopRow.received_on,
            told_on.label("told_on"),
            count().label("n"),
        )
        .where(
            _IS_LOOP,
            LoopRow.received_on > as_of - CHART_WEEKS * WEEK - timedelta(days=31),
            LoopRow.received_on <= as_of,
        )
        .group_by(LoopRow.service_id, LoopRow.received_on, told_on)
    )
    for row in rows:
        if row.service_id in found:
            found[row.service_id].counts[row.received_on, row.told_on] = row.n
    return found


ATTRIBUTES = ("lang", "district", "channel")
"""What groups are made of, beside the service."""
Groups = dict[tuple[int, str, str], dict[str, Pair]]
"""{(service, measure, attribute): {group: (x, n)}}."""


def group_cases(session: Session, as_of: date) -> Groups:
    """Told within 30 days (`told30`) and C1 (`c1`) of a year, by group."""
    counts = CaseShares(LoopRow.__table__, Window(as_of, YEAR)).all()
    columns = {"told30": "told30", "c1": "confirmed"}
    named = {
        f"{measure}_{part}": counts[f"{metric}_{part}"]
        for measure, metric in columns.items()
        for part in "xn"
    }
    keys = (LoopRow.service_id, LoopRow.lang, LoopRow.district, Submission.channel)
    rows = session.execute(
        select(*keys, *(value.label(name) for name, value in named.items()))
        .join(Submission, Submission.id == LoopRow.submission_id)
        .join(Service, Service.id == LoopRow.service_id)
        .where(_IS_LOOP, Service.is_active, LoopRow.received_on > as_of - timedelta(days=2 * YEAR))
        .group_by(*keys)
    ).mappings()
    groups: Groups = {}
    for row in rows:
        for measure in columns:
            _add_to(groups, row, measure, (row[f"{measure}_x"], row[f"{measure}_n"]))
    return groups


def group_ratings(session: Session, as_of: date) -> Groups:
    """q0 of 4 or 5 (`q0`) in a year by group; of each person (in 90 days) the last rating."""
    place = func.row_number().over(
        partition_by=(Submission.service_id, Submission.person_key),
        order_by=(Submission.received_on.desc(), Submission.id.desc()),
    )
    last = (
        select(
            Submission.service_id,
            *(getattr(Submission, attribute) for attribute in ATTRIBUTES),
            Submission.q0,
            place.label("place"),
        )
        .join(Service, Service.id == Submission.service_id)
        .where(
            _IS_RATING,
            Service.is_active,
            Submission.received_on > as_of - timedelta(days=YEAR),
            Submission.received_on <= as_of,
        )
        .subquery("last_rating")
    )
    keys = (last.c.service_id, *(last.c[attribute] for attribute in ATTRIBUTES))
    rows = session.execute(
        select(*keys, count_where(last.c.q0 >= POSITIVE_FROM).label("x"), count().label("n"))
        .where(last.c.place == 1)
        .group_by(*keys)
    ).mappings()
    groups: Groups = {}
    for row in rows:
        _add_to(groups, row, "q0", (row["x"], row["n"]))
    return groups


def _add_to(groups: Groups, row: RowMapping, measure: str, pair: Pair) -> None:
    """Count the row in its group of every attribute that it has."""
    service_id: int = row["service_id"]
    for attribute in ATTRIBUTES:
        value: str | None = row[attribute]
        if value is not None and pair[1]:
            group = groups.setdefault((service_id, measure, attribute), {})
            x, n = group.get(value, (0, 0))
            group[value] = (x + pair[0], n + pair[1])


def count_themes(session: Session, as_of: date) -> dict[int, tuple[int, Pair]]:
    """{theme: (service, (people in the last 28 days, in the 182 days before))}."""
    now_from = as_of - timedelta(days=THEME_DAYS_NOW)
    before_from = now_from - timedelta(days=THEME_DAYS_BEFORE)
    day = LoopRow.received_on
    rows = session.execute(
        select(
            Theme.id,
            Theme.service_id,
            func.count(case((day > now_from, LoopRow.person_key)).distinct()).label("now"),
            func.count(case((day <= now_from, LoopRow.person_key)).distinct()).label("before"),
        )
        .join(ThemeCase, ThemeCase.theme_id == Theme.id)
        .join(LoopRow, LoopRow.submission_id == ThemeCase.submission_id)
        .join(Service, Service.id == Theme.service_id)
        .where(LoopRow.excluded.is_(None), Service.is_active, day > before_from, day <= as_of)
        .group_by(Theme.id, Theme.service_id)
    )
    return {row.id: (row.service_id, (row.now, row.before)) for row in rows}


def first_themed(
    session: Session, city_day: Callable[[datetime], date], as_of: date
) -> dict[int, date]:
    """{service: since when its cases are put in themes}, as far as a surge looks back.

    Since its first theme was made, or earlier cases were put in one; not before its first case.
    """
    made = select(Theme.service_id, func.min(Theme.created_at)).group_by(Theme.service_id)
    begun = {service_id: city_day(at) for service_id, at in session.execute(made)}
    raised = (
        select(Theme.service_id, func.min(LoopRow.received_on))
        .join(ThemeCase, ThemeCase.theme_id == Theme.id)
        .join(LoopRow, LoopRow.submission_id == ThemeCase.submission_id)
        .where(LoopRow.received_on > as_of - timedelta(days=THEME_DAYS_NOW + THEME_DAYS_BEFORE))
        .group_by(Theme.service_id)
    )
    for service_id, day in session.execute(raised):
        begun[service_id] = min(begun[service_id], day)
    first = dict(_first_days(session, LoopRow.service_id, LoopRow.received_on))
    return {one: max(day, first.get(one, day)) for one, day in begun.items()}


def count_theme_periods(session: Session, theme_id: int, as_of: date) -> list[int]:
    """People per 28 days, the oldest of seven periods first."""
    period = days_between(literal(as_of, Date), LoopRow.received_on) // THEME_DAYS_NOW
    rows = session.execute(
        select(period.label("period"), func.count(LoopRow.person_key.distinct()).label("people"))
        .join(ThemeCase, ThemeCase.submission_id == LoopRow.submission_id)
        .where(
            ThemeCase.theme_id == theme_id,
            LoopRow.excluded.is_(None),
            LoopRow.received_on <= as_of,
            LoopRow.received_on > as_of - timedelta(days=7 * THEME_DAYS_NOW),
        )
        .group_by(period)
    )
    people = {row.period: row.people for row in rows}
    return [people.get(period, 0) for period in range(6, -1, -1)]
