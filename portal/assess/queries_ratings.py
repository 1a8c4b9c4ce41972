"""Counting a service's ratings and the people behind them by SQL (METHOD.md A.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import (
    CTE,
    ColumnElement,
    RowMapping,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from portal.assess.window import Window, count_distinct_where, count_where
from portal.domain.counted_ratings import POSITIVE_FROM, RATING_DAYS
from portal.domain.evidence import RECENT, Share, rating_share
from portal.domain.evidence_shape import QUESTIONS
from portal.models.base import days_between
from portal.models.submissions import Submission


def counted_ratings(service_id: int, window: Window) -> CTE:
    """The ratings that count: a person's newer one replaces one that is less than 90 days older.

    In the method's words each rating is compared with the kept one before it. The kept one is
    always the one just before, so a rating stays when the person's next is 90 days later or absent.
    """
    following = func.lead(Submission.received_on).over(
        partition_by=Submission.person_key, order_by=(Submission.received_on, Submission.id)
    )
    present = (
        select(
            Submission.id,
            Submission.person_key,
            Submission.lang,
            Submission.received_on,
            Submission.is_verified,
            *(getattr(Submission, question) for question in QUESTIONS),
            following.label("next_on"),
        )
        .where(_is_in(service_id, window), Submission.is_quarantined.is_(False))
        .cte("present_rating")
    )
    is_last_of_its_days = days_between(present.c.next_on, present.c.received_on) >= RATING_DAYS
    return (
        select(present)
        .where(or_(present.c.next_on.is_(None), is_last_of_its_days))
        .cte("counted_rating")
    )


def _is_in(service_id: int, window: Window) -> ColumnElement[bool]:
    return and_(
        Submission.service_id == service_id,
        Submission.is_rating,
        Submission.is_rating_excluded.is_(False),
        window.within(Submission.received_on),
    )


def count_ratings(session: Session, service_id: int, window: Window) -> Sequence[RowMapping]:
    """Counts named `<question>_x`, `_n`, `_dk`, `_recent_x`, `_verified_n` … by language."""
    counted = counted_ratings(service_id, window)
    is_recent = window.within(counted.c.received_on, RECENT)
    counts: dict[str, ColumnElement[int]] = {}
    for question in QUESTIONS:
        answer = counted.c[question]
        counts[f"{question}_dk"] = count_where(answer == 0)
        for part, among in (
            ("", ()),
            ("_recent", (is_recent,)),
            ("_verified", (counted.c.is_verified,)),
        ):
            counts[f"{question}{part}_x"] = count_where(answer >= POSITIVE_FROM, *among)
            counts[f"{question}{part}_n"] = count_where(answer >= 1, *among)
    statement = select(
        counted.c.lang, *(value.label(name) for name, value in counts.items())
    ).group_by(counted.c.lang)
    return session.execute(statement).mappings().all()


def count_quarantined(session: Session, service_id: int, window: Window) -> int:
    """Ratings in the window that are under review."""
    statement = select(func.count()).where(_is_in(service_id, window), Submission.is_quarantined)
    return session.scalars(statement).one()


def count_raters(session: Session, service_id: int, window: Window) -> tuple[int, int]:
    """Distinct people with counted ratings: in the window, and in its last 90 days."""
    counted = counted_ratings(service_id, window)
    is_recent = window.within(counted.c.received_on, RECENT)
    all_people, recent_people = session.execute(
        select(
            func.count(counted.c.person_key.distinct()),
            count_distinct_where(counted.c.person_key, is_recent),
        )
    ).one()
    return all_people, recent_people


def count_people(session: Session, service_id: int, window: Window, cases: CTE) -> dict[str, int]:
    """People by the one language of each: of their first counted rating, else first counted case.

    `cases` is `counted_cases` of the same window.
    """
    ratings = counted_ratings(service_id, window)
    contacts = union_all(
        select(
            ratings.c.person_key,
            ratings.c.lang,
            ratings.c.received_on,
            ratings.c.id.label("id"),
            literal(0).label("source"),
        ),
        select(
            cases.c.person_key,
            cases.c.lang,
            cases.c.received_on,
            cases.c.submission_id,
            literal(1),
        ).where(window.within(cases.c.received_on)),
    ).subquery("contact")
    place = func.row_number().over(
        partition_by=contacts.c.person_key,
        order_by=(contacts.c.source, contacts.c.received_on, contacts.c.id),
    )
    ranked = select(contacts.c.lang, place.label("place")).subquery("ranked_contact")
    statement = (
        select(ranked.c.lang, func.count().label("people"))
        .where(ranked.c.place == 1)
        .group_by(ranked.c.lang)
    )
    return {row.lang: row.people for row in session.execute(statement)}


def question_share(
    rows: Sequence[RowMapping],
    question: str,
    quarantined: int,
    population_share: Mapping[str, float],
) -> Share:
    """The share of one question over all languages, with a cell for each that has a share."""

    def total(part: str) -> int:
        return sum(row[f"{question}{part}"] for row in rows)

    by_language = question_by_language(rows, question)
    return rating_share(
        total("_x"),
        total("_n"),
        dk=total("_dk"),
        recent=(total("_recent_x"), total("_recent_n")),
        verified=(total("_verified_x"), total("_verified_n")),
        quarantined=quarantined,
        cells=[[*by_language.get(lang, (0, 0)), share] for lang, share in population_share.items()],
    )


def question_by_language(rows: Sequence[RowMapping], question: str) -> dict[str, list[int]]:
    """{language: [x, n]} of one question, for languages in which it was answered."""
    table = {row["lang"]: [row[f"{question}_x"], row[f"{question}_n"]] for row in rows}
    return {lang: table[lang] for lang in sorted(table) if table[lang][1]}
