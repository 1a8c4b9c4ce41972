"""The loop: the life of a case, folded from its append-only events (METHOD.md section 2).

One table says which event may happen when and who may cause it; one fold turns the events of a
case into its state. The store keeps that state as a projection for queries and `portal check`
folds everything again and compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

MIN_REASON = 20  # characters of a reason for declining (METHOD.md section 2)
RETELL_DAYS = 30  # a dispute left unanswered for longer undoes told


class EventKind(StrEnum):
    """What can happen to a case, in the past tense."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    THEMED = "themed"
    EXCLUDED = "excluded"
    RESTORED = "restored"
    TRANSFERRED = "transferred"
    RESPONDED = "responded"
    TOLD = "told"
    BOUNCED = "bounced"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    RETOLD = "retold"
    INVITED = "invited"
    CALLED_OFF = "called_off"
    ATTESTED = "attested"
    CORRECTED = "corrected"
    REDACTED = "redacted"
    WITHDRAWN = "withdrawn"


class Actor(StrEnum):
    """Who caused an event."""

    SYSTEM = "system"
    STAFF = "staff"
    RESIDENT = "resident"


class Outcome(StrEnum):
    """What a response says will come of it."""

    ANSWERED = "answered"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DECLINED = "declined"


PROMISES = frozenset({Outcome.PLANNED, Outcome.IN_PROGRESS})


class Verdict(StrEnum):
    """The resident's answer to c1. `again` asks to look again and is no reply to the question."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    AGAIN = "again"


class Kind(StrEnum):
    """What the resident says the message is."""

    PROBLEM = "problem"
    IDEA = "idea"
    QUESTION = "question"
    PRAISE = "praise"


AUTOMATIC = "automatic"
STAFF_REASONS = ("spam", "abuse", "duplicate", "test", "withdrawn", "wrong_service")
EXCLUSION_REASONS = (AUTOMATIC, *STAFF_REASONS)

# Who may cause what. Staff can never write what residents decide, nor say that somebody was told.
ACTORS: Mapping[EventKind, frozenset[Actor]] = {
    EventKind.RECEIVED: frozenset({Actor.SYSTEM}),
    EventKind.ACKNOWLEDGED: frozenset({Actor.SYSTEM, Actor.STAFF}),
    # Residents join a theme themselves: "me too" (decision 40).
    EventKind.THEMED: frozenset({Actor.STAFF, Actor.RESIDENT}),
    EventKind.EXCLUDED: frozenset({Actor.SYSTEM, Actor.STAFF}),
    EventKind.RESTORED: frozenset({Actor.STAFF}),
    EventKind.TRANSFERRED: frozenset({Actor.STAFF}),
    EventKind.RESPONDED: frozenset({Actor.STAFF, Actor.SYSTEM}),
    EventKind.TOLD: frozenset({Actor.SYSTEM}),
    EventKind.BOUNCED: frozenset({Actor.SYSTEM}),
    EventKind.CONFIRMED: frozenset({Actor.RESIDENT}),
    EventKind.DISPUTED: frozenset({Actor.RESIDENT}),
    EventKind.RETOLD: frozenset({Actor.SYSTEM}),
    EventKind.INVITED: frozenset({Actor.SYSTEM}),
    EventKind.CALLED_OFF: frozenset({Actor.SYSTEM}),
    EventKind.ATTESTED: frozenset({Actor.RESIDENT}),
    EventKind.CORRECTED: frozenset({Actor.STAFF}),
    EventKind.REDACTED: frozenset({Actor.STAFF, Actor.SYSTEM}),
    EventKind.WITHDRAWN: frozenset({Actor.RESIDENT}),
}
if set(ACTORS) != set(EventKind):  # a new kind of event must say who may cause it
    raise RuntimeError("every kind of event needs its actors")


class LoopState(StrEnum):
    """Where a case stands, derived from its facts and never stored by hand."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    IN_THEME = "in_theme"
    ANSWERED = "answered"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DECLINED = "declined"
    TOLD = "told"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"
    EXCLUDED = "excluded"
    WITHDRAWN = "withdrawn"


