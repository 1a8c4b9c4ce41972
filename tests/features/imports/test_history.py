"""Earlier records: brought in once however often, continued, refused as a whole."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.domain.loop import fold
from portal.domain.raw_records import RawRecordError, parse_raw_records
from portal.imports.history import events_of
from portal.imports.history_operations import import_history
from portal.models.assessments import HistoryImport
from portal.models.loops import LoopEvent, LoopRow
from portal.models.partners import CoDecision
from portal.models.responses import Response
from portal.models.services import PageCheck, PopulationShare, ServiceLanguage
from portal.models.submissions import Submission
from portal.store.content import get_content_version
from portal.store.engine import Store
from tests.support.history import (
    EXAMPLES,
    HISTORIES,
    NOW,
    add_service,
    add_submission,
    bring_in,
    gather,
    source_of,
)
from tests.support.soundness import find_problems

AS_OF = date(2026, 9, 30)
SMALL: dict[str, Any] = EXAMPLES["derive"][0]["input"]
CASE: dict[str, Any] = {
    "id": 1,
    "person_key": "a",
    "received_at": "2026-03-01",
    "language": "es",
    "kind": "problem",
}


def file_of(*cases: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"service": {"required_languages": ["en", "es"]}, "submissions": list(cases), **others}


def count(store: Store, table: type[Any]) -> int:
    with store.read() as session:
        return session.scalars(select(func.count()).select_from(table)).one()


TABLES = (Submission, LoopRow, LoopEvent, Response, CoDecision, PageCheck, ServiceLanguage)


def test_a_second_import_changes_nothing(store: Store) -> None:
    service_id = store.write(add_service)
    first = bring_in(store, service_id, SMALL)
    assert (first.added, first.continued, first.unchanged) == (12 + 6 + 2 + 1, 0, 0)
    before = {table: count(store, table) for table in TABLES}
    second = bring_in(store, service_id, SMALL)
    assert (second.added, second.continued, second.unchanged) == (0, 0, 21)
    assert {table: count(store, table) for table in TABLES} == before
    assert find_problems(store) == []


@pytest.mark.parametrize(
    "said", [{"input_languages": ["en", "es"]}, {"population_share": {"en": 0.5}}]
)
def test_pages_follow_what_a_later_file_says_of_the_service_alone(
    store: Store, said: dict[str, Any]
) -> None:
    service_id = store.write(add_service)
    bring_in(store, service_id, file_of(CASE))
    with store.read() as session:
        before = get_content_version(session)
    later = file_of(CASE)
    later["service"] |= said
    assert bring_in(store, service_id, later).unchanged == 1
    with store.read() as session:
        assert get_content_version(session) > before


def test_whoever_waits_sees_how_far_it_is(store: Store) -> None:
    """New, changed and unchanged records are all told of: the bar comes to its end."""
    service_id = store.write(add_service)
    goes_on = {**CASE, "acknowledged_at": "2026-03-03"}
    ratings = SMALL["ratings"]
    for data in (file_of(CASE, ratings=ratings), file_of(goes_on, ratings=ratings)):
        records, told = parse_raw_records(data), list[int]()
        store.write(import_history, source_of(service_id), records, now=NOW, progress=told.append)
        assert sum(told) == len(records.submissions) + len(records.ratings)


def test_a_longer_file_adds_what_is_new(store: Store) -> None:
    history = HISTORIES[1]
    half = copy.deepcopy(history["input"])
    for name in ("submissions", "ratings", "responses"):
        half[name] = half[name][: len(half[name]) // 2]
    service_id = store.write(add_service)
    bring_in(store, service_id, half)
    done = bring_in(store, service_id, history["input"])
    assert done.unchanged == 35 + 35 + 5
    assert done.added == 35 + 35 + 5
    assert gather(store, service_id, AS_OF) == history["evidence"]


def test_a_file_written_earlier_goes_on_in_a_later_one(store: Store) -> None:
    service_id = store.write(add_service)
    steps: list[dict[str, Any]] = [
        {},
        {"acknowledged_at": "2026-03-03"},
        {"outcome": "planned", "due_at": "2026-06-01"},
        {"told_at": "2026-03-20", "told_language": "es", "invited_at": "2026-03-20"},
        {"confirm": "no", "disputed_at": "2026-03-25"},
        {"retold_at": "2026-04-02"},
        {"confirm": "yes", "outcome": "done", "done_at": "2026-05-30"},
        {"excluded": "duplicate"},
    ]
    case = dict(CASE)
    for step in steps:
        case |= step
        bring_in(store, service_id, file_of(case))
        expected = fold(events_of(parse_raw_records(file_of(case)).submissions[0]))
        with store.read() as session:
            row = session.scalars(select(LoopRow)).one()
        for name in ("outcome", "due_on", "done_on", "told_on", "verdict", "disputed_on"):
            assert getattr(row, name) == getattr(expected, name), (step, name)
        assert (row.retold_on, row.excluded) == (expected.retold_on, expected.excluded)
    del case["excluded"]
    assert bring_in(store, service_id, file_of(case)).continued == 1
    assert count(store, Submission) == 1
    assert find_problems(store) == []


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        ({"received_at": "2026-03-02"}, "received_on"),
        ({"language": "vi"}, "lang"),
        ({"person_key": "b"}, "person_key"),
        ({"told_at": "2026-03-21"}, "told_on"),
        ({"told_at": None}, "told_on"),
        ({"due_at": "2026-07-01"}, "due_on"),
        ({"confirm": None}, "verdict"),
    ],
)
def test_what_happened_cannot_be_rewritten(store: Store, change: dict[str, Any], fact: str) -> None:
    case = CASE | {
        "told_at": "2026-03-20",
        "told_language": "es",
        "outcome": "planned",
        "due_at": "2026-06-01",
        "confirm": "partly",
    }
    service_id = store.write(add_service)
    bring_in(store, service_id, file_of(case))
    before = {table: count(store, table) for table in TABLES}
    new = CASE | {"id": 2, "person_key": "c"}
    with pytest.raises(RawRecordError, match=rf"submissions \(id 1\).*{fact}"):
        bring_in(store, service_id, file_of(case | change, new))
    assert {table: count(store, table) for table in TABLES} == before


def test_changed_ratings_and_responses_are_problems_listed_together(store: Store) -> None:
    service_id = store.write(add_service)
    rating = {"id": 7, "person_key": "a", "at": "2026-03-01", "language": "en", "q1": 4}
    response = {"id": "r", "published_at": "2026-04-01"}
    bring_in(store, service_id, file_of(ratings=[rating], responses=[response]))
    with pytest.raises(RawRecordError) as caught:
        bring_in(
            store,
            service_id,
            file_of(
                ratings=[rating | {"q1": 1}], responses=[response | {"published_at": "2026-04-02"}]
            ),
        )
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "ratings (id 7)",
        "responses (id r)",
    ]


def test_attestations_of_a_co_decision_may_grow(store: Store) -> None:
    service_id = store.write(add_service)
    record = dict(SMALL["co_decisions"][0])
    bring_in(store, service_id, file_of(co_decisions=[record]))
    bring_in(store, service_id, file_of(co_decisions=[record | {"attest_fair": 9}, record]))
    with store.read() as session:
        rows = session.scalars(select(CoDecision).order_by(CoDecision.id)).all()
        assert [row.attest_fair for row in rows] == [9, record["attest_fair"]]


def test_too_long_values_are_refused_on_both_databases(store: Store) -> None:
    service_id = store.write(add_service)
    with pytest.raises(RawRecordError) as caught:
        bring_in(store, service_id, file_of(CASE | {"language": "x" * 17, "district": "d" * 81}))
    assert caught.value.problems == (
        "submissions[0]: language has more than 16 characters",
        "submissions[0]: district has more than 80 characters",
    )


def test_people_are_hidden_and_kept_apart(store: Store) -> None:
    services = [store.write(add_service) for _ in range(2)]
    rating = {"id": 1, "person_key": "a", "at": "2026-03-01", "language": "en"}
    for service_id in services:
        bring_in(store, service_id, file_of(CASE, ratings=[rating]))
    bring_in(store, services[0], file_of(CASE), source="another")
    with store.read() as session:
        rows = session.execute(
            select(Submission.service_id, Submission.import_id, Submission.person_key)
        ).all()
    assert len(rows) == 5
    assert all(len(row.person_key) == 64 for row in rows)
    # One person per service and source, the same in cases and ratings.
    assert len({row.person_key for row in rows}) == len({row.import_id for row in rows}) == 3


def test_a_new_service_takes_languages_and_shares_of_the_file(store: Store) -> None:
    service_id = store.write(add_service)

    def open_today(session: Any) -> None:
        for lang in ("en", "ko"):
            for role in ("required", "input"):
                session.add(
                    ServiceLanguage(service_id=service_id, lang=lang, role=role, opened_on=AS_OF)
                )
        session.add(PopulationShare(service_id=service_id, lang="ko", share=1.0, position=0))

    store.write(open_today)
    for _ in range(2):
        bring_in(store, service_id, HISTORIES[0]["input"])
    evidence = gather(store, service_id, AS_OF + timedelta(days=30))
    assert evidence["required_languages"] == evidence["info_languages"] == ["en", "es", "vi"]
    assert list(evidence["reach"]["by_language"]) == ["en", "es", "vi"]
    assert count(store, ServiceLanguage) == 6


def test_a_service_in_use_keeps_its_languages(store: Store) -> None:
    service_id = store.write(add_service)
    begin = date(2026, 8, 1)

    def open_earlier(session: Any) -> None:
        session.add(
            ServiceLanguage(service_id=service_id, lang="ko", role="required", opened_on=begin)
        )

    store.write(open_earlier)
    store.write(add_submission, service_id)
    bring_in(store, service_id, HISTORIES[0]["input"])
    assert gather(store, service_id, AS_OF)["required_languages"] == ["ko"]
    before = gather(store, service_id, begin - timedelta(days=1))
    assert before["required_languages"] == ["en", "es", "vi"]


def test_the_import_says_how_many_channels_there_were(store: Store) -> None:
    service_id = store.write(add_service)
    bring_in(store, service_id, SMALL)
    with store.read() as session:
        assert session.scalars(select(HistoryImport.channels)).one() == 2
