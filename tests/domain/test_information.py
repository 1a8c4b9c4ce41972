"""Answers that cannot be compared between languages: shown, judged by nobody, published soundly."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from portal.domain.coarsening import coarsen
from portal.domain.criteria import DEFAULTS
from portal.domain.evidence_shape import validate_evidence
from portal.domain.information import show, shown_groups, take_out
from portal.domain.level import evaluate
from portal.domain.parity import POOL
from portal.domain.publication import publish
from tests.domain.strategies import good_evidence, whole_evidence

GROUPS = {"en": [190, 200], "es": [100, 200]}


def criterion(result: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in result["criteria"] if one["id"] == "L4.3")
    return found


def test_a_held_level_does_not_fall_while_answers_cannot_be_compared() -> None:
    evidence = good_evidence() | {"q3_by_language": GROUPS}
    assert evaluate(evidence)["level"] == 3
    result = evaluate(take_out(evidence))
    assert (result["level"], criterion(result)["status"]) == (4, "not_contradicted")
    assert result == evaluate(good_evidence() | {"q3_by_language": {}})


def test_pages_show_the_groups_and_the_verdict_that_counts() -> None:
    evidence = take_out(good_evidence() | {"q3_by_language": GROUPS})
    result = evaluate(evidence)
    shown = criterion(dict(show(result, evidence, DEFAULTS.raised)))
    assert [row["verdict"] for row in shown["groups"]] == ["parity", "disparity"]
    assert (shown["status"], shown["is_information"]) == ("not_contradicted", True)
    assert shown_groups(evidence, "q3_by_language") == GROUPS
    assert "is_information" not in criterion(result)
    assert show(result, good_evidence(), DEFAULTS.raised) is result


@given(found=whole_evidence)
def test_it_is_as_coarse_as_what_is_judged(found: dict[str, Any]) -> None:
    evidence = publish(coarsen(take_out(found)))
    validate_evidence(evidence)
    assert coarsen(evidence) == evidence
    assert found.keys() <= evidence.keys()
    assert evidence["q3_by_language_for_information"] == coarsen(found)["q3_by_language"]


def test_a_small_group_cannot_hide_in_it() -> None:
    evidence = {"q3_by_language_for_information": {"ko": [3, 4], "en": [20, 40]}}
    assert coarsen(evidence) == {"q3_by_language_for_information": {POOL: [23, 44]}}
