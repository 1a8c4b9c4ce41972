"""Cases that were handed from one service to another: whose they were, and whose they are.

A case counts for the service that has it on the day. For every other that had it before it is set
aside by staff as `wrong_service` (METHOD.md section 2). Hand-overs are rare and have an index.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Subquery,
    cast,
    func,
    literal,
    null,
    select,
    union,
)
from sqlalchemy.orm import aliased

from portal.domain.loop import EventKind
from portal.models.loops import LoopEvent, LoopRow
from portal.models.submissions import Submission
from portal.store.evidence.window import SomeDay, SomeService

WRONG_SERVICE = "wrong_service"
IS_HAND_OVER = LoopEvent.kind == EventKind.TRANSFERRED.value
_KEPT = ("submission_id", "received_on", "lang")


def ever_with(service_id: SomeService) -> CompoundSelect[Any]:
    """The ids of handed-over cases that this service had at any time."""
    began_with = (
        select(LoopEvent.submission_id)
        .join(Submission, Submission.id == LoopEvent.submission_id)
        .where(IS_HAND_OVER, Submission.service_id == service_id)
    )
    came_to = select(LoopEvent.submission_id).where(
        IS_HAND_OVER, LoopEvent.service_id == service_id
    )
    return union(began_with, came_to)


def services_of_hand_overs(after: int) -> CompoundSelect[Any]:
    """(service, event) of the hand-overs after that event: the services that a case ever was with.

    To those that gave it away, too, a hand-over is news.
    """
    event, earlier = LoopEvent, aliased(LoopEvent)
    is_new = (IS_HAND_OVER, event.id > after)
    began_with = (
        select(Submission.service_id, event.id.label("event_id"))
        .join(event, event.submission_id == Submission.id)
        .where(*is_new)
    )
    came_to = (
        select(earlier.service_id, event.id.label("event_id"))
        .join(event, event.submission_id == earlier.submission_id)
        .where(*is_new, earlier.kind == EventKind.TRANSFERRED.value)
    )
    return union(began_with, came_to)


def given_away(service_id: SomeService, as_of: SomeDay) -> Subquery:
    """The cases that the service had and gave away by the day, with the projection's columns.

    They are set aside; what became of them is known to the service that has them.
    """
    event = aliased(LoopEvent)
    latest = (
        select(LoopEvent.submission_id, func.max(LoopEvent.id).label("id"))
        .where(IS_HAND_OVER, LoopEvent.happened_on <= as_of)
        .group_by(LoopEvent.submission_id)
        .subquery("latest_hand_over")
    )
    table = LoopRow.__table__
    nothing = (
        cast(null(), column.type).label(column.name)
        for column in table.columns
        if column.name not in {*_KEPT, "excluded"}
    )
    return (
        select(
            *(table.c[name] for name in _KEPT),
            literal(WRONG_SERVICE).label("excluded"),
            *nothing,
        )
        .select_from(latest)
        .join(event, event.id == latest.c.id)
        .join(table, table.c.submission_id == latest.c.submission_id)
        .where(
            event.service_id != service_id,
            table.c.is_joined.is_(False),
            _had_before(latest, service_id, as_of),
        )
        .subquery("given_away")
    )


def _had_before(latest: FromClause, service_id: SomeService, as_of: SomeDay) -> ColumnElement[bool]:
    """Whether the service had the case by the day: from the beginning, or handed to it."""
    other = aliased(LoopEvent)
    rated = (
        select(Submission.id)
        .where(Submission.id == latest.c.submission_id, Submission.service_id == service_id)
        .exists()
    )
    came = (
        select(other.id)
        .where(
            other.submission_id == latest.c.submission_id,
            other.kind == EventKind.TRANSFERRED.value,
            other.service_id == service_id,
            other.happened_on <= as_of,
        )
        .exists()
    )
    return rated | came
