"""Do answers compare between languages? METHOD.md 1: acquiescence and item functioning.

Pure arithmetic on counts. A monitor never moves a level: it puts a warning beside comparisons.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from portal.domain.statistics import EPSILON, at_least, rounded

AGREEING_N_MIN = 50
"""Fewest people of a language who answered both q4 and q6, of which one is the other's opposite."""
AGREEING_SPREAD = 0.10
"""Shares that are further apart than this make comparisons between languages unsafe."""
DIF_N_MIN = 100
"""Fewest people of a language who answered an item."""
DIF_DELTA = 1.5
"""From this |Δ| on an item is likely to mean something else in the language."""
_ETS_SCALE = -2.35

Pair = Sequence[int]


class Stratum(NamedTuple):
    """People of like opinion: (agree, do not) in the reference language and in the other one."""

    reference_agree: int
    reference_not: int
    focal_agree: int
    focal_not: int


def mh_dif(strata: Iterable[Stratum]) -> tuple[float, float] | None:
    """Mantel–Haenszel (α, Δ = −2.35 ln α) over strata; None where a sum is empty.

    Δ below 0: people of the focal language agree less than like-minded ones of the reference.
    """
    tables = [(stratum, sum(stratum)) for stratum in strata if sum(stratum)]
    with_reference = sum(s.reference_agree * s.focal_not / n for s, n in tables)
    with_focal = sum(s.reference_not * s.focal_agree / n for s, n in tables)
    if not with_reference or not with_focal:
        return None
    alpha = with_reference / with_focal
    return alpha, _ETS_SCALE * math.log(alpha)


def watch_agreeing(pairs: Mapping[str, Pair]) -> dict[str, Any]:
    """The acquiescence monitor. `pairs` is {language: (agree with both q4 and q6, answered both)}.

    Languages with too few people are left out; with fewer than two there is nothing to compare.
    """
    shares = {lang: x / n for lang, (x, n) in sorted(pairs.items()) if n >= AGREEING_N_MIN}
    spread = max(shares.values()) - min(shares.values()) if len(shares) > 1 else None
    return {
        "languages": {
            lang: {"x": pairs[lang][0], "n": pairs[lang][1], "share": rounded(share)}
            for lang, share in shares.items()
        },
        "spread": rounded(spread),
        "fires": spread is not None and spread - AGREEING_SPREAD > EPSILON,
    }


def watch_items(answers: Mapping[str, Mapping[str, Sequence[Pair]]]) -> dict[str, Any]:
    """The DIF monitor. `answers` is {item: {language: (agree, do not) for each band of q0}}.

    The reference is the language in which most people answered; every other one with enough people
    is compared with it. Rows: item, lang, n, delta (None where it cannot be told), differs.
    """
    sizes = {item: _sizes(languages) for item, languages in answers.items()}
    totals: dict[str, int] = {}
    for languages in sizes.values():
        for lang, n in languages.items():
            totals[lang] = totals.get(lang, 0) + n
    reference = min(totals, key=lambda lang: (-totals[lang], lang), default=None)
    rows = [
        _compare(item, lang, n, answers[item][reference], answers[item][lang])
        for item, languages in sorted(sizes.items())
        if reference is not None and languages.get(reference, 0) >= DIF_N_MIN
        for lang, n in sorted(languages.items())
        if lang != reference and n >= DIF_N_MIN
    ]
    return {"reference": reference, "items": rows, "fires": any(row["differs"] for row in rows)}


def _sizes(languages: Mapping[str, Sequence[Pair]]) -> dict[str, int]:
    return {lang: sum(sum(pair) for pair in bands) for lang, bands in languages.items()}


def _compare(
    item: str, lang: str, n: int, reference: Sequence[Pair], focal: Sequence[Pair]
) -> dict[str, Any]:
    found = mh_dif(Stratum(*a, *b) for a, b in zip(reference, focal, strict=True))
    delta = found[1] if found else None
    return {
        "item": item,
        "lang": lang,
        "n": n,
        "delta": rounded(delta),
        "differs": delta is not None and at_least(abs(delta), DIF_DELTA),
    }
