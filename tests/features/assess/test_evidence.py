"""The evidence gathered by SQL is the evidence that the method defines."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.domain.derive import build_evidence
from portal.domain.level import evaluate
from portal.domain.raw_records import parse_raw_records
from portal.imports.history_offers import first_and_newest_day
from portal.store.engine import Store
from tests.domain.strategies import AS_OF, raw_files
from tests.support.history import HISTORIES, NOW, add_service, bring_in, gather

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


LANGUAGES = ("required_languages", "info_languages", "input_languages")


def has_records(data: dict[str, Any], as_of: date, window: int) -> bool:
    days = [record["received_at"] for record in data["submissions"]]
    days += [record["at"] for record in data["ratings"]]
    return any(0 <= (as_of - date.fromisoformat(day)).days < window for day in days)
