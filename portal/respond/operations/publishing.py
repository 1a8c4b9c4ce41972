"""Publishing several answers together, and at a time that was chosen beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.responses import Response
from portal.respond.act import Act
from portal.respond.operations.responses import (
    make_public,
    publish_response,
    record_response,
    require_publishable,
)
from portal.respond.rules import Conflict, Problem, Refusal
from portal.respond.scoped import get_response
from portal.store import audit
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.in_turn import do_in_turn


def publish_together(session: Session, *, act: Act, versions: Iterable[tuple[int, int]]) -> int:
    """Publish these answers, (id, version as it was read), or none of them; returns how many.

    Raises as publish_response does.
    """
    wanted = sorted(set(versions))
    for response_id, version in wanted:
        with _about(response_id):
            publish_response(
                session, now=act.now, today=act.today, scope=act.scope, response_id=response_id,
                version=version,
            )  # fmt: skip
    return len(wanted)


@contextmanager
def _about(response_id: int) -> Iterator[None]:
    """Let a refusal say which of several answers it is about."""
    try:
        yield
    except Refusal as refusal:
        refusal.about = response_id
        raise


def schedule_together(
    session: Session,
    *,
    act: Act,
    versions: Iterable[tuple[int, int]],
    at: datetime,
    zone: ZoneInfo,
) -> int:
    """Let these answers come out at a moment, all or none; returns how many.

    Whatever has to hold when they come out has to hold now already: a second person has reviewed
    the source, and the day of a promise has not passed by then. Raises Refusal or Conflict.
    """
    if at <= act.now:
        raise Refusal(("publish_at", Problem.TIME_PAST))
    wanted = sorted(set(versions))
    for response_id, version in wanted:
        response = get_response(session, act.scope, response_id, for_desk=True, lock=True)
        if response.status != "draft" or response.version != version:
            raise Conflict
        if response.publish_at not in (None, at):  # somebody else has chosen one meanwhile
            raise Conflict
        with _about(response_id):
            _require_publishable_on(session, response, at.astimezone(zone).date(), act.today)
        response.publish_at, response.publisher_id = at, act.person_id
        record_response(
            session,
            act.now,
            act.scope,
            "response_scheduled",
            response_id,
            publish_at=at.isoformat(),
        )
    return len(wanted)


def _require_publishable_on(session: Session, response: Response, day: date, today: date) -> None:
    if response.due_on is not None and today <= response.due_on < day:
        raise Refusal(("publish_at", Problem.DUE_BEFORE))
    require_publishable(session, response, day)


def unschedule(session: Session, *, act: Act, response_id: int) -> None:
    """Take the time back: it stays a draft. Raises Conflict when it came out, or had no time."""
    response = get_response(session, act.scope, response_id, for_desk=True, lock=True)
    if response.publish_at is None:
        raise Conflict
    response.publish_at = response.publisher_id = None
    record_response(session, act.now, act.scope, "response_unscheduled", response_id)


def publish_due(store: Store, clock: Clock) -> int:
    """Publish what is due, each answer in a transaction of its own; returns how many came out.

    One that goes wrong keeps no other waiting. What may not come out any more (the worker stood
    still until a promise's day had passed) stays a draft with its time, and the desk sees why.
    """
    now = clock.now()
    with store.read() as session:
        due = session.scalars(
            select(Response.id).where(Response.publish_at <= now).order_by(Response.publish_at)
        ).all()

    def publish(response_id: int) -> int:
        with suppress(Refusal):  # asked again in a few seconds, so no log should fill with it
            return store.write(_publish_due, clock, response_id)
        return 0

    return do_in_turn(due, publish)


def _publish_due(session: Session, clock: Clock, response_id: int) -> int:
    now = clock.now()
    response = session.scalar(
        select(Response)
        .where(Response.id == response_id, Response.publish_at <= now)
        .with_for_update(skip_locked=True)  # another worker is at it
    )
    if response is None or response.publisher_id is None:
        return 0
    person_id = response.publisher_id
    make_public(session, response, now=now, today=clock.day(now), person_id=person_id)
    audit.record(
        session, at=now, person_id=person_id, action="response_published", subject="response",
        subject_id=response_id, is_scheduled=True,
    )  # fmt: skip
    return 1
