"""Counting a service's ratings and the people behind them by SQL (METHOD.md A.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    RowMapping,
    Select,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from portal.domain.counted_ratings import POSITIVE_FROM, RATING_DAYS
from portal.domain.evidence import RECENT, TWO_YEARS, YEAR, Share, rating_share
from portal.domain.evidence_shape import QUESTIONS
from portal.models.base import days_between
from portal.models.submissions import Submission
from portal.store.evidence.window import (
    ANY_DAY,
    ANY_SERVICE,
    SomeService,
    Window,
    ask,
    count_where,
)


def counted_ratings(service_id: SomeService, window: Window) -> CTE:
    """The ratings that count: a person's newer one replaces one that is less than 90 days older.

    In the method's words each rating is compared with the kept one before it. The kept one is
    always the one just before, so a rating stays when the person's next is 90 days later or absent.
    """
    present = (
        select(
            Submission.id,
            Submission.person_key,
            Submission.lang,
            Submission.received_on,
            Submission.is_verified,
            *(getattr(Submission, question) for question in QUESTIONS),
            next_on().label("next_on"),
        )
        .where(_is_in(service_id, window), is_present())
        .cte("present_rating")
    )
    previous = func.lag(present.c.received_on).over(
        partition_by=present.c.person_key, order_by=(present.c.received_on, present.c.id)
    )
    return (
        select(present, previous.label("previous_on")).where(stays(present)).cte("counted_rating")
    )


def is_present() -> ColumnElement[bool]:
    """For a query over `Submission`: a rating that nobody has left out or set apart."""
    return and_(_is_kept(), Submission.is_quarantined.is_(False))


def next_on() -> ColumnElement[date | None]:
    """The day of the person's next one, over present ratings."""
    return func.lead(Submission.received_on).over(
        partition_by=Submission.person_key, order_by=(Submission.received_on, Submission.id)
    )


def stays(present: FromClause) -> ColumnElement[bool]:
    """Whether none replaces it: over present ratings with their day and `next_on`."""
    row = present.c
    days = days_between(row.next_on, row.received_on)
    return or_(row.next_on.is_(None), days >= RATING_DAYS)


def raters(service_id: SomeService, window: Window) -> Select[str]:
    """The `person_key` of everybody with a counted rating: a person's last one always counts."""
    return select(Submission.person_key).where(_is_in(service_id, window), is_present())


def _is_in(service_id: SomeService, window: Window) -> ColumnElement[bool]:
    return and_(Submission.service_id == service_id, window.within(Submission.received_on))


def _is_kept() -> ColumnElement[bool]:
    return and_(Submission.is_rating, Submission.is_rating_excluded.is_(False))


def count_ratings(session: Session, service_id: int, as_of: date) -> RatingCounts:
    """What the counted ratings of two years say; those of one year are a part of them.

    Whether a rating counts depends on the ones after it only, so it is the same in both windows.
    """
    rows = ask(session, _rating_counts, service_id, as_of).mappings().all()
    return RatingCounts(rows)


def _rating_counts() -> Select[Any]:
    window = Window(ANY_DAY, TWO_YEARS)
    counted = counted_ratings(ANY_SERVICE, window)
    day = counted.c.received_on
    groups = (
        counted.c.lang,
        window.within(day, YEAR).label("is_in_year"),
        window.within(day, RECENT).label("is_recent"),
        counted.c.is_verified,
    )
    previous = counted.c.previous_on
    counts = {
        # Nobody has more than one last rating, or first one, so counting those counts people.
        "people": count_where(counted.c.next_on.is_(None)),
        "first_in_two_years": count_where(previous.is_(None)),
        "first_in_year": count_where(or_(previous.is_(None), previous <= window.ago(YEAR))),
    }
    for question in QUESTIONS:
        answer = counted.c[question]
        counts[f"{question}_x"] = count_where(answer >= POSITIVE_FROM)
        counts[f"{question}_n"] = count_where(answer >= 1)
        counts[f"{question}_dk"] = count_where(answer == 0)
    columns = (value.label(name) for name, value in counts.items())
    return select(*groups, *columns).group_by(*groups)


@dataclass(frozen=True)
class RatingCounts:
    """Counts of counted ratings by language, time and whether the rater is verified."""

    rows: Sequence[RowMapping]
    days: int = TWO_YEARS

    def within(self, days: int) -> RatingCounts:
        """Only those of the window of so many days."""
        return self if days == TWO_YEARS else RatingCounts(self._where("is_in_year"), YEAR)

    def people(self) -> int:
        """Distinct people."""
        return _total(self.rows, "people")

    def recent_people(self) -> int:
        """Distinct people with ratings in the last 90 days."""
        return _total(self._where("is_recent"), "people")

    def people_by_last_language(self, *, only_recent: bool) -> Counter[str]:
        """Distinct people by the language of their last counted rating."""
        people: Counter[str] = Counter()
        for row in self._where("is_recent") if only_recent else self.rows:
            people[row["lang"]] += row["people"]
        return people

    def people_by_language(self) -> Counter[str]:
        """Distinct people by the language of their first counted rating."""
        name = "first_in_two_years" if self.days == TWO_YEARS else "first_in_year"
        people: Counter[str] = Counter()
        for row in self.rows:
            people[row["lang"]] += row[name]
        return people

    def share(
        self, question: str, quarantined: int, population_share: Mapping[str, float]
    ) -> Share:
        """The share of one question over all languages, with a cell for each that has a share."""
        by_language = self.by_language(question)
        return rating_share(
            *_pair(self.rows, question),
            dk=_total(self.rows, f"{question}_dk"),
            recent=_pair(self._where("is_recent"), question),
            verified=_pair(self._where("is_verified"), question),
            quarantined=quarantined,
            cells=[
                [*by_language.get(lang, (0, 0)), share] for lang, share in population_share.items()
            ],
        )

    def by_language(self, question: str) -> dict[str, Sequence[int]]:
        """{language: (x, n)} of one question, for languages in which it was answered."""
        pairs = {
            lang: _pair([row for row in self.rows if row["lang"] == lang], question)
            for lang in sorted({row["lang"] for row in self.rows})
        }
        return {lang: (x, n) for lang, (x, n) in pairs.items() if n}

    def _where(self, condition: str) -> Sequence[RowMapping]:
        return [row for row in self.rows if row[condition]]


def _total(rows: Sequence[RowMapping], name: str) -> int:
    return sum(row[name] for row in rows)


def _pair(rows: Sequence[RowMapping], question: str) -> tuple[int, int]:
    return _total(rows, f"{question}_x"), _total(rows, f"{question}_n")


def count_quarantined(session: Session, service_id: int, as_of: date, days: int) -> int:
    """Ratings in the window of so many days that are under review."""
    found: int = ask(session, _quarantined, service_id, as_of, days).scalar_one()
    return found


def _quarantined(days: int) -> Select[Any]:
    return select(func.count()).where(
        _is_in(ANY_SERVICE, Window(ANY_DAY, days)), _is_kept(), Submission.is_quarantined
    )
