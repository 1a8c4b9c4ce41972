"""What was known on a day: the same by SQL as by folding the events up to then."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.domain.loop import Actor, Event, EventKind, Outcome, Verdict, fold
from portal.store.engine import Store
from portal.store.evidence.known_cases import READ_FACTS, cases_known_on, counted_now, loop_as_of
from tests.support.history import add_case, add_service

BEGIN = date(2026, 3, 1)
kinds = st.sampled_from([kind for kind in EventKind if kind is not EventKind.RECEIVED])
some_days = st.none() | st.integers(0, 60).map(lambda days: BEGIN + timedelta(days=days))


@st.composite
def stories(draw: st.DrawFn) -> list[Event]:
    """Events in order of their days, as wild as history may be: nothing is checked."""
    events = []
    day = BEGIN
    for kind in draw(st.lists(kinds, max_size=12)):
        day += timedelta(days=draw(st.integers(0, 5)))
        is_response = kind is EventKind.RESPONDED
        events.append(
            Event(
                kind=kind,
                on=day,
                actor=Actor.RESIDENT if kind in RESIDENTS else Actor.SYSTEM,
                lang="es" if kind in (EventKind.TOLD, EventKind.RETOLD) else None,
                verdict=draw(verdicts) if kind is EventKind.CONFIRMED else None,
                reason=draw(reasons) if kind is EventKind.EXCLUDED else None,
                outcome=draw(outcomes) if is_response else None,
                due_on=draw(some_days) if is_response else None,
                done_on=draw(some_days) if is_response else None,
            )
        )
    return events


RESIDENTS = {EventKind.CONFIRMED, EventKind.DISPUTED, EventKind.ATTESTED, EventKind.WITHDRAWN}
verdicts = st.sampled_from(list(Verdict))
reasons = st.sampled_from(["spam", "automatic", "duplicate"])
outcomes = st.sampled_from(list(Outcome))


@settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(cases=st.lists(stories(), min_size=1, max_size=4), after=st.integers(-1, 45))
def test_facts_of_a_day_are_those_of_the_events_up_to_it(
    store: Store, cases: list[list[Event]], after: int
) -> None:
    as_of = BEGIN + timedelta(days=after)
    service_id = store.write(add_service)
    expected = {
        store.write(add_case, service_id, BEGIN, events): [
            Event(kind=EventKind.RECEIVED, on=BEGIN, actor=Actor.SYSTEM),
            *(event for event in events if event.on <= as_of),
        ]
        for events in cases
    }
    with store.read() as session:
        rows = session.execute(select(loop_as_of(service_id, as_of))).mappings().all()
    found = {row["submission_id"]: {name: row[name] for name in READ_FACTS} for row in rows}
    if as_of < BEGIN:
        assert found == {}
        return
    assert found == {
        number: {name: getattr(fold(events), name) for name in READ_FACTS}
        for number, events in expected.items()
    }


def test_todays_facts_are_the_projections(store: Store) -> None:
    service_id = store.write(add_service)
    other_id = store.write(add_service)
    told = Event(kind=EventKind.TOLD, on=BEGIN, actor=Actor.SYSTEM, lang="en")
    later = Event(kind=EventKind.INVITED, on=BEGIN + timedelta(9), actor=Actor.SYSTEM)
    store.write(add_case, service_id, BEGIN, [told])
    store.write(add_case, other_id, BEGIN, [later])
    with store.read() as session:
        assert cases_known_on(session, service_id, BEGIN).compare(counted_now())
        assert not cases_known_on(session, service_id, BEGIN - timedelta(1)).compare(counted_now())
        assert not cases_known_on(session, other_id, BEGIN).compare(counted_now())
