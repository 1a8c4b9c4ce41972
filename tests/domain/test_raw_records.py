"""Raw-record files: every problem is named with its record and field, and none crashes."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.derive import build_evidence, derive
from portal.domain.raw_records import RawRecordError, arrival, parse_raw_records
from tests.domain.strategies import AS_OF, raw_files
from tests.domain.test_evidence_shape import json_values

CASE = {
    "id": 7,
    "person_key": "p",
    "received_at": "2026-05-01",
    "language": "en",
    "kind": "problem",
}
RATING = {"id": 7, "person_key": "p", "at": "2026-05-01", "language": "en", "q3": 4}


def problems_of(data: Any) -> tuple[str, ...]:
    with pytest.raises(RawRecordError) as refused:
        parse_raw_records(data)
    assert "\n" not in str(refused.value)
    return refused.value.problems


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"id": None}, "submissions[0]: id: is missing"),
        ({"id": 1.5}, "submissions[0] (id '1.5'): id: '1.5' is neither a number nor a text"),
        ({"id": True}, "neither a number nor a text"),
        ({"person_key": None}, "submissions[0] (id '7'): person_key: is missing"),
        ({"person_key": " "}, "person_key: '' is not a text"),
        ({"person_key": "a\x00b"}, "is not a text"),
        ({"person_key": "\ud800"}, "is not a text"),
        ({"received_at": None}, "received_at: is missing"),
        ({"received_at": "2026-13-01"}, "received_at: '2026-13-01' is not a date"),
        ({"received_at": "20260501"}, "is not a date"),
        ({"received_at": "2026-05-01T10:00"}, "is not a date"),
        ({"received_at": "٢٠٢٦-٠٥-٠١"}, "is not a date"),
        ({"told_at": 5}, "told_at: '5' is not a date (YYYY-MM-DD)"),
        ({"language": 3}, "language: '3' is not a text"),
        ({"kind": "moan"}, "kind: 'moan' is none of problem, idea, question, praise"),
        ({"kind": None}, "kind: is missing"),
        ({"outcome": "closed"}, "outcome: 'closed' is none of answered"),
        ({"confirm": "again"}, "confirm: 'again' is none of yes, partly, no"),
        ({"confirm": ["yes"]}, "confirm: a list is none of"),
        ({"excluded": "awkward"}, "excluded: 'awkward' is none of automatic"),
    ],
)
def test_wrong_case_is_named(change: dict[str, Any], problem: str) -> None:
    assert problem in "\n".join(problems_of({"submissions": [CASE | change]}))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ([], "the file must hold an object"),
        ({"service": 5}, "service: must be an object"),
        ({"service": {"info_languages": "en"}}, "service: info_languages: must be a list"),
        ({"service": {"channels": -1}}, "service: channels: '-1' is not a count"),
        ({"service": {"population_share": {"en": 2}}}, "population_share: must give each"),
        ({"submissions": {}}, "submissions: must be a list"),
        ({"submissions": [None]}, "submissions[0]: must be an object, not null"),
        ({"ratings": [RATING | {"q3": 6}]}, "q3: '6' is not an answer from 0 to 5"),
        ({"ratings": [RATING | {"q3": True}]}, "q3: 'True' is not an answer"),
        ({"ratings": [RATING | {"overall": 0}]}, "overall: '0' is not an answer from 1 to 5"),
        ({"ratings": [RATING | {"verified": "yes"}]}, "verified: 'yes' is neither true nor false"),
        ({"ratings": [RATING, RATING | {"id": "7"}]}, "ratings[1] (id '7'): id: is used twice"),
        ({"responses": [{}]}, "responses[0]: published_at: is missing"),
        ({"co_decisions": [{"partner": "a"}]}, "co_decisions[0]: decided_at: is missing"),
    ],
)
def test_wrong_file_is_named(data: Any, problem: str) -> None:
    assert any(problem in found for found in problems_of(data))


def test_all_problems_are_listed() -> None:
    wrong = CASE | {"kind": "moan", "told_at": "soon"}
    found = problems_of({"submissions": [wrong, CASE, CASE | {"id": 8, "language": None}]})
    assert len(found) == 4
    assert [line.split(":")[0] for line in found] == [
        "submissions[0] (id '7')",
        "submissions[0] (id '7')",
        "submissions[1] (id '7')",
        "submissions[2] (id '8')",
    ]


def test_told_before_received_is_taken_and_does_not_count() -> None:
    raw = parse_raw_records({"submissions": [CASE | {"told_at": "2026-04-01"}]})
    assert derive(raw, date(2026, 9, 30))["told30"]["x"] == 0


def test_empty_file_is_an_empty_history() -> None:
    assert build_evidence(parse_raw_records({}), AS_OF)["told30"]["n"] == 0


def test_numeric_ids_sort_as_numbers_before_all_others() -> None:
    ids: list[int | str] = ["b", 10, "9", "a", -1, "²"]
    ids.sort(key=lambda given_id: arrival(AS_OF, given_id))
    assert ids == [-1, "9", 10, "a", "b", "²"]


@given(raw_files)
def test_well_formed_files_are_taken(data: dict[str, Any]) -> None:
    raw = parse_raw_records(data)
    assert len(raw.submissions) == len(data["submissions"])
    assert len(raw.ratings) == len(data["ratings"])


@given(st.sampled_from(("service", "submissions", "ratings", "responses")), json_values)
def test_any_json_is_taken_or_refused(name: str, value: Any) -> None:
    with suppress(RawRecordError):
        parse_raw_records({name: [value] if name != "service" else value})
