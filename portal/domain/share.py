"""Judging one share against its threshold, METHOD.md 3.3 and A.2: verdict, guards, what it takes.

Guards can only turn "met" into "in doubt"; nothing here can raise a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.domain import statistics
from portal.domain.criteria import SHOW, Criterion
from portal.domain.statistics import Cell, at_least, below, rounded, wilson
from portal.domain.status import IN_DOUBT, MET, NOT_CONTRADICTED, NOT_ENOUGH_EVIDENCE, NOT_MET

RECENT_MIN = 10
"""A recent part with fewer cases says nothing about a decline."""
VERIFIED_MIN = 10
"""Fewer verified raters cannot vouch for the open form."""
QUARANTINED_AT_MOST = 0.20
REPLIED_AT_LEAST = 0.10


@dataclass(frozen=True)
class Share:
    """The evidence of one share: x positive of n, and what its guards need (see evidence.py)."""

    x: int = 0
    n: int = 0
    dk: int = 0
    recent: tuple[int, int] | None = None
    verified: tuple[int, int] | None = None
    quarantined: int = 0
    asked: int | None = None
    cells: tuple[Cell, ...] = ()

    @classmethod
    def of(cls, evidence: Mapping[str, Any] | None) -> Share:
        """From the evidence's JSON; a missing metric is absent evidence."""
        if evidence is None:
            return cls()
        return cls(
            x=evidence["x"],
            n=evidence["n"],
            dk=evidence.get("dk", 0),
            recent=_pair(evidence.get("recent")),
            verified=_pair(evidence.get("verified")),
            quarantined=evidence.get("quarantined", 0),
            asked=evidence.get("asked"),
            cells=tuple(Cell(*cell) for cell in evidence.get("cells", ())),
        )


def judge_share(criterion: Criterion, evidence: Mapping[str, Any] | None) -> dict[str, Any]:
    """The criterion's own part of the result (A.4, proportion)."""
    share = Share.of(evidence)
    low, high = wilson(share.x, share.n)
    result: dict[str, Any] = {
        "x": share.x,
        "n": share.n,
        "value": rounded(share.x / share.n) if share.n else None,
        "low": rounded(low),
        "high": rounded(high),
        "threshold": criterion.tau,
        "n_min": criterion.n_min,
    }
    if criterion.mode == SHOW:
        return result | _judge_shown(criterion, share)
    status, reasons = _not_contradicted(criterion, share)
    return result | {"status": status, "reasons": reasons}


def share_status(criterion: Criterion, share: Share) -> str:
    """The verdict alone, for judging many imagined shares quickly."""
    if criterion.mode != SHOW:
        return _not_contradicted(criterion, share)[0]
    status = _interval_verdict(criterion, share)[0]
    return IN_DOUBT if status == MET and _guards(criterion, share) else status


def _judge_shown(criterion: Criterion, share: Share) -> dict[str, Any]:
    status, reasons = _interval_verdict(criterion, share)
    result: dict[str, Any] = {}
    if status == MET:
        result = _beside_the_interval(criterion, share)
        reasons = _guards(criterion, share)
        status = IN_DOUBT if reasons else MET
    if status == MET:
        result["fragility"] = statistics.fragility(share.x, share.n, _tau(criterion))
    else:
        result["to_pass"] = _to_pass(criterion, share, reasons)
    return result | {"status": status, "reasons": reasons}


def _interval_verdict(criterion: Criterion, share: Share) -> tuple[str, list[str]]:
    low, high = wilson(share.x, share.n)
    if share.n < _n_min(criterion):
        return NOT_ENOUGH_EVIDENCE, ["n_below_minimum"]
    if share.n < share.dk:
        return NOT_ENOUGH_EVIDENCE, ["mostly_dont_know"]
    if at_least(low, _tau(criterion)):
        return MET, []
    if below(high, _tau(criterion)):
        return NOT_MET, []
    return IN_DOUBT, ["interval_spans_threshold"]


def _not_contradicted(criterion: Criterion, share: Share) -> tuple[str, list[str]]:
    """The weaker claim: nothing speaks against it. Don't-knows and guards play no part."""
    tau = _tau(criterion)
    if share.n < _n_min(criterion):
        return NOT_CONTRADICTED, ["few_answers"]
    if below(wilson(share.x, share.n).high, tau):
        return NOT_MET, []
    return (MET if at_least(share.x / share.n, tau) else NOT_CONTRADICTED), []


def _beside_the_interval(criterion: Criterion, share: Share) -> dict[str, Any]:
    """Figures that are given once the interval passes, whether or not a guard then holds it."""
    result: dict[str, Any] = {}
    if criterion.rho is not None:
        result["tipping"] = rounded(statistics.tipping(share.x, share.n, _tau(criterion)))
    weighted = statistics.poststratify(share.cells)
    if weighted is not None:
        result["poststratified"] = rounded(weighted)
    return result


def _guards(criterion: Criterion, share: Share) -> list[str]:
    """Reasons to doubt a share whose interval passes, in the method's order."""
    held = {
        "recent_decline": _has_declined(share, _tau(criterion)),
        **_verified_guard(criterion, share),
        "not_robust_to_weighting": _is_weighted_below(share, _tau(criterion)),
        "ratings_under_review": _is_mostly_quarantined(share),
        "silence_could_flip_it": criterion.rho is not None
        and below(statistics.tipping(share.x, share.n, _tau(criterion)), criterion.rho),
        "few_replied": bool(share.asked) and below(share.n / (share.asked or 1), REPLIED_AT_LEAST),
    }
    return [reason for reason, is_held in held.items() if is_held]


def _has_declined(share: Share, tau: float) -> bool:
    if share.recent is None or share.recent[1] < RECENT_MIN:
        return False
    return below(wilson(*share.recent).high, tau)


def _verified_guard(criterion: Criterion, share: Share) -> dict[str, bool]:
    if not criterion.is_verified_guarded:
        return {}
    x, n = share.verified or (0, 0)
    if n < VERIFIED_MIN:
        return {"too_few_verified": True}
    return {"verified_disagree": below(x / n, _tau(criterion))}


def _is_weighted_below(share: Share, tau: float) -> bool:
    weighted = statistics.poststratify(share.cells)
    return weighted is not None and below(weighted, tau)


def _is_mostly_quarantined(share: Share) -> bool:
    return below(QUARANTINED_AT_MOST, share.quarantined / (share.n + share.quarantined))


def _to_pass(criterion: Criterion, share: Share, reasons: list[str]) -> dict[str, Any]:
    """What an unmet share would take, METHOD.md A.2."""
    x, n, tau, n_min = share.x, share.n, _tau(criterion), _n_min(criterion)
    if n < n_min or not statistics.passes(x, n, tau):
        return {
            "more_positive": statistics.stuffing(x, n, tau, n_min),
            "n_at_this_rate": statistics.n_at_this_rate(x, n, tau, n_min),
        }
    result: dict[str, Any] = {"resolve": list(reasons)}
    if "silence_could_flip_it" in reasons:
        result["more_positive"] = statistics.positives_to_tip(x, n, tau, criterion.rho or 0.0)
    return result


def _tau(criterion: Criterion) -> float:
    return criterion.tau or 0.0


def _n_min(criterion: Criterion) -> int:
    return criterion.n_min or 0


def _pair(value: Any) -> tuple[int, int] | None:
    return None if value is None else (value[0], value[1])
