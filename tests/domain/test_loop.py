"""The loop: who may cause what, and what follows from it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.loop import (
    ACTORS,
    Actor,
    Event,
    EventKind,
    Loop,
    LoopError,
    LoopState,
    Outcome,
    Verdict,
    apply,
    check,
    fold,
)

DAY = date(2026, 3, 1)


def on(days: int) -> date:
    return DAY + timedelta(days=days)


def event(kind: EventKind, days: int = 0, **facts: object) -> Event:
    actor = min(ACTORS[kind]) if len(ACTORS[kind]) == 1 else Actor.STAFF
    if actor not in ACTORS[kind]:
        actor = Actor.SYSTEM
    return Event(kind=kind, on=on(days), actor=actor, **facts)  # type: ignore[arg-type]


RECEIVED = event(EventKind.RECEIVED)
ACKNOWLEDGED = event(EventKind.ACKNOWLEDGED)
PROMISED = event(EventKind.RESPONDED, 5, outcome=Outcome.PLANNED, due_on=on(60))
TOLD = event(EventKind.TOLD, 5, lang="es")
NO = event(EventKind.CONFIRMED, 8, verdict=Verdict.NO)
DISPUTED = event(EventKind.DISPUTED, 8)


def lived(*events: Event) -> Loop:
    """Every event checked before it happens, as the store does."""
    loop = Loop()
    for happening in events:
        check(loop, happening)
        loop = apply(loop, happening)
    assert loop == fold(events)
    return loop


def test_the_straight_road() -> None:
    states = []
    loop = Loop()
    for happening in (
        RECEIVED,
        ACKNOWLEDGED,
        event(EventKind.THEMED, 2),
        PROMISED,
        TOLD,
        event(EventKind.CONFIRMED, 6, verdict=Verdict.PARTLY),
    ):
        check(loop, happening)
        loop = apply(loop, happening)
        states.append(loop.state)
    assert states == [
        LoopState.RECEIVED,
        LoopState.ACKNOWLEDGED,
        LoopState.IN_THEME,
        LoopState.PLANNED,
        LoopState.TOLD,
        LoopState.CONFIRMED,
    ]
    assert (loop.told_on, loop.told_lang, loop.due_on) == (on(5), "es", on(60))


def test_a_no_opens_the_case_again_until_a_new_answer() -> None:
    loop = lived(RECEIVED, ACKNOWLEDGED, PROMISED, TOLD, NO, DISPUTED)
    assert loop.state is LoopState.REOPENED
    assert loop.waits_for_city
    again = event(EventKind.RESPONDED, 20, outcome=Outcome.DONE, done_on=on(19))
    loop = lived(
        RECEIVED, PROMISED, TOLD, NO, DISPUTED, again, event(EventKind.RETOLD, 20, lang="es")
    )
    assert not loop.waits_for_city
    assert loop.retold_on == on(20)
    assert loop.verdict is Verdict.NO, "only the resident can take it back"


def test_a_second_dispute_starts_a_clock_of_its_own() -> None:
    retold = event(EventKind.RETOLD, 20, lang="es")
    loop = lived(RECEIVED, PROMISED, TOLD, DISPUTED, retold, event(EventKind.DISPUTED, 30))
    assert (loop.disputed_on, loop.retold_on) == (on(30), None)
    loop = apply(loop, event(EventKind.RETOLD, 40, lang="es"))
    assert apply(loop, event(EventKind.RETOLD, 50, lang="es")).retold_on == on(40)


def test_the_latest_reply_counts() -> None:
    loop = lived(RECEIVED, PROMISED, TOLD, NO, event(EventKind.CONFIRMED, 9, verdict=Verdict.YES))
    assert (loop.verdict, loop.verdict_on) == (Verdict.YES, on(9))


def test_a_promise_keeps_its_first_date() -> None:
    later = event(EventKind.RESPONDED, 50, outcome=Outcome.IN_PROGRESS, due_on=on(200))
    assert lived(RECEIVED, PROMISED, later).due_on == on(60)
    done = event(EventKind.RESPONDED, 70, outcome=Outcome.DONE, done_on=on(69))
    loop = lived(RECEIVED, PROMISED, done)
    assert (loop.due_on, loop.done_on, loop.outcome) == (on(60), on(69), Outcome.DONE)


def test_a_reopened_case_may_get_a_new_promise() -> None:
    later = event(EventKind.RESPONDED, 50, outcome=Outcome.PLANNED, due_on=on(200))
    assert lived(RECEIVED, PROMISED, TOLD, DISPUTED, later).due_on == on(200)


def test_setting_aside_and_taking_back() -> None:
    aside = event(EventKind.EXCLUDED, 1, reason="spam")
    loop = lived(RECEIVED, aside)
    assert loop.state is LoopState.EXCLUDED
    assert not loop.waits_for_city
    assert lived(RECEIVED, aside, event(EventKind.RESTORED, 2)).excluded is None


BOUNCED = event(EventKind.BOUNCED, 7)


def test_what_came_back_has_told_nobody() -> None:
    loop = lived(RECEIVED, PROMISED, TOLD, BOUNCED)
    assert (loop.told_on, loop.told_lang, loop.state) == (None, None, LoopState.PLANNED)
    assert loop.waits_for_city
    assert lived(
        RECEIVED, PROMISED, TOLD, BOUNCED, event(EventKind.TOLD, 7, lang="es")
    ).told_on == (on(7))


def test_a_new_answer_that_came_back_leaves_the_case_open_and_told_as_before() -> None:
    retold = event(EventKind.RETOLD, 20, lang="es")
    loop = lived(RECEIVED, PROMISED, TOLD, DISPUTED, retold, event(EventKind.BOUNCED, 21))
    assert (loop.told_on, loop.retold_on, loop.state) == (on(5), None, LoopState.REOPENED)
    assert apply(loop, event(EventKind.RETOLD, 22, lang="es")).retold_on == on(22)


RETOLD = event(EventKind.RETOLD, 20, lang="es")
ATTESTED = event(EventKind.ATTESTED, 22)


@pytest.mark.parametrize("reaction", [NO, DISPUTED, ATTESTED])
@pytest.mark.parametrize("before", [(), (DISPUTED, RETOLD), (NO, DISPUTED, RETOLD)])
def test_what_a_resident_reacted_to_has_arrived(before: tuple[Event, ...], reaction: Event) -> None:
    check(lived(RECEIVED, PROMISED, TOLD, *before), event(EventKind.BOUNCED, 23))
    with pytest.raises(LoopError, match="has arrived"):
        check(lived(RECEIVED, PROMISED, TOLD, *before, reaction), event(EventKind.BOUNCED, 23))


def test_a_further_answer_takes_back_no_reaction_to_the_one_before() -> None:
    with pytest.raises(LoopError, match="has arrived"):
        check(lived(RECEIVED, PROMISED, TOLD, NO, RETOLD), event(EventKind.BOUNCED, 23))


@pytest.mark.parametrize("kind", list(EventKind))
@pytest.mark.parametrize("actor", list(Actor))
def test_nobody_writes_what_is_another_s_to_say(kind: EventKind, actor: Actor) -> None:
    told = fold((RECEIVED, PROMISED, TOLD)) if kind is not EventKind.RECEIVED else Loop()
    happening = Event(kind=kind, on=on(9), actor=actor)
    if actor not in ACTORS[kind]:
        with pytest.raises(LoopError, match="may not cause"):
            check(told, happening)


def test_staff_can_neither_confirm_nor_say_that_somebody_was_told() -> None:
    for kind in (EventKind.CONFIRMED, EventKind.DISPUTED, EventKind.TOLD, EventKind.RETOLD):
        assert Actor.STAFF not in ACTORS[kind]
    assert ACTORS[EventKind.CONFIRMED] == ACTORS[EventKind.DISPUTED] == {Actor.RESIDENT}


@pytest.mark.parametrize(
    ("before", "happening", "why"),
    [
        ((), ACKNOWLEDGED, "received once"),
        ((RECEIVED,), RECEIVED, "received once"),
        ((RECEIVED,), TOLD, "before there is a response"),
        ((RECEIVED, PROMISED), NO, "needs that the resident was told"),
        ((RECEIVED, PROMISED), DISPUTED, "needs that the resident was told"),
        ((RECEIVED, PROMISED, TOLD), TOLD, "later ones are retold"),
        ((RECEIVED,), event(EventKind.RESPONDED, 1, outcome=Outcome.PLANNED), "needs a date"),
        ((RECEIVED,), event(EventKind.RESPONDED, 1, outcome=Outcome.DONE), "needs its day"),
        ((RECEIVED,), event(EventKind.RESPONDED, 1), "incomplete"),
        ((RECEIVED,), event(EventKind.EXCLUDED, 1), "incomplete"),
        ((RECEIVED,), event(EventKind.EXCLUDED, 1, reason="boredom"), "no such reason"),
        ((RECEIVED, PROMISED), event(EventKind.TOLD, 5), "incomplete"),
    ],
)
def test_what_may_not_happen_now(before: tuple[Event, ...], happening: Event, why: str) -> None:
    with pytest.raises(LoopError, match=why):
        check(lived(*before), happening)


facts = st.fixed_dictionaries(
    {
        "lang": st.sampled_from(["en", "ar"]),
        "verdict": st.sampled_from(list(Verdict)),
        "reason": st.sampled_from(["spam", "automatic"]),
        "outcome": st.sampled_from(list(Outcome)),
        "due_on": st.just(on(90)),
        "done_on": st.just(on(80)),
    }
)
events = st.lists(
    st.builds(
        lambda kind, actor, days, given_facts: Event(
            kind=kind, on=on(days), actor=actor, **given_facts
        ),
        st.sampled_from([kind for kind in EventKind if kind is not EventKind.RECEIVED]),
        st.sampled_from(list(Actor)),
        st.integers(0, 100),
        facts,
    ),
    max_size=25,
)


@given(events)
def test_nothing_comes_back_that_its_resident_reacted_to(happenings: list[Event]) -> None:
    loop = fold((RECEIVED,))
    last = EventKind.RECEIVED
    for happening in happenings:
        try:
            check(loop, happening)
        except LoopError:
            continue
        if happening.kind is EventKind.BOUNCED:
            assert last in {EventKind.TOLD, EventKind.RETOLD}
        is_delivered = happening.kind is EventKind.TOLD or (
            happening.kind is EventKind.RETOLD and loop.is_open_again
        )
        if is_delivered or happening.kind in {
            EventKind.BOUNCED, EventKind.CONFIRMED, EventKind.DISPUTED, EventKind.ATTESTED
        }:  # fmt: skip
            last = happening.kind
        loop = apply(loop, happening)


@given(events)
def test_whatever_is_allowed_to_happen_leaves_a_sound_case(happenings: list[Event]) -> None:
    loop = fold((RECEIVED,))
    allowed = [RECEIVED]
    for happening in happenings:
        try:
            check(loop, happening)
        except LoopError:
            continue
        allowed.append(happening)
        loop = apply(loop, happening)
    assert loop == fold(allowed)
    assert (loop.told_on is None) == (loop.told_lang is None)
    assert loop.verdict is None or loop.told_on is not None
    assert loop.retold_on is None or loop.disputed_on is not None
    assert loop.told_on is None or loop.outcome is not None
    assert loop.state in LoopState
    if loop.state is LoopState.REOPENED:
        assert loop.waits_for_city
