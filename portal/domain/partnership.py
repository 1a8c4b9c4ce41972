"""Decisions taken together, METHOD.md 3.2 L4.7: which co-decisions count, and is it enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.domain.criteria import Criterion
from portal.domain.statistics import at_least
from portal.domain.status import MET, NOT_MET

ATTESTATIONS_MIN = 3
FAIR_AT_LEAST = 0.60


def conditions(co_decision: Mapping[str, Any]) -> dict[str, bool]:
    """What a co-decision needs in order to count, rule by rule, and whether it has it."""
    fair, unfair = co_decision.get("attest_fair", 0), co_decision.get("attest_unfair", 0)
    enough = fair + unfair >= ATTESTATIONS_MIN
    return {
        "linked_submissions": co_decision.get("linked_submissions", 0) >= 1,
        "partner_external": bool(co_decision.get("partner_external", False)),
        "partner_signed": bool(co_decision.get("partner_signed", False)),
        "invited_all": bool(co_decision.get("invited_all", False)),
        "decision_record": bool(co_decision.get("decision_record", False)),
        "attested": enough,
        "fair": enough and at_least(fair / (fair + unfair), FAIR_AT_LEAST),
    }


def is_counting(co_decision: Mapping[str, Any]) -> bool:
    """Does this record count? Residents, not staff or partners, say whether it is fair."""
    return all(conditions(co_decision).values())


def judge_partnership(
    criterion: Criterion, evidence: Sequence[Mapping[str, Any]] | None
) -> dict[str, Any]:
    """The criterion's own part of the result (A.4, partnership)."""
    recorded = evidence or ()
    counting = [co_decision for co_decision in recorded if is_counting(co_decision)]
    partners = {co_decision["partner"] for co_decision in counting}
    threshold = criterion.threshold or 0
    more = {
        "more_co_decisions": max(0, threshold - len(counting)),
        "more_partners": max(0, threshold - len(partners)),
    }
    result: dict[str, Any] = {
        "value": len(counting),
        "recorded": len(recorded),
        "partners": len(partners),
        "threshold": threshold,
        "status": NOT_MET if any(more.values()) else MET,
        "reasons": [],
    }
    return result | {"to_pass": more} if any(more.values()) else result
