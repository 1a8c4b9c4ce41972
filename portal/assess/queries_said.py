"""Counting people behind themes, and what they replied to answers, for all of a service at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.loop import EventKind
from portal.models.loops import LoopEvent, LoopRow
from portal.models.responses import Response, ThemeCase
from portal.models.said import Reaction, ThemeFigure
from portal.models.submissions import Submission
from portal.store.coverage import DELIVERIES

NOWHERE = ""  # people who named no district


@dataclass
class Count:
    """People by district or by verdict, and how many of them are new since the last batch."""

    people: dict[str, int] = field(default_factory=dict)
    new: int = 0


def list_published_themes(session: Session, service_id: int) -> Sequence[int]:
    """The themes of the service that have a published response."""
    themes = session.scalars(select(Response.theme_id).where(_is_published(service_id)).distinct())
    return [theme_id for theme_id in themes if theme_id is not None]


def list_published_responses(session: Session, service_id: int) -> Sequence[int]:
    """The published responses of the service."""
    return session.scalars(select(Response.id).where(_is_published(service_id))).all()


def count_people(session: Session, service_id: int) -> dict[int, Count]:
    """People behind each theme by the district that they named; each person once in a theme."""
    person = (
        select(
            ThemeCase.theme_id,
            func.min(LoopRow.district).label("district"),
            func.max(case((LoopRow.themed_on > ThemeFigure.as_of, 1), else_=0)).label("is_new"),
        )
        .join(LoopRow, LoopRow.submission_id == ThemeCase.submission_id)
        .join(Submission, Submission.id == ThemeCase.submission_id)
        .outerjoin(ThemeFigure, ThemeFigure.theme_id == ThemeCase.theme_id)
        # A burst of taps like those that machines send waits for a person's look, as ratings do.
        .where(
            _is_counted(service_id),
            or_(Submission.joined_theme_id.is_(None), Submission.is_quarantined.is_(False)),
        )
        .group_by(ThemeCase.theme_id, LoopRow.person_key)
        .subquery()
    )
    rows = session.execute(
        select(
            person.c.theme_id,
            func.coalesce(person.c.district, NOWHERE),
            func.count(),
            func.sum(person.c.is_new),
        ).group_by(person.c.theme_id, person.c.district)
    )
    return _counts(rows)


def count_replies(session: Session, service_id: int) -> dict[int, Count]:
    """What people last replied to each response that they were told of; each person once."""
    latest = _latest_replies(service_id)
    is_new = case((latest.c.happened_on > Reaction.as_of, 1), else_=0)
    rows = session.execute(
        select(latest.c.response_id, latest.c.verdict, func.count(), func.sum(is_new))
        .outerjoin(Reaction, Reaction.response_id == latest.c.response_id)
        .where(latest.c.place == 1)
        .group_by(latest.c.response_id, latest.c.verdict)
    )
    return _counts(rows)


def _latest_replies(service_id: int) -> Subquery:
    """Each reply with the response that the resident had been told of last before it."""
    delivered = case((LoopEvent.kind.in_(DELIVERIES), LoopEvent.id))
    event = (
        select(
            LoopEvent.id,
            LoopEvent.kind,
            LoopEvent.verdict,
            LoopEvent.happened_on,
            LoopRow.person_key,
            func.max(delivered)
            .over(partition_by=LoopEvent.submission_id, order_by=LoopEvent.id)
            .label("delivery_id"),
        )
        .join(LoopRow, LoopRow.submission_id == LoopEvent.submission_id)
        .where(
            _is_counted(service_id), LoopEvent.kind.in_((*DELIVERIES, EventKind.CONFIRMED.value))
        )
        .subquery()
    )
    delivery = LoopEvent.__table__.alias("delivery")
    of_person = (event.c.person_key, delivery.c.response_id)
    return (
        select(
            delivery.c.response_id,
            event.c.verdict,
            event.c.happened_on,
            func.row_number()
            .over(partition_by=of_person, order_by=event.c.id.desc())
            .label("place"),
        )
        .join(delivery, delivery.c.id == event.c.delivery_id)
        .where(event.c.kind == EventKind.CONFIRMED.value, delivery.c.response_id.is_not(None))
        .subquery()
    )


def _counts(rows: Iterable[Row[Any]]) -> dict[int, Count]:
    counts: dict[int, Count] = defaultdict(Count)
    for row in rows:
        subject, group, people, new = tuple(row)
        counts[subject].people[group] = people
        counts[subject].new += int(new or 0)
    return counts


def _is_published(service_id: int) -> ColumnElement[bool]:
    return and_(
        Response.service_id == service_id,
        Response.status == "published",
        Response.import_id.is_(None),
    )


def _is_counted(service_id: int) -> ColumnElement[bool]:
    return and_(
        LoopRow.service_id == service_id,
        LoopRow.excluded.is_(None),
        LoopRow.withdrawn_on.is_(None),
    )
