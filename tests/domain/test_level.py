"""Laws of the level rule, whatever the evidence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.domain.criteria import CRITERIA, Thresholds
from portal.domain.level import evaluate
from tests.domain.strategies import evidence, good_evidence, shares

SHOWN = [c for c in CRITERIA if c.kind == "proportion" and c.mode == "show"]
SHARES = [c for c in CRITERIA if c.kind == "proportion"]
STANDING = ("not_met", "in_doubt", "met")


def result_of(criterion_id: str, found: dict[str, Any]) -> dict[str, Any]:
    result = evaluate(found)
    judged: dict[str, Any] = next(c for c in result["criteria"] if c["id"] == criterion_id)
    return judged


@given(evidence)
def test_any_well_formed_evidence_gives_a_level(found: dict[str, Any]) -> None:
    result = evaluate(found)
    own = result["own"]
    assert result["level"] in range(5)
    assert all(own[str(step)] == "reached" for step in range(1, result["level"] + 1))
    assert [c["id"] for c in result["criteria"]] == [c.id for c in CRITERIA]
    if result["level"] == 4:
        assert (result["next_level"], result["next_status"], result["blocking"]) == (None, None, [])
    else:
        assert result["next_level"] == result["level"] + 1
        assert result["next_status"] == own[str(result["next_level"])] != "reached"
        assert result["blocking"]
        assert all(name.startswith(f"L{result['next_level']}.") for name in result["blocking"])
    assert json.loads(json.dumps(result, allow_nan=False)) == result


@given(evidence)
def test_evidence_is_left_as_it_was(found: dict[str, Any]) -> None:
    before = json.dumps(found)
    evaluate(found)
    assert json.dumps(found) == before


def test_no_evidence_at_all_is_no_level() -> None:
    result = evaluate({})
    assert result["level"] == 0
    assert result["own"] == {
        "1": "not_reached", "2": "not_reached", "3": "not_reached", "4": "not_reached",
    }  # fmt: skip


def test_good_evidence_is_level_four_and_each_failing_level_caps_it() -> None:
    assert evaluate(good_evidence())["level"] == 4
    for metric, level in (("info_languages", 0), ("input_languages", 1)):
        assert evaluate(good_evidence() | {metric: []})["level"] == level
    assert evaluate(good_evidence() | {"public_responses": 0})["level"] == 2
    assert evaluate(good_evidence() | {"co_decisions": []})["level"] == 3


@given(st.sampled_from(SHOWN), shares(question=True, asked=True))
def test_one_more_positive_never_lowers_a_shown_share(
    criterion: Any, share: dict[str, Any]
) -> None:
    before = result_of(criterion.id, {criterion.metric: share})
    assume(before["status"] in STANDING)
    grown = share | {"x": share["x"] + 1, "n": share["n"] + 1, "asked": share["asked"] + 1}
    after = result_of(criterion.id, {criterion.metric: grown})
    assert STANDING.index(after["status"]) >= STANDING.index(before["status"])


@given(st.sampled_from(SHOWN), shares(question=True, asked=True))
def test_guards_can_only_lower(criterion: Any, share: dict[str, Any]) -> None:
    bare = {"x": share["x"], "n": share["n"], "verified": [share["n"], share["n"]]}
    guarded = result_of(criterion.id, {criterion.metric: share})
    unguarded = result_of(criterion.id, {criterion.metric: bare})
    if guarded["status"] == "met":
        assert unguarded["status"] == "met" or unguarded["reasons"] == ["too_few_verified"]


@given(st.sampled_from(SHOWN), shares(question=True, asked=True))
def test_what_it_would_take_is_enough(criterion: Any, share: dict[str, Any]) -> None:
    plain = {"x": share["x"], "n": share["n"]}
    judged = result_of(criterion.id, {criterion.metric: plain})
    more = judged.get("to_pass", {}).get("more_positive")
    if more is None:
        return
    grown = {"x": plain["x"] + more, "n": plain["n"] + more, "verified": [20, 20]}
    after = result_of(criterion.id, {criterion.metric: grown})
    assert after["status"] == "met" or after["reasons"] == ["silence_could_flip_it"]


@given(evidence, st.sampled_from(SHARES), st.floats(0.0, 0.99))
def test_raising_a_share_threshold_never_raises_a_level(
    found: dict[str, Any], criterion: Any, raised: float
) -> None:
    assume(raised >= criterion.tau)
    strict = evaluate(found, Thresholds({criterion.id: {"tau": raised}}))
    assert strict["level"] <= evaluate(found)["level"]


def test_raised_numbers_are_the_ones_in_the_result() -> None:
    raised = Thresholds(
        {"L3.1": {"tau": 0.9, "n_min": 50}, "L2.3": {"threshold": 401}, "L4.1": {"delta": 0.05}}
    )
    by_id = {c["id"]: c for c in evaluate(good_evidence(), raised)["criteria"]}
    assert (by_id["L3.1"]["threshold"], by_id["L3.1"]["n_min"]) == (0.9, 50)
    assert by_id["L2.3"]["status"] == "not_enough_evidence"
    assert by_id["L2.3"]["to_pass"] == {"more": 1}
    assert by_id["L4.1"]["delta"] == 0.05


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        ({"L9.9": {"tau": 0.9}}, "no criterion L9.9"),
        ({"L3.1": {"threshold": 3}}, "no number threshold"),
        ({"L3.1": {"text": 3}}, "no number text"),
        ({"L3.1": {"tau": 0.69}}, "laxer"),
        ({"L3.1": {"tau": float("nan")}}, "laxer"),
        ({"L3.1": {"tau": 1}}, "out of range"),
        ({"L3.1": {"tau": "0.9"}}, "must be a number"),
        ({"L3.1": {"n_min": 29}}, "laxer"),
        ({"L3.1": {"n_min": 30.5}}, "whole"),
        ({"L4.1": {"delta": 0.2}}, "laxer"),
        ({"L4.1": {"delta": 0}}, "out of range"),
        ({"L4.4": {"rho": 1.5}}, "out of range"),
        ({"L3.4": {"rho": float("inf")}}, "out of range"),
    ],
)
def test_thresholds_cannot_be_lowered_or_made_up(raised: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Thresholds(raised)


def test_parity_pools_into_a_pool_that_is_there_already() -> None:
    groups = {"en": [90, 100], "(small groups together)": [40, 50], "ko": [1, 5]}
    judged = result_of("L4.1", {"told30_by_language": groups})
    assert [(g["group"], g["n"]) for g in judged["groups"]] == [
        ("(small groups together)", 55),
        ("en", 100),
    ]
    assert judged["n"] == 155


@given(st.integers(1, 2000), st.integers(0, 2000))
def test_group_served_like_all_others_is_never_a_disparity(n: int, x: int) -> None:
    assume(x <= n)
    judged = result_of("L4.1", {"told30_by_language": {"a": [x, n], "b": [x, n]}})
    assert judged["status"] in {"met", "in_doubt", "not_enough_evidence"}
    assert all(group["verdict"] != "disparity" for group in judged["groups"])
