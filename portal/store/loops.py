"""The one way in which something happens to a case: event, fold and projection together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.domain.loop import (
    Actor,
    Event,
    EventKind,
    Kind,
    Loop,
    Outcome,
    Verdict,
    apply,
    check,
    fold,
)
from portal.models.loops import LoopEvent, LoopRow
from portal.store.targets import find_target_day

FACTS = (
    "acknowledged_on",
    "target_on",
    "themed_on",
    "responded_on",
    "outcome",
    "due_on",
    "done_on",
    "told_on",
    "told_lang",
    "verdict",
    "verdict_on",
    "disputed_on",
    "retold_on",
    "invited_on",
    "excluded",
    "withdrawn_on",
)  # the projection's columns that are folded from events, named as in domain.loop.Loop


# Built once: every case that is received needs them.
_INSERT_EVENT = insert(LoopEvent.__table__)  # type: ignore[arg-type]
_INSERT_LOOP = insert(LoopRow.__table__)  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class Links:
    """What an event points to, beside its own facts."""

    person_id: int | None = None
    theme_id: int | None = None
    response_id: int | None = None
    service_id: int | None = None
    import_id: int | None = None


NO_LINKS = Links()


def open_loop(
    session: Session,
    *,
    submission_id: int,
    service_id: int,
    lang: str,
    kind: str,
    district: str | None,
    person_key: str,
    at: datetime,
    on: date,
    acknowledged_on: date | None = None,
    is_joined: bool = False,
) -> None:
    """Begin a case: received, and acknowledged in the same moment by the receipt's page.

    `acknowledged_on` is a later day, for what reached the city before anybody typed it in. Where
    the city has set itself a target, the receipt says by when it means to answer; thanks need none.
    """
    received = Event(kind=EventKind.RECEIVED, on=on, actor=Actor.SYSTEM)
    acknowledged = replace(
        received,
        kind=EventKind.ACKNOWLEDGED,
        on=acknowledged_on or on,
        target_on=None if kind == Kind.PRAISE else find_target_day(session, service_id, on),
    )
    loop = Loop()
    for event in (received, acknowledged):
        check(loop, event)
        loop = apply(loop, event)
    moments = (at, at + (acknowledged.on - on))
    events = zip((received, acknowledged), moments, strict=True)
    insert_events(session, (event_values(submission_id, *event) for event in events))
    session.execute(
        _INSERT_LOOP,
        {
            "submission_id": submission_id,
            "service_id": service_id,
            "lang": lang,
            "kind": kind,
            "district": district,
            "person_key": person_key,
            "received_on": on,
            "is_imported": False,
            "is_joined": is_joined,
            **projected(loop),
        },
    )


def append_event(
    session: Session, submission_id: int, event: Event, *, at: datetime, links: Links = NO_LINKS
) -> Loop:
    """Let one thing happen to a case and return its facts afterwards.

    Raises LoopError (domain.loop) when it may not happen now, LookupError when there is no case.
    The projection's row is locked first, so that two events never fold from the same facts.
    """
    row = session.execute(
        select(LoopRow).where(LoopRow.submission_id == submission_id).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise LookupError(f"no case {submission_id}")
    session.refresh(row)
    before = facts_of(row)
    if event.kind is EventKind.BOUNCED:
        before = replace(before, has_reacted=has_reacted(list_events(session, submission_id)))
    check(before, event)
    after = apply(before, event)
    _insert_event(session, submission_id, event, at, links)
    session.execute(
        update(LoopRow).where(LoopRow.submission_id == submission_id).values(**projected(after))
    )
    return after


def projected(loop: Loop) -> dict[str, Any]:
    """The projection's columns for these facts."""
    return {name: getattr(loop, name) for name in FACTS} | {"state": loop.state.value}


def facts_of(row: LoopRow) -> Loop:
    """The facts that the projection holds: all but `has_reacted`."""
    values = {name: getattr(row, name) for name in FACTS}
    values["outcome"] = Outcome(row.outcome) if row.outcome else None
    values["verdict"] = Verdict(row.verdict) if row.verdict else None
    return Loop(received_on=row.received_on, **values)


def event_of(row: LoopEvent) -> Event:
    """A stored event as the domain knows it."""
    return Event(
        kind=EventKind(row.kind),
        on=row.happened_on,
        actor=Actor(row.actor),
        lang=row.lang,
        verdict=Verdict(row.verdict) if row.verdict else None,
        reason=row.reason,
        outcome=Outcome(row.outcome) if row.outcome else None,
        due_on=row.due_on,
        done_on=row.done_on,
        target_on=row.target_on,
    )


def has_reacted(events: Sequence[LoopEvent]) -> bool:
    """Whether the resident of these events has said something to what they were told last."""
    return fold(event_of(event) for event in events).has_reacted


def list_events(session: Session, submission_id: int) -> Sequence[LoopEvent]:
    """All events of a case in their order."""
    return session.scalars(
        select(LoopEvent).where(LoopEvent.submission_id == submission_id).order_by(LoopEvent.id)
    ).all()


def event_values(
    submission_id: int, event: Event, at: datetime, links: Links = NO_LINKS
) -> dict[str, Any]:
    """The columns of a stored event, for single inserts and for imports in bulk."""
    return {
        "submission_id": submission_id,
        "kind": event.kind.value,
        "at": at,
        "happened_on": event.on,
        "actor": event.actor.value,
        "lang": event.lang,
        "verdict": event.verdict,
        "reason": event.reason,
        "outcome": event.outcome,
        "due_on": event.due_on,
        "done_on": event.done_on,
        "target_on": event.target_on,
        "person_id": links.person_id,
        "theme_id": links.theme_id,
        "response_id": links.response_id,
        "service_id": links.service_id,
        "import_id": links.import_id,
    }


def insert_events(session: Session, values: Iterable[dict[str, Any]]) -> None:
    """Store many events at once, as made by `event_values`; the projection is the caller's."""
    rows = list(values)
    if rows:
        session.execute(_INSERT_EVENT, rows)


def _insert_event(
    session: Session, submission_id: int, event: Event, at: datetime, links: Links
) -> None:
    session.execute(_INSERT_EVENT, event_values(submission_id, event, at, links))