class LoopError(ValueError):
    """An event that may not happen now, or that this actor may not cause."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened to a case on one of the city's days."""

    kind: EventKind
    on: date
    actor: Actor
    lang: str | None = None  # told, retold: the language actually shown
    verdict: Verdict | None = None  # confirmed
    reason: str | None = None  # excluded
    outcome: Outcome | None = None  # responded
    due_on: date | None = None  # responded with a promise
    done_on: date | None = None  # responded with something done
    target_on: date | None = None  # acknowledged: by when the city means to answer


@dataclass(frozen=True, kw_only=True)
class Loop:
    """The facts of a case that its events have established so far."""

    received_on: date | None = None
    acknowledged_on: date | None = None
    target_on: date | None = None
    themed_on: date | None = None
    responded_on: date | None = None
    outcome: Outcome | None = None
    due_on: date | None = None
    done_on: date | None = None
    told_on: date | None = None
    told_lang: str | None = None
    verdict: Verdict | None = None
    verdict_on: date | None = None
    disputed_on: date | None = None
    retold_on: date | None = None
    invited_on: date | None = None
    excluded: str | None = None
    withdrawn_on: date | None = None
    # To what they were told last, the resident has said something. Only a bounce asks for it, so
    # it is no column of the projection.
    has_reacted: bool = False

    @property
    def is_open_again(self) -> bool:
        """Whether the resident disputed the answer and has not been told anew since."""
        return self.disputed_on is not None and self.retold_on is None

    @property
    def state(self) -> LoopState:
        """Where the case stands."""
        if self.withdrawn_on is not None:
            return LoopState.WITHDRAWN
        if self.excluded is not None:
            return LoopState.EXCLUDED
        if self.is_open_again:
            return LoopState.REOPENED
        if self.told_on is not None:
            return LoopState.TOLD if self.verdict is None else LoopState.CONFIRMED
        return self._state_before_told()

    def _state_before_told(self) -> LoopState:
        if self.outcome is not None:
            return LoopState(self.outcome.value)
        if self.themed_on is not None:
            return LoopState.IN_THEME
        if self.acknowledged_on is not None:
            return LoopState.ACKNOWLEDGED
        return LoopState.RECEIVED

    @property
    def waits_for_city(self) -> bool:
        """Whether it is the city's turn: nobody told yet, or opened again."""
        if self.excluded is not None or self.withdrawn_on is not None:
            return False
        return self.told_on is None or self.is_open_again

    @property
    def may_be_handed_over(self) -> bool:
        """Whether it still waits for its first answer: who has answered keeps the case."""
        return self.waits_for_city and self.responded_on is None


def check(loop: Loop, event: Event) -> None:
    """Raise LoopError when the event may not follow on the facts, or not from this actor."""
    if event.actor not in ACTORS[event.kind]:
        raise LoopError(f"{event.actor} may not cause {event.kind}")
    if (event.kind is EventKind.RECEIVED) == (loop.received_on is not None):
        raise LoopError("a case is received once, before anything else")
    if event.kind in _AFTER_TOLD and loop.told_on is None:
        raise LoopError(f"{event.kind} needs that the resident was told")
    if event.kind is EventKind.TOLD and loop.told_on is not None:
        raise LoopError("told is the first time; later ones are retold")
    if event.kind in {EventKind.TOLD, EventKind.RETOLD} and loop.outcome is None:
        raise LoopError("nobody can be told before there is a response")
    if event.kind is EventKind.BOUNCED and loop.has_reacted:
        raise LoopError("an answer to which the resident reacted has arrived")
    if event.kind is EventKind.CALLED_OFF and loop.invited_on is None:
        raise LoopError("nothing is called off to which the resident was not invited")
    if event.kind is EventKind.TRANSFERRED and not loop.may_be_handed_over:
        raise LoopError("only a case that waits for its first answer can be handed over")
    _check_fields(event)


_AFTER_TOLD = frozenset(
    {
        EventKind.BOUNCED,
        EventKind.CONFIRMED,
        EventKind.DISPUTED,
        EventKind.RETOLD,
        EventKind.ATTESTED,
    }
)


