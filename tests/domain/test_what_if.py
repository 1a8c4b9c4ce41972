"""Evidence as it would be: only what is supposed changes, and it always still makes sense."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.evidence_shape import validate_evidence
from portal.domain.level import evaluate
from portal.domain.parity import POOL
from portal.domain.what_if import OpenCase, Supposed, changed_criteria, suppose, take
from tests.domain.strategies import AS_OF, good_evidence, whole_evidence

open_cases = st.lists(
    st.builds(
        lambda number, age, lang, kind: OpenCase(number, AS_OF - timedelta(days=age), lang, kind),
        st.integers(1, 10**6),
        st.integers(0, 400),
        st.sampled_from(("en", "es", "vi")),
        st.sampled_from(("problem", "idea", "question")),
    ),
    max_size=8,
)
counts = st.integers(0, 40)


def case(age: int, lang: str = "en", number: int = 1) -> OpenCase:
    return OpenCase(number, AS_OF - timedelta(days=age), lang, "problem", "north")


@given(evidence=whole_evidence, cases=open_cases, ahead=st.integers(0, 60), number=counts)
def test_supposed_evidence_can_be_judged_and_loses_nothing(
    evidence: dict[str, Any], cases: list[OpenCase], ahead: int, number: int
) -> None:
    before = deepcopy(evidence)
    supposed = Supposed(
        told=cases, told_on=AS_OF + timedelta(days=ahead), invited=number, confirmed=number,
        promises=number, positive=number,
    )  # fmt: skip
    changed = suppose(evidence, AS_OF, supposed)
    assert evidence == before
    validate_evidence(changed)
    evaluate(changed)
    for metric in ("told30", "told90", "same_language", "confirmed", "promises", "q3", "q5"):
        assert changed[metric]["x"] >= evidence[metric]["x"], metric
        assert changed[metric]["n"] >= evidence[metric]["n"], metric
    untouched = {"ack", "kept", "action", "reach", "co_decisions", "channels", "public_responses"}
    assert {name: changed[name] for name in untouched} == {
        name: evidence[name] for name in untouched
    }


@given(evidence=whole_evidence)
def test_nothing_supposed_changes_nothing(evidence: dict[str, Any]) -> None:
    supposed = Supposed(told_on=AS_OF)
    assert not supposed
    assert suppose(evidence, AS_OF, supposed) == evidence
    result = evaluate(evidence)
    assert changed_criteria(result, result) == []


def test_a_case_counts_once_its_days_are_over_and_in_time_only_within_them() -> None:
    evidence = {
        "told30": {"x": 5, "n": 10, "recent": [1, 2]},
        "told90": {"x": 7, "n": 10, "recent": [1, 2]},
    }
    told = {
        age: suppose(evidence, AS_OF, Supposed(told=[case(age)], told_on=AS_OF + timedelta(days=5)))
        for age in (10, 26, 30, 84, 89, 200)
    }
    pairs = {
        age: tuple((found[name]["x"], found[name]["n"]) for name in ("told30", "told90"))
        for age, found in told.items()
    }
    assert pairs == {
        10: ((6, 11), (8, 11)),  # in time for both; comes in with both
        26: ((5, 11), (8, 11)),  # 31 days when told: late
        30: ((5, 10), (8, 11)),  # counted already, and missed
        84: ((5, 10), (8, 11)),  # just within 90 days
        89: ((5, 10), (7, 11)),
        200: ((5, 10), (7, 10)),  # nothing can mend it
    }
    assert told[10]["told30"]["recent"] == [2, 3]


def test_a_small_group_stays_in_the_pool() -> None:
    evidence = {"told30_by_language": {"en": [30, 40], POOL: [10, 20]}}
    changed = suppose(evidence, AS_OF, Supposed(told=[case(1, "en"), case(1, "vi")], told_on=AS_OF))
    assert changed["told30_by_language"] == {"en": [31, 41], POOL: [11, 21]}


def test_those_still_in_time_are_told_first() -> None:
    cases = [case(200, number=1), case(29, number=2), case(3, number=3), case(31, number=4)]
    assert [one.id for one in take(cases, 3, AS_OF)] == [2, 3, 1]
    assert take(cases, 0, AS_OF) == []


def test_enough_of_them_reach_the_next_level() -> None:
    evidence = good_evidence() | {"told30": {"x": 25, "n": 30, "recent": [10, 10]}}
    assert evaluate(evidence)["level"] == 2
    cases = [case(2, number=number) for number in range(10)]
    day = AS_OF + timedelta(days=3)
    after = evaluate(suppose(evidence, AS_OF, Supposed(told=cases, told_on=day)))
    assert after["level"] >= 3


def test_three_people_of_a_language_that_is_new_cannot_take_a_level_away() -> None:
    """Nobody is pooled yet: as gathered evidence does, they share a group with the smallest one."""
    groups = {"en": [291, 300], "es": [117, 120], "vi": [49, 50]}
    evidence = good_evidence() | {"told30_by_language": groups}
    assert evaluate(evidence)["level"] == 4
    told = [case(10, "ar", number) for number in (1, 2, 3)]
    changed = suppose(evidence, AS_OF, Supposed(told=told, told_on=AS_OF, invited=3))
    assert changed["told30_by_language"] == {"en": [291, 300], "es": [117, 120], POOL: [52, 53]}
    assert evaluate(changed)["level"] == 4
