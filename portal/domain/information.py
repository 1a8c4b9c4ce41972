"""L4.3 as information only, while answers cannot be compared between languages (METHOD.md 1).

The table by language then is absent evidence, which METHOD.md's own rule does not hold against a
service: level and result stay computable from what is published. The real table stands beside it
under a name that no criterion knows, so that everybody can still see what people answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.domain.criteria import Thresholds
from portal.domain.evidence_shape import FOR_INFORMATION
from portal.domain.parity import judge_parity

COMPARED = "q3_by_language"


def take_out(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """The evidence in which answers by language are information only."""
    return {**evidence, COMPARED: {}, FOR_INFORMATION: evidence[COMPARED]}


def shown_groups(evidence: Mapping[str, Any], metric: str) -> Mapping[str, Any]:
    """{group: (x, n)} of a table, be it judged or information only."""
    groups: Mapping[str, Any] = evidence[metric]
    return evidence.get(FOR_INFORMATION, groups) if metric == COMPARED else groups


def show(
    result: Mapping[str, Any], evidence: Mapping[str, Any], raised: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The result as pages show it: with the groups that are information only, marked as such.

    Nothing of it is judged by them: status and reasons stay those of the result.
    """
    table = evidence.get(FOR_INFORMATION)
    if table is None:
        return result
    found = judge_parity(Thresholds(raised).of_metric(COMPARED), table)
    told = {name: found[name] for name in ("n", "groups", "untested")}
    criteria = [
        {**one, **told, "is_information": True} if one["metric"] == COMPARED else one
        for one in result["criteria"]
    ]
    return {**result, "criteria": criteria}
