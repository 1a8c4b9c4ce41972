"""The level of a service: every criterion judged, then the staged rule (METHOD.md 3.5, A.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.domain.criteria import DEFAULTS, LEVELS, METHOD, Criterion, Thresholds
from portal.domain.evidence_shape import validate_evidence
from portal.domain.parity import judge_parity
from portal.domain.partnership import judge_partnership
from portal.domain.reach import judge_reach
from portal.domain.share import judge_share
from portal.domain.status import (
    IN_DOUBT,
    MET,
    NOT_ENOUGH_EVIDENCE,
    NOT_MET,
    NOT_REACHED,
    PASSING,
    REACHED,
)

# A count that is short is a failing, except of people: too few of them is a lack of evidence.
COUNTS_OF_PEOPLE = ("raters", "raters_recent")


def evaluate(evidence: Mapping[str, Any], thresholds: Thresholds = DEFAULTS) -> dict[str, Any]:
    """The result for a service's evidence, in METHOD.md A.4's shape (plain JSON data).

    Raises EvidenceError for evidence that makes no sense. Keys that it does not know are ignored.
    """
    validate_evidence(evidence)
    criteria = [judge(criterion, evidence) for criterion in thresholds.criteria()]
    own = {level: own_status(level, criteria) for level in LEVELS}
    level = highest_reached(own)
    following = level + 1 if level < LEVELS[-1] else None
    return {
        "method": METHOD,
        "level": level,
        "next_level": following,
        "next_status": own[following] if following else None,
        "own": {str(step): status for step, status in own.items()},
        "blocking": [
            result["id"]
            for result in criteria
            if result["level"] == following and result["status"] not in PASSING
        ],
        "criteria": criteria,
    }


def own_status(level: int, criteria: Sequence[Mapping[str, Any]]) -> str:
    """What the criteria of this level alone say, whatever the levels below it."""
    statuses = {result["status"] for result in criteria if result["level"] == level}
    for status, verdict in (
        (NOT_MET, NOT_REACHED),
        (NOT_ENOUGH_EVIDENCE, NOT_ENOUGH_EVIDENCE),
        (IN_DOUBT, IN_DOUBT),
    ):
        if status in statuses:
            return verdict
    return REACHED


def highest_reached(own: Mapping[int, str]) -> int:
    """The largest level that is reached together with all below it; 0 for none."""
    level = 0
    for step in LEVELS:
        if own[step] != REACHED:
            break
        level = step
    return level


def judge(criterion: Criterion, evidence: Mapping[str, Any]) -> dict[str, Any]:
    """One criterion's part of the result (A.4). The evidence must make sense."""
    found = evidence.get(criterion.metric)
    match criterion.kind:
        case "coverage":
            judged = _judge_coverage(evidence.get("required_languages"), found)
        case "count":
            judged = _judge_count(criterion, found)
        case "proportion":
            judged = judge_share(criterion, found)
        case "parity":
            judged = judge_parity(criterion, found)
        case "reach":
            judged = judge_reach(criterion, found)
        case "partnership":
            judged = judge_partnership(criterion, found)
    described = {
        "id": criterion.id,
        "level": criterion.level,
        "kind": criterion.kind,
        "metric": criterion.metric,
        "mode": criterion.mode,
        "text": criterion.text,
    }
    return described | judged


def _judge_coverage(
    required: Sequence[str] | None, present: Sequence[str] | None
) -> dict[str, Any]:
    needed, found = set(required or ()), set(present or ())
    missing = sorted(needed - found)
    return {
        "value": len(needed & found),
        "threshold": len(needed),
        "missing": missing,
        "status": MET if needed and not missing else NOT_MET,
        "reasons": [],
    }


def _judge_count(criterion: Criterion, found: int | None) -> dict[str, Any]:
    value, threshold = found or 0, criterion.threshold or 0
    result: dict[str, Any] = {"value": value, "threshold": threshold, "status": MET, "reasons": []}
    if value < threshold:
        is_people = criterion.metric in COUNTS_OF_PEOPLE
        result["status"] = NOT_ENOUGH_EVIDENCE if is_people else NOT_MET
        result["to_pass"] = {"more": threshold - value}
    return result
