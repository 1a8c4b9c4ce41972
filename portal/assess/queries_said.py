"""Counting people behind themes, and what they replied to answers, for all of a service at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.loop import EventKind
from portal.domain.suppression import K
from portal.models.loops import LoopEvent, LoopRow
from portal.models.responses import Response, Theme, ThemeCase
from portal.models.said import Reaction
from portal.models.submissions import Submission
from portal.store.coverage import DELIVERIES

NOWHERE = ""  # people who named no district
ELSEWHERE = 0  # no response: those of other services


@dataclass
class Count:
    """People by verdict, and how many of them are new since the last batch."""

    people: dict[str, int] = field(default_factory=dict)
    new: int = 0


def list_published_themes(session: Session, service_id: int) -> Sequence[int]:
    """The themes of the service that have a published response."""
    themes = session.scalars(select(Response.theme_id).where(_is_published(service_id)).distinct())
    return [theme_id for theme_id in themes if theme_id is not None]


def list_published_responses(session: Session, service_id: int) -> Sequence[int]:
    """The published responses of the service."""
    return session.scalars(select(Response.id).where(_is_published(service_id))).all()


def count_people(session: Session, service_id: int) -> dict[int, dict[str, int]]:
    """People behind each theme by the district that they named; each person once in a theme.

    Of all services, where a theme takes their cases.
    """
    person = (
        select(
            ThemeCase.theme_id,
            func.min(LoopRow.district).label("district"),
        )
        .join(Theme, Theme.id == ThemeCase.theme_id)
        .join(LoopRow, LoopRow.submission_id == ThemeCase.submission_id)
        .join(Submission, Submission.id == ThemeCase.submission_id)
        # A burst of taps like those that machines send waits for a person's look, as ratings do.
        .where(
            Theme.service_id == service_id,
            _is_counted(),
            or_(Submission.joined_theme_id.is_(None), Submission.is_quarantined.is_(False)),
        )
        .group_by(ThemeCase.theme_id, LoopRow.person_key)
        .subquery()
    )
    rows = session.execute(
        select(person.c.theme_id, func.coalesce(person.c.district, NOWHERE), func.count()).group_by(
            person.c.theme_id, person.c.district
        )
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for theme_id, district, people in rows:
        found[theme_id][district] = people
    return found


def count_replies(session: Session, service_id: int) -> dict[int, Count]:
    """What people last replied to each response that they were told of; each person once.

    What the service's own people say is public elsewhere, so whatever differs from it follows.
    Therefore people who wrote about another service count only where there are none or at least K
    of them; and what the service's own people replied to answers of others stands under ELSEWHERE.
    """
    latest = _latest_replies(service_id)
    is_new = case((latest.c.happened_on > Reaction.as_of, 1), else_=0)
    subject = case((latest.c.answers_id == service_id, latest.c.response_id), else_=ELSEWHERE)
    rows = session.execute(
        select(
            subject.label("subject"), latest.c.service_id, latest.c.verdict, func.count(),
            func.sum(is_new),
        )
        .outerjoin(Reaction, Reaction.response_id == latest.c.response_id)
        .where(
            latest.c.place == 1,
            or_(latest.c.answers_id == service_id, latest.c.service_id == service_id),
        )
        .group_by("subject", latest.c.service_id, latest.c.verdict)
    )  # fmt: skip
    by_service: dict[tuple[int, int], list[tuple[int, str, int, int]]] = defaultdict(list)
    for subject_id, of_service, verdict, people, new in rows:
        by_service[subject_id, of_service].append((subject_id, verdict, people, new))
    return _counts(
        row
        for (_subject, of_service), found in by_service.items()
        if of_service == service_id or min(people for _id, _verdict, people, _new in found) >= K
        for row in found
    )


def _latest_replies(service_id: int) -> Subquery:
    """Each reply with the response that the resident had been told of last before it.

    Of the service's own cases, and of those in the themes that it shares.
    """
    delivered = case((LoopEvent.kind.in_(DELIVERIES), LoopEvent.id))
    event = (
        select(
            LoopEvent.id,
            LoopEvent.kind,
            LoopEvent.verdict,
            LoopEvent.happened_on,
            LoopRow.person_key,
            LoopRow.service_id,
            func.max(delivered)
            .over(partition_by=LoopEvent.submission_id, order_by=LoopEvent.id)
            .label("delivery_id"),
        )
        .join(LoopRow, LoopRow.submission_id == LoopEvent.submission_id)
        .where(
            or_(LoopRow.service_id == service_id, LoopRow.submission_id.in_(_shared(service_id))),
            _is_counted(),
            LoopEvent.kind.in_((*DELIVERIES, EventKind.CONFIRMED.value)),
        )
        .subquery()
    )
    delivery = LoopEvent.__table__.alias("delivery")
    of_person = (event.c.person_key, delivery.c.response_id)
    return (
        select(
            delivery.c.response_id,
            Response.service_id.label("answers_id"),
            event.c.service_id,
            event.c.verdict,
            event.c.happened_on,
            func.row_number()
            .over(partition_by=of_person, order_by=event.c.id.desc())
            .label("place"),
        )
        .join(delivery, delivery.c.id == event.c.delivery_id)
        .join(Response, Response.id == delivery.c.response_id)
        .where(event.c.kind == EventKind.CONFIRMED.value)
        .subquery()
    )


def _shared(service_id: int) -> Select[int]:
    """Cases of whichever service in the themes that the service shares."""
    return (
        select(ThemeCase.submission_id)
        .join(Theme, Theme.id == ThemeCase.theme_id)
        .where(Theme.service_id == service_id, Theme.is_shared)
    )


def _counts(rows: Iterable[Sequence[Any]]) -> dict[int, Count]:
    counts: dict[int, Count] = defaultdict(Count)
    for subject, group, people, new in rows:
        counts[subject].people[group] = counts[subject].people.get(group, 0) + people
        counts[subject].new += int(new or 0)
    return counts


def _is_published(service_id: int) -> ColumnElement[bool]:
    return and_(
        Response.service_id == service_id,
        Response.status == "published",
        Response.import_id.is_(None),
    )


def _is_counted() -> ColumnElement[bool]:
    return and_(LoopRow.excluded.is_(None), LoopRow.withdrawn_on.is_(None))
