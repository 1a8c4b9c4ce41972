"""Laws of counting: who is counted once, who never, and what staff cannot do about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.criteria import Thresholds
from portal.domain.derive import build_evidence, derive, window_tables
from portal.domain.evidence import assemble, needs_two_years
from portal.domain.evidence_shape import SHARES, validate_evidence
from portal.domain.level import evaluate
from portal.domain.raw_records import parse_raw_records
from tests.domain.strategies import AS_OF, raw_files

windows = st.sampled_from((365, 730))
LOOP_SHARES = (
    "told30", "told90", "same_language", "confirmed", "action", "promises", "invited",
)  # fmt: skip


def count(data: dict[str, Any], window: int = 365) -> Any:
    return window_tables(parse_raw_records(data), AS_OF, window)


def day(age: int) -> str:
    return (AS_OF - timedelta(days=age)).isoformat()


def case(number: int, age: int, **facts: Any) -> dict[str, Any]:
    return {
        "id": number,
        "person_key": f"new{number}",
        "received_at": day(age),
        "language": "en",
        "kind": "problem",
        **facts,
    }


def rating(number: int, person: str, age: int, **answers: Any) -> dict[str, Any]:
    return {"id": number, "person_key": person, "at": day(age), "language": "en", **answers}


@given(raw_files, windows)
def test_counts_make_sense_and_can_be_judged(data: dict[str, Any], window: int) -> None:
    raw = parse_raw_records(data)
    validate_evidence(derive(raw, AS_OF, window))
    evaluate(build_evidence(raw, AS_OF))
    tables = window_tables(raw, AS_OF, window)
    assert sum(n for _, n in tables["told30_by_language"].values()) == tables["told30"]["n"]
    assert sum(n for _, n in tables["told90_by_kind"].values()) == tables["told90"]["n"]
    assert tables["told90"]["x"] >= 0
    assert tables["confirmed"]["asked"] == tables["same_language"]["n"] == tables["invited"]["n"]


@given(raw_files, windows, st.randoms(use_true_random=False))
def test_order_in_the_file_plays_no_part(data: dict[str, Any], window: int, random: Any) -> None:
    shuffled = {name: records for name, records in data.items() if name == "service"}
    for name in ("submissions", "ratings", "responses", "co_decisions"):
        shuffled[name] = random.sample(data[name], len(data[name]))
    assert count(shuffled, window) == count(data, window)


@given(raw_files, windows)
def test_excluded_records_leave_everything_but_kept(data: dict[str, Any], window: int) -> None:
    without = data | {
        "submissions": [r for r in data["submissions"] if not r["excluded"]],
        "ratings": [r for r in data["ratings"] if not r["excluded"]],
    }
    before, after = count(data, window), count(without, window)
    assert after["kept"]["x"] == after["kept"]["n"] == before["kept"]["x"]
    assert {**before, "kept": None} == {**after, "kept": None}


@given(raw_files, windows)
def test_praise_is_in_no_loop_share(data: dict[str, Any], window: int) -> None:
    praised = data | {"submissions": [r | {"kind": "praise"} for r in data["submissions"]]}
    tables = count(praised, window)
    assert all(tables[name]["n"] == 0 for name in LOOP_SHARES)
    assert tables["told90_by_kind"] == {}
    assert tables["ack"] == count(data, window)["ack"]


@given(raw_files, windows)
def test_only_the_first_three_of_a_person_count(data: dict[str, Any], window: int) -> None:
    person = [case(1000 + i, 300 - i, person_key="often", told_at=day(290)) for i in range(3)]
    more = [case(2000 + i, 200 - i, person_key="often", told_at=day(190)) for i in range(4)]
    three = data | {"submissions": data["submissions"] + person}
    seven = data | {"submissions": data["submissions"] + person + more}
    before, after = count(three, window), count(seven, window)
    assert after["kept"]["n"] == before["kept"]["n"] + 4
    assert {**before, "kept": None} == {**after, "kept": None}


def test_praise_uses_up_the_allowance() -> None:
    praise = [case(i, 300 - i, person_key="often", kind="praise") for i in range(3)]
    problem = case(9, 100, person_key="often", told_at=day(99))
    assert count({"submissions": [*praise, problem]})["told30"] == {
        "x": 0, "n": 0, "recent": [0, 0],
    }  # fmt: skip


@given(raw_files, windows, st.integers(0, 900))
def test_unanswered_case_never_raises_a_share_of_the_told(
    data: dict[str, Any], window: int, age: int
) -> None:
    before = count(data, window)
    after = count(data | {"submissions": [*data["submissions"], case(1000, age)]}, window)
    for name in ("told30", "told90"):
        assert after[name]["x"] == before[name]["x"]
        assert after[name]["n"] >= before[name]["n"]


@given(raw_files, windows)
def test_staff_cannot_tell_by_closing(data: dict[str, Any], window: int) -> None:
    closed = [
        r | {"outcome": "done", "done_at": r["received_at"], "acknowledged_at": r["received_at"]}
        for r in data["submissions"]
    ]
    before, after = count(data, window), count(data | {"submissions": closed}, window)
    for name in ("told30", "told90", "same_language", "confirmed", "invited"):
        assert after[name] == before[name]


@given(raw_files, windows)
def test_what_lies_ahead_has_not_happened(data: dict[str, Any], window: int) -> None:
    known = data | {
        "submissions": [
            {
                name: None if name.endswith("_at") and name != "due_at" and (value or "") > day(0)
                and name != "received_at" else value
                for name, value in record.items()
            }
            for record in data["submissions"]
            if record["received_at"] <= day(0)
        ],
        "ratings": [record for record in data["ratings"] if record["at"] <= day(0)],
        "responses": [r for r in data["responses"] if r["published_at"] <= day(0)],
    }  # fmt: skip
    assert count(known, window) == count(data, window)


@given(raw_files, windows)
def test_a_person_has_one_rating_in_ninety_days(data: dict[str, Any], window: int) -> None:
    again = [r | {"id": r["id"] + 1000} for r in data["ratings"]]
    assert {
        **count(data | {"ratings": data["ratings"] + again}, window), **QUARANTINE_ASIDE,
    } == {**count(data, window), **QUARANTINE_ASIDE}  # fmt: skip


# Sending a quarantined rating twice shows as two in quarantine, in every question.
QUARANTINE_ASIDE = dict.fromkeys(("q1", "q2", "q3", "q4", "q5"))


def test_newer_rating_replaces_and_a_late_one_is_further() -> None:
    data = {
        "ratings": [
            rating(1, "a", 200, q3=1),
            rating(2, "a", 120, q3=5),
            rating(3, "a", 30, q3=4),
        ]
    }
    tables = count(data)
    assert (tables["q3"]["x"], tables["q3"]["n"], tables["raters"]) == (2, 2, 1)


def test_dispute_unanswered_for_long_undoes_told() -> None:
    told = {"told_at": day(95), "told_language": "en", "confirm": "no"}
    cases = [
        case(1, 100, **told, disputed_at=day(31)),
        case(2, 100, **told, disputed_at=day(30)),
        case(3, 100, **told, disputed_at=day(80), retold_at=day(50)),
        case(4, 100, **told, disputed_at=day(80), retold_at=day(49)),
    ]
    tables = count({"submissions": cases})
    assert (tables["told30"]["x"], tables["told30"]["n"]) == (2, 4)
    assert (tables["same_language"]["x"], tables["same_language"]["n"]) == (4, 4)


def test_two_years_are_taken_when_one_is_too_little() -> None:
    raw = parse_raw_records({"submissions": [case(i, 500, told_at=day(490)) for i in range(40)]})
    year, two_years = window_tables(raw, AS_OF, 365), window_tables(raw, AS_OF, 730)
    assert needs_two_years(year)
    evidence = build_evidence(raw, AS_OF)
    assert (evidence["window_days"], evidence["parity_window_days"]) == (730, 730)
    assert evidence["told30"]["n"] == 40
    with pytest.raises(ValueError, match="two-year tables are needed"):
        assemble(year, two_years, None)


def test_a_raised_minimum_stretches_the_window() -> None:
    enough: Any = {name: {"x": 35, "n": 35} for name in SHARES}
    assert not needs_two_years(enough)
    assert needs_two_years(enough, Thresholds({"L3.1": {"n_min": 36}}))
    # Shares that are only not contradicted, and level 4, do not stretch it.
    assert not needs_two_years(enough, Thresholds({"L1.2": {"n_min": 36}, "L4.6": {"n_min": 36}}))
    assert not needs_two_years(enough | {"promises": {"x": 0, "n": 0}})
