"""Are groups treated alike? METHOD.md 3.4 and A.2: each group against everyone else.

Loop records carry parity: a group passes when the gap to everyone else is surely inside the margin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from portal.domain.criteria import SHOW, Criterion
from portal.domain.statistics import at_least, below, impact_ratio, newcombe, rounded
from portal.domain.status import IN_DOUBT, MET, NOT_CONTRADICTED, NOT_ENOUGH_EVIDENCE, NOT_MET

POOL = "(small groups together)"
"""The name of the pool of groups that are too small to stand alone."""

PARITY = "parity"
DISPARITY = "disparity"
UNCLEAR = "unclear"

FOUR_FIFTHS = 0.80
NEEDED_AT_MOST = 2000


class Group(NamedTuple):
    name: str
    x: int
    n: int


def judge_parity(
    criterion: Criterion, evidence: Mapping[str, Sequence[int]] | None
) -> dict[str, Any]:
    """The criterion's own part of the result (A.4, parity). `evidence` is {group: (x, n)}."""
    n_min, delta = criterion.n_min or 0, criterion.delta or 0.0
    given = [Group(name, x, n) for name, (x, n) in (evidence or {}).items() if n > 0]
    total = Group("", sum(group.x for group in given), sum(group.n for group in given))
    testable, untested = _pool(given, n_min)
    # A group that is nearly everybody has nobody to be compared with.
    tested = [group for group in testable if total.n - group.n >= n_min]
    rows = [_compare(group, total, delta, n_min) for group in tested]
    status, reasons = _verdict(criterion, rows, untested)
    return {
        "delta": delta,
        "n": total.n,
        "groups": rows,
        "untested": untested,
        "status": status,
        "reasons": reasons,
    }


def _pool(groups: list[Group], n_min: int) -> tuple[list[Group], list[str]]:
    """Groups that can be tested, the pool among them, and the names of those left untested."""
    small = [group for group in groups if group.n < n_min]
    large = [group for group in groups if group.n >= n_min]
    untested: list[str] = []
    if small:
        small += [group for group in large if group.name == POOL]
        large = [group for group in large if group.name != POOL]
        pool = Group(POOL, sum(group.x for group in small), sum(group.n for group in small))
        if pool.n >= n_min:
            large.append(pool)
        else:
            untested = sorted(group.name for group in small)
    return sorted(large), untested


def _compare(group: Group, total: Group, delta: float, n_min: int) -> dict[str, Any]:
    others = Group("", total.x - group.x, total.n - group.n)
    low, high = newcombe(group.x, group.n, others.x, others.n)
    ratio, ratio_low, ratio_high = impact_ratio(group.x, group.n, others.x, others.n)
    verdict = _compared(low, high, delta)
    row: dict[str, Any] = {
        "group": group.name,
        "x": group.x,
        "n": group.n,
        "share": rounded(group.x / group.n),
        "others_share": rounded(others.x / others.n),
        "diff": rounded(group.x / group.n - others.x / others.n),
        "low": rounded(low),
        "high": rounded(high),
        "ratio": rounded(ratio),
        "ratio_low": rounded(ratio_low),
        "ratio_high": rounded(ratio_high),
        "verdict": verdict,
    }
    if verdict == UNCLEAR:
        row["n_needed_if_equal"] = _n_needed(others, delta, n_min)
    return row


def _compared(low: float, high: float, delta: float) -> str:
    """Non-inferiority: is the gap to everyone else surely inside, or surely beyond, the margin?"""
    if at_least(low, -delta):
        return PARITY
    return DISPARITY if below(high, -delta) else UNCLEAR


def _n_needed(others: Group, delta: float, n_min: int) -> int | None:
    """Size at which a group served like the others would show it; None beyond 2000."""
    for m in range(n_min, NEEDED_AT_MOST + 1):
        x = round(others.x * m / others.n)
        if at_least(newcombe(x, m, others.x, others.n).low, -delta):
            return m
    return None


def _verdict(
    criterion: Criterion, rows: list[dict[str, Any]], untested: list[str]
) -> tuple[str, list[str]]:
    verdicts = {row["verdict"] for row in rows}
    if DISPARITY in verdicts:
        return NOT_MET, ["disparity_shown"]
    few = len(rows) < 2
    if criterion.mode != SHOW:
        is_open = UNCLEAR in verdicts or bool(untested) or few
        return (NOT_CONTRADICTED if is_open else MET), []
    held = (
        (few, NOT_ENOUGH_EVIDENCE, "fewer_than_two_groups"),
        (bool(untested), NOT_ENOUGH_EVIDENCE, "groups_too_small_to_test"),
        (UNCLEAR in verdicts, IN_DOUBT, "parity_not_shown"),
        (any(_is_below_four_fifths(row) for row in rows), IN_DOUBT, "ratio_below_four_fifths"),
    )
    for is_held, status, reason in held:
        if is_held:
            return status, [reason]
    return MET, []


def _is_below_four_fifths(row: Mapping[str, Any]) -> bool:
    return below(row["ratio"], FOUR_FIFTHS)
