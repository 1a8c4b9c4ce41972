"""Does every language take part? METHOD.md 3.2 L4.4 and A.2: people against population share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.domain.criteria import Criterion
from portal.domain.statistics import below, rounded
from portal.domain.status import MET, NOT_CONTRADICTED, NOT_MET
from portal.domain.tails import binomial_at_most

ALPHA = 0.05
OK = "ok"
TOO_LOW = "too_low"


def judge_reach(criterion: Criterion, evidence: Mapping[str, Any] | None) -> dict[str, Any]:
    """The criterion's own part of the result (A.4, reach).

    `evidence` is {n, by_language: {language: (people, population share)}}.
    """
    n = evidence["n"] if evidence else 0
    by_language = evidence["by_language"] if evidence else {}
    n_min, rho = criterion.n_min or 0, criterion.rho or 0.0
    rows = []
    for language in sorted(by_language):
        people, share = by_language[language]
        p = binomial_at_most(people, n, rho * share)
        rows.append(
            {
                "group": language,
                "people": people,
                "expected": rounded(n * share),
                "floor": rounded(n * rho * share),
                "p": rounded(p),
                "verdict": TOO_LOW if n >= n_min and below(p, ALPHA) else OK,
            }
        )
    if any(row["verdict"] == TOO_LOW for row in rows):
        status = NOT_MET
    else:
        status = NOT_CONTRADICTED if n < n_min else MET
    reasons: list[str] = []
    return {"n": n, "n_min": n_min, "groups": rows, "status": status, "reasons": reasons}
