"""What would follow if some things went well: evidence changed as if they had (nothing is stored).

Everything else stays as it is on the day that was judged; no case leaves its window meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.domain.coarsening import coarsen_groups
from portal.domain.criteria import Thresholds
from portal.domain.evidence import needs_two_years
from portal.domain.evidence_shape import LARGEST, QUESTIONS
from portal.domain.parity import POOL

IN_TIME = 30
AT_LAST = 90
MOST = 10_000
"""No more is supposed of anything at once."""


_OF_NOBODY = {"x": 0, "n": 0, "dk": 0, "cells": [], "recent": [0, 0], "verified": [0, 0]}

BY_CASE = ("told30_by_language", "told30_by_district", "told90_by_kind")
"""The breakdowns that a case which is told comes into."""


@dataclass(frozen=True)
class OpenCase:
    """A case that nobody has been told of yet."""

    id: int
    received_on: date
    lang: str
    kind: str
    district: str | None = None

    def is_in_time(self, told_on: date, days: int = IN_TIME) -> bool:
        """Whether telling on that day is within so many days (30, or 90 at last)."""
        return (told_on - self.received_on).days <= days


@dataclass(frozen=True)
class Supposed:
    """What is supposed: cases told on a day in the language of their resident, and counts.

    `invited` of those told are invited to a next step; `confirmed` people more say yes or partly;
    `promises` are kept in time; `positive` people more agree with every question.
    """

    told: Sequence[OpenCase] = field(default_factory=tuple)
    told_on: date | None = None
    invited: int = 0
    confirmed: int = 0
    promises: int = 0
    positive: int = 0

    def __bool__(self) -> bool:
        return bool(self.told or self.confirmed or self.promises or self.positive)


def take(cases: Sequence[OpenCase], count: int, told_on: date) -> list[OpenCase]:
    """The cases to tell first: those still in time, the oldest first, then the others."""
    order = sorted(
        cases, key=lambda case: (not case.is_in_time(told_on), case.received_on, case.id)
    )
    return order[:count]


def suppose(evidence: Mapping[str, Any], as_of: date, supposed: Supposed) -> dict[str, Any]:
    """The evidence of `as_of` as it would be; the given one stays as it is."""
    changed = deepcopy(dict(evidence))
    if supposed.told_on is not None:
        _tell(changed, as_of, supposed.told, supposed.told_on)
        invited = min(supposed.invited, len(supposed.told))
        _add(changed, "invited", invited, len(supposed.told))
    _add(changed, "confirmed", supposed.confirmed, supposed.confirmed)
    if "confirmed" in changed:
        share = changed["confirmed"]
        share["asked"] = max(share.get("asked", 0), share["n"])
    _add(changed, "promises", supposed.promises, supposed.promises)
    if supposed.positive:
        _rate(changed, supposed.positive)
    return changed


def without_few(evidence: Mapping[str, Any], least: int) -> dict[str, Any]:
    """The evidence with what fewer people than `least` have answered as if nobody had.

    Else the number that is just enough would tell, less what was supposed, how many there are.
    """
    known = dict(evidence)
    for name in (*QUESTIONS, "confirmed"):
        if name in known and known[name]["n"] < least:
            known[name] = {key: _OF_NOBODY.get(key, value) for key, value in known[name].items()}
    for name in ("raters", "raters_recent"):
        if known.get(name, 0) < least:
            known[name] = 0
    return known


def leaves_two_years(
    year: Mapping[str, Any], as_of: date, supposed: Supposed, thresholds: Thresholds
) -> bool:
    """Whether one year, too short today, would then hold enough to be judged alone.

    `year` are the shares of one year. What is supposed only adds to them, so nothing ever goes from
    one year to two by it.
    """
    then = suppose(year, as_of, supposed)
    return needs_two_years(year, thresholds) and not needs_two_years(then, thresholds)


def _tell(evidence: dict[str, Any], as_of: date, cases: Sequence[OpenCase], told_on: date) -> None:
    """Each case becomes a success where it is in time; one not counted yet comes in with it."""
    for case in cases:
        for metric, days in (("told30", IN_TIME), ("told90", AT_LAST)):
            is_counted = (as_of - case.received_on).days >= days
            x, n = int(case.is_in_time(told_on, days)), int(not is_counted)
            _add(evidence, metric, x, n)
            groups = (
                {"told30_by_language": case.lang, "told30_by_district": case.district}
                if metric == "told30"
                else {"told90_by_kind": case.kind}
            )
            for name, group in groups.items():
                _add_to_group(evidence, name, group, x, n)
    for name in BY_CASE:  # a handful in a language of its own would be judged by nobody
        if cases and name in evidence:
            evidence[name] = coarsen_groups(evidence[name])
    _add(evidence, "same_language", len(cases), len(cases))
    if "confirmed" in evidence:
        evidence["confirmed"]["asked"] = evidence["confirmed"].get("asked", 0) + len(cases)


def _rate(evidence: dict[str, Any], people: int) -> None:
    for question in QUESTIONS:
        _add(evidence, question, people, people)
        cells = evidence[question].get("cells")
        if cells:
            largest = max(cells, key=lambda cell: cell[1])
            largest[0] += people
            largest[1] += people
    for name in ("raters", "raters_recent"):
        evidence[name] = evidence.get(name, 0) + people


def _add(evidence: dict[str, Any], metric: str, x: int, n: int) -> None:
    """Add to a share; what comes in anew is recent too."""
    if not x and not n:
        return
    share = evidence.setdefault(metric, {"x": 0, "n": 0})
    share["n"] = min(share["n"] + n, LARGEST)
    share["x"] = min(share["x"] + x, share["n"])
    if "recent" in share:
        recent_x, recent_n = share["recent"]
        share["recent"] = [min(recent_x + x, recent_n + n), recent_n + n]


def _add_to_group(evidence: dict[str, Any], name: str, group: str | None, x: int, n: int) -> None:
    """Small groups are together in the evidence: their cases come to the pool, where there is one.

    A group that is new is pooled as evidence is when it is gathered (METHOD.md A.3), afterwards.
    """
    if group is None or name not in evidence:
        return
    groups = evidence[name]
    place = group if group in groups or POOL not in groups else POOL
    old_x, old_n = groups.get(place, (0, 0))
    if old_n + n:
        groups[place] = [min(old_x + x, old_n + n), old_n + n]


def changed_criteria(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """(as it is, as it would be) of every criterion of two results that differs."""
    pairs = zip(before["criteria"], after["criteria"], strict=True)
    return [(old, new) for old, new in pairs if old != new]