def _check_fields(event: Event) -> None:
    needed = {
        EventKind.TOLD: event.lang,
        EventKind.RETOLD: event.lang,
        EventKind.CONFIRMED: event.verdict,
        EventKind.EXCLUDED: event.reason,
        EventKind.RESPONDED: event.outcome,
    }
    if event.kind in needed and needed[event.kind] is None:
        raise LoopError(f"{event.kind} is incomplete")
    if event.outcome in PROMISES and event.due_on is None:
        raise LoopError("a promise needs a date")
    if event.outcome is Outcome.DONE and event.done_on is None:
        raise LoopError("done needs its day")
    if event.target_on is not None and event.kind is not EventKind.ACKNOWLEDGED:
        raise LoopError("only an acknowledgement says by when the city means to answer")
    if event.kind is EventKind.EXCLUDED and event.reason not in EXCLUSION_REASONS:
        raise LoopError(f"no such reason: {event.reason}")


def _respond(loop: Loop, event: Event) -> Loop:
    """A promise keeps its first date: a later response may keep it, not move it.

    Only a resident's dispute opens the case for a new promise with a date of its own.
    """
    is_new_promise = loop.due_on is None or loop.is_open_again
    return replace(
        loop,
        responded_on=event.on,
        outcome=event.outcome,
        due_on=event.due_on if is_new_promise and event.due_on else loop.due_on,
        done_on=event.done_on or (None if is_new_promise else loop.done_on),
    )


def _tell_again(loop: Loop, event: Event) -> Loop:
    # Only the first answer after a dispute ends its clock.
    return replace(loop, retold_on=event.on, has_reacted=False) if loop.is_open_again else loop


def _bounce(loop: Loop, _event: Event) -> Loop:
    """What came back told nobody: neither the first time nor, after a dispute, again."""
    if loop.disputed_on is not None:
        return replace(loop, retold_on=None, has_reacted=True)  # they disputed what came before
    return replace(loop, told_on=None, told_lang=None)


# What each event establishes. Kinds that are missing change no fact that is counted here.
_EFFECTS: Mapping[EventKind, Callable[[Loop, Event], Loop]] = {
    EventKind.RECEIVED: lambda loop, event: replace(loop, received_on=event.on),
    EventKind.ACKNOWLEDGED: lambda loop, event: replace(
        loop,
        acknowledged_on=loop.acknowledged_on or event.on,
        # What the resident was told first stays: whatever is decided, whoever has the case.
        target_on=loop.target_on or event.target_on,
    ),
    EventKind.THEMED: lambda loop, event: replace(loop, themed_on=loop.themed_on or event.on),
    EventKind.EXCLUDED: lambda loop, event: replace(loop, excluded=event.reason),
    EventKind.RESTORED: lambda loop, _event: replace(loop, excluded=None),
    # It has left its themes with the service that gave it away; the clock goes on.
    EventKind.TRANSFERRED: lambda loop, _event: replace(loop, themed_on=None),
    EventKind.RESPONDED: _respond,
    EventKind.TOLD: lambda loop, event: replace(
        loop, told_on=event.on, told_lang=event.lang, has_reacted=False
    ),
    EventKind.BOUNCED: _bounce,
    EventKind.RETOLD: _tell_again,
    EventKind.CONFIRMED: lambda loop, event: replace(
        loop, verdict=event.verdict, verdict_on=event.on, has_reacted=True
    ),
    EventKind.DISPUTED: lambda loop, event: replace(
        loop, disputed_on=event.on, retold_on=None, has_reacted=True
    ),
    EventKind.ATTESTED: lambda loop, _event: replace(loop, has_reacted=True),
    EventKind.INVITED: lambda loop, event: replace(loop, invited_on=loop.invited_on or event.on),
    # All to which the resident was invited was called off: nobody invited them (decision 68).
    EventKind.CALLED_OFF: lambda loop, _event: replace(loop, invited_on=None),
    EventKind.WITHDRAWN: lambda loop, event: replace(
        loop, withdrawn_on=event.on, excluded="withdrawn"
    ),
}


def apply(loop: Loop, event: Event) -> Loop:
    """The facts after the event. Does not check whether it was allowed: history is history."""
    effect = _EFFECTS.get(event.kind)
    return loop if effect is None else effect(loop, event)


def fold(events: Iterable[Event]) -> Loop:
    """The facts that all events of one case, in their order, establish."""
    loop = Loop()
    for event in events:
        loop = apply(loop, event)
    return loop
