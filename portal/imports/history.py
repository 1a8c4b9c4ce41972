"""Earlier records as the portal's own: which events tell the same story (METHOD.md A.1).

Raw records hold facts, not events, and outcomes, replies and exclusions carry no day of their own.
The method takes them as known whenever the file is judged, so their events are dated on the day of
arrival: then the evidence is the method's on every day, and not only after the newest record.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from portal.domain.loop import (
    AUTOMATIC,
    Actor,
    Event,
    EventKind,
    Loop,
    Outcome,
    Verdict,
    apply,
    fold,
)
from portal.domain.raw_records import RawRating, RawSubmission

UNKNOWN_LANGUAGE = "und"  # BCP 47: told, and nobody wrote down in which language
_ORDER = tuple(EventKind)
_COMPARED = (
    "acknowledged_on",
    "outcome",
    "due_on",
    "done_on",
    "told_on",
    "told_lang",
    "verdict",
    "disputed_on",
    "retold_on",
    "invited_on",
    "excluded",
)
_UNDATED = frozenset({EventKind.RESPONDED, EventKind.CONFIRMED, EventKind.EXCLUDED})


def events_of(case: RawSubmission) -> list[Event]:
    """What happened to an earlier case, in order; whatever its days say, it arrived first."""
    received, *others = _events(case)
    return [received, *sorted(others, key=_order)]


def _order(event: Event) -> tuple[date, int]:
    return event.on, _ORDER.index(event.kind)


def _events(case: RawSubmission) -> Iterator[Event]:
    yield _by_system(EventKind.RECEIVED, case.received_at)
    if case.acknowledged_at:
        yield _by_system(EventKind.ACKNOWLEDGED, case.acknowledged_at)
    if case.outcome or case.due_at or case.done_at:
        # A promise without the name of its outcome counts as one; "answered" claims nothing more.
        outcome = Outcome(case.outcome) if case.outcome else Outcome.ANSWERED
        yield Event(
            kind=EventKind.RESPONDED,
            on=case.received_at,
            actor=Actor.STAFF,
            outcome=outcome,
            due_on=case.due_at,
            done_on=case.done_at,
        )
    if case.told_at:
        yield _by_system(EventKind.TOLD, case.told_at, _told_language(case))
    yield from _residents_events(case)
    if case.retold_at and case.disputed_at:
        yield _by_system(EventKind.RETOLD, case.retold_at, _told_language(case))
    if case.invited_at:
        yield _by_system(EventKind.INVITED, case.invited_at)
    if case.excluded:
        actor = Actor.SYSTEM if case.excluded == AUTOMATIC else Actor.STAFF
        yield Event(kind=EventKind.EXCLUDED, on=case.received_at, actor=actor, reason=case.excluded)


def _residents_events(case: RawSubmission) -> Iterator[Event]:
    if case.confirm:
        yield Event(
            kind=EventKind.CONFIRMED,
            on=case.received_at,
            actor=Actor.RESIDENT,
            verdict=Verdict(case.confirm),
        )
    if case.disputed_at:
        yield Event(kind=EventKind.DISPUTED, on=case.disputed_at, actor=Actor.RESIDENT)


def _by_system(kind: EventKind, on: date, lang: str | None = None) -> Event:
    return Event(kind=kind, on=on, actor=Actor.SYSTEM, lang=lang)


def _told_language(case: RawSubmission) -> str:
    return case.told_language or UNKNOWN_LANGUAGE


def events_since(before: Loop, case: RawSubmission, last_on: date) -> list[Event]:
    """What must have happened since an earlier file for `before` to become what `case` says.

    `last_on` is the day of the newest event so far; facts without a day happened no earlier.
    Raises ValueError, naming the facts, when something that has happened would have to change.
    """
    wanted = events_of(case)
    new = [_not_before(event, last_on) for event in wanted if _is_news(before, case, event)]
    if before.excluded and not case.excluded:
        new.append(Event(kind=EventKind.RESTORED, on=last_on, actor=Actor.STAFF))
    new.sort(key=_order)
    after, target = before, fold(wanted)
    for event in new:
        after = apply(after, event)
    wrong = [name for name in _COMPARED if getattr(after, name) != getattr(target, name)]
    if wrong:
        raise ValueError(", ".join(wrong))
    return new


def _not_before(event: Event, last_on: date) -> Event:
    return replace(event, on=max(event.on, last_on)) if event.kind in _UNDATED else event


def _is_news(before: Loop, case: RawSubmission, event: Event) -> bool:
    """Whether the event says anything that the facts do not say yet."""
    is_new_dispute = case.disputed_at != before.disputed_on
    said = (before.outcome, before.due_on, before.done_on)
    return {
        EventKind.RECEIVED: False,
        EventKind.ACKNOWLEDGED: before.acknowledged_on is None,
        EventKind.RESPONDED: said != (event.outcome, event.due_on, event.done_on),
        EventKind.TOLD: before.told_on is None,
        EventKind.CONFIRMED: before.verdict != event.verdict,
        EventKind.DISPUTED: is_new_dispute,
        EventKind.RETOLD: is_new_dispute or before.retold_on is None,
        EventKind.INVITED: before.invited_on is None,
        EventKind.EXCLUDED: before.excluded != event.reason,
    }[event.kind]


def record_hash(record: RawSubmission | RawRating) -> str:
    """SHA-256 (hex) by which a changed record is noticed."""
    text = json.dumps(vars(record), sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def hide_person(key: bytes, service_id: int, source: str, person_key: str) -> str:
    """A person's key of a source as the portal's own (64 hex digits).

    Whatever the source used, an address even, cannot be found out from it; equal keys stay equal
    within one source of a service, and meet nobody else's.
    """
    identity = json.dumps([service_id, source, person_key], ensure_ascii=False)
    return hmac.new(key, identity.encode(), "sha256").hexdigest()
