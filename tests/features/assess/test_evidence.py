"""The evidence gathered by SQL is the evidence that the method defines."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.admin.languages import switch_off, switch_on
from portal.domain.derive import build_evidence
from portal.domain.level import evaluate
from portal.domain.loop import Actor, Event, EventKind
from portal.domain.raw_records import parse_raw_records
from portal.imports.history_offers import first_and_newest_day
from portal.models.services import PageCheck
from portal.respond.act import Act
from portal.respond.operations.hand_overs import hand_over
from portal.store.engine import Store
from portal.store.evidence.offers import count_by_channel
from tests.domain.strategies import AS_OF, raw_files
from tests.support.answers import Office
from tests.support.city import City
from tests.support.history import (
    HISTORIES,
    NOW,
    add_case,
    add_service,
    add_submission,
    answer_elsewhere,
    bring_in,
    gather,
    hand_on,
)

on_one_database = settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
names = [history["name"] for history in HISTORIES]


@pytest.mark.parametrize("history", HISTORIES, ids=names)
def test_worked_histories_come_out_to_the_letter(store: Store, history: dict[str, Any]) -> None:
    service_id = store.write(add_service)
    bring_in(store, service_id, history["input"])
    evidence = gather(store, service_id, date.fromisoformat(history["as_of"]))
    assert evidence == history["evidence"]
    assert list(evidence["reach"]["by_language"]) == list(
        history["evidence"]["reach"]["by_language"]
    )
    result = json.loads(json.dumps(evaluate(evidence)))
    assert {name: result[name] for name in history["result"]} == history["result"]


@on_one_database
@given(data=raw_files, ages=st.lists(st.integers(-10, 700), min_size=1, max_size=3))
def test_imported_records_give_the_evidence_of_the_definition(
    store: Store, data: dict[str, Any], ages: list[int]
) -> None:
    service_id = store.write(add_service)
    bring_in(store, service_id, data)
    raw = parse_raw_records(data)
    first, newest = first_and_newest_day(raw) or (NOW.date(), NOW.date())
    for age in ages:
        as_of = AS_OF - timedelta(days=age)
        expected = json.loads(json.dumps(build_evidence(raw, as_of)))
        found = gather(store, service_id, as_of)
        if as_of < first:  # what a file says of the service holds from its first day on
            expected |= {name: found[name] for name in LANGUAGES}
        if as_of >= newest + timedelta(days=365):  # nobody has checked the pages since
            expected["info_languages"] = []
        if not has_records(data, as_of, expected["window_days"]):
            expected["channels"] = 0  # nothing came through any
        assert found == expected


@st.composite
def hand_overs(draw: st.DrawFn) -> list[tuple[int, list[tuple[int, bool]]]]:
    """(which case of the file, [(days before AS_OF, whether it goes to the other service)])."""
    stories = []
    for place in draw(st.lists(st.integers(0, 24), max_size=5, unique=True)):
        ages = sorted(draw(st.lists(st.integers(-5, 700), min_size=1, max_size=3)), reverse=True)
        stories.append((place, [(age, draw(st.booleans())) for age in ages]))
    return stories


@on_one_database
@given(data=raw_files, others=raw_files, moves=hand_overs(), age=st.integers(-10, 700))
def test_a_case_counts_where_it_is_and_is_set_aside_where_it_was(
    store: Store,
    data: dict[str, Any],
    others: dict[str, Any],
    moves: list[tuple[int, list[tuple[int, bool]]]],
    age: int,
) -> None:
    """The figures of both services are those of the definition, on any day before and after."""
    here, there = store.write(add_service), store.write(add_service)
    bring_in(store, here, data)
    bring_in(store, there, _of_other_people(others))
    as_of = AS_OF - timedelta(days=age)
    cases = data["submissions"]
    for place, steps in moves:
        if place < len(cases):
            received = date.fromisoformat(cases[place]["received_at"])
            days = [max(AS_OF - timedelta(days=back), received) for back, _goes in steps]
            goals = [there if goes else here for _back, goes in steps]
            story = list(zip(days, goals, strict=True))
            store.write(hand_on, here, f"case:{cases[place]['id']}", story)
            _set_aside(cases[place], [goal for day, goal in story if day <= as_of], here, there)
    expected = {
        here: _with_cases(data, [_seen_from(case, here) for case in cases]),
        there: _with_cases(
            _of_other_people(others),
            [_seen_from(case, there) for case in cases if there in case.get("ever", ())]
            + _of_other_people(others)["submissions"],
        ),
    }
    for service_id, records in expected.items():
        found = gather(store, service_id, as_of)
        wanted = json.loads(json.dumps(build_evidence(parse_raw_records(records), as_of)))
        assert {name: found[name] for name in OF_CASES} == {name: wanted[name] for name in OF_CASES}


OF_CASES = (
    "window_days", "ack", "told30", "told90", "same_language", "confirmed", "action", "promises",
    "invited", "kept", "told30_by_language", "told30_by_district", "told90_by_kind", "reach",
)  # fmt: skip


answers = st.lists(st.tuples(st.integers(0, 24), st.integers(-5, 700)), max_size=6)
"""(which case of the file, how many days before AS_OF another service's answer reaches it)."""


@on_one_database
@given(data=raw_files, others=raw_files, given_to=answers, age=st.integers(-10, 700))
def test_a_case_in_a_theme_of_another_service_counts_in_its_own(
    store: Store,
    data: dict[str, Any],
    others: dict[str, Any],
    given_to: list[tuple[int, int]],
    age: int,
) -> None:
    """The answer is one of the service that gives it; that people were told counts where they are.

    The figures of both are those of the definition, on any day before and after.
    """
    here, there = store.write(add_service), store.write(add_service)
    as_of, cases, elsewhere = AS_OF - timedelta(days=age), data["submissions"], dict(given_to)
    told = {}
    for place in sorted(place for place in elsewhere if place < len(cases)):
        waiting = cases[place] | dict.fromkeys(AFTER_RECEIPT)
        cases[place] = waiting
        received = date.fromisoformat(waiting["received_at"])
        told[place] = max(AS_OF - timedelta(days=elsewhere[place]), received)
    bring_in(store, here, data)
    bring_in(store, there, _of_other_people(others))
    theirs = _of_other_people(others)
    if told:
        first = min(told.values())
        refs = {f"case:{cases[place]['id']}": day for place, day in told.items()}
        store.write(answer_elsewhere, here, there, refs, first)
        theirs |= {"responses": [*others["responses"], {"published_at": first.isoformat()}]}
    for place, day in told.items():
        cases[place] |= {"told_at": day.isoformat(), "told_language": cases[place]["language"]}
        cases[place] |= {"outcome": "answered"}
    for service_id, records in {here: data, there: theirs}.items():
        found = gather(store, service_id, as_of)
        wanted = json.loads(json.dumps(build_evidence(parse_raw_records(records), as_of)))
        names = (*OF_CASES, "public_responses", "public_responses_recent")
        assert {name: found[name] for name in names} == {name: wanted[name] for name in names}


AFTER_RECEIPT = (
    "told_at", "told_language", "confirm", "disputed_at", "retold_at", "outcome", "due_at",
    "done_at", "invited_at", "excluded",
)  # fmt: skip


def _of_other_people(data: dict[str, Any]) -> dict[str, Any]:
    """The file of a service whose people and ids are not those of the first one."""
    names = ("submissions", "ratings")
    return data | {
        name: [
            row | {"id": row["id"] + 1000, "person_key": f"other-{row['person_key']}"}
            for row in data[name]
        ]
        for name in names
    }


def _set_aside(case: dict[str, Any], goals: list[int], here: int, there: int) -> None:
    """Write down who has the case by now, and who ever had it."""
    case["ever"] = {here, *goals}
    case["holder"] = goals[-1] if goals else here


def _seen_from(case: dict[str, Any], service_id: int) -> dict[str, Any]:
    """The record that a service has of a case: its own, or one it gave away."""
    plain = {name: value for name, value in case.items() if name not in {"ever", "holder"}}
    if case.get("holder", service_id) == service_id:
        return plain
    return plain | {"excluded": "wrong_service"}


def _with_cases(data: dict[str, Any], cases: list[dict[str, Any]]) -> dict[str, Any]:
    return data | {"submissions": cases}


LANGUAGES = ("required_languages", "info_languages", "input_languages")


def has_records(data: dict[str, Any], as_of: date, window: int) -> bool:
    days = [record["received_at"] for record in data["submissions"]]
    days += [record["at"] for record in data["ratings"]]
    return any(0 <= (as_of - date.fromisoformat(day)).days < window for day in days)


ASIDE = Event(kind=EventKind.EXCLUDED, on=date(2026, 11, 18), actor=Actor.SYSTEM, reason="spam")


def test_what_does_not_count_makes_no_channel(store: Store, city: City) -> None:
    def fill(session: Session) -> int:
        add_submission(session, city.lights, received_at=NOW - timedelta(days=5))
        add_submission(session, city.lights, channel="kiosk", is_quarantined=True)
        add_submission(session, city.lights, channel="mail", is_rating_excluded=True)
        add_case(session, city.lights, date(2026, 11, 10), [ASIDE], channel="paper")
        return add_case(session, city.lights, date(2026, 11, 10), [], channel="counter")

    gone = store.write(fill)
    as_of = NOW.date()
    assert gather(store, city.lights, as_of)["channels"] == 2
    assert gather(store, city.lights, date(2026, 11, 17))["channels"] == 3  # not set aside yet
    act = Act(Office(store, city).staff, NOW, as_of)
    store.write(hand_over, act=act, submission_id=gone, slug="swimming-pools")
    assert gather(store, city.lights, as_of)["channels"] == 1
    assert gather(store, city.pools, as_of)["channels"] == 0
    with store.read() as session:
        assert count_by_channel(session, city.lights, as_of, 365) == ({"web": 1}, 0)


def test_a_page_counts_in_no_language_that_is_switched_off(store: Store, city: City) -> None:
    off = date(2026, 11, 20)

    def check(session: Session) -> None:
        session.execute(delete(PageCheck))
        for lang in ("en", "vi"):
            checked = PageCheck(service_id=city.lights, lang=lang, checked_on=date(2026, 11, 1))
            session.add(checked)
            session.flush()

    store.write(check)
    by: dict[str, Any] = {"person_id": city.people["admin"], "now": NOW, "today": off}
    store.write(switch_off, lang="vi", day=off, **by)
    assert gather(store, city.lights, off - timedelta(days=1))["info_languages"] == ["en", "vi"]
    assert gather(store, city.lights, off)["info_languages"] == ["en"]
    store.write(switch_on, lang="vi", **by)
    assert gather(store, city.lights, off)["info_languages"] == ["en", "vi"]
