"""A service's published levels over time, in words: how each appraisal changed the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.domain.criteria import LEVELS
from portal.domain.status import IN_DOUBT, PASSING
from portal.public.standing import Standing, stand
from portal.store.assessments import PublicAssessment
from portal.web import criteria_text
from portal.web.formats import number
from portal.web.words import gettext as _

IN_PICTURE = 8
"""Appraisals that a picture shows: two years."""


@dataclass(frozen=True)
class Step:
    """One appraisal. `gained` and `lost` name criteria that are newly, or no longer, in place."""

    as_of: date
    standing: Standing
    sentences: Sequence[str]
    gained: Sequence[str] = ()
    lost: Sequence[str] = ()


def _example(on: date, level: int, flag: str | None = None, once: int = 0) -> Step:
    return Step(on, Standing(level, 0, 0, once, False, on, flag=flag), ())


EXAMPLE = (
    _example(date(2025, 1, 1), 2),
    _example(date(2025, 4, 1), 2, once=3),
    _example(date(2025, 7, 1), 3),
    _example(date(2025, 10, 1), 3, IN_DOUBT),
    _example(date(2026, 1, 1), 3, IN_DOUBT),
    _example(date(2026, 4, 1), 2),
)
"""How a level may go up and down, for the method page; of no service."""


def list_steps(appraisals: Sequence[PublicAssessment]) -> list[Step]:
    """A step for each appraisal, in the same order: newest first."""
    return [_step(appraisal, appraisals[place + 1 :]) for place, appraisal in enumerate(appraisals)]


def _step(appraisal: PublicAssessment, earlier: Sequence[PublicAssessment]) -> Step:
    standing = stand(appraisal, earlier)
    before = earlier[0] if earlier else None
    said = [_moved(appraisal.before, appraisal.level), *_doubts(standing)]
    if before is None:
        return Step(appraisal.as_of, standing, said)
    was, is_now = _passing(before.result), _passing(appraisal.result)
    top = min(max(before.result["level"], appraisal.result["level"]) + 1, LEVELS[-1])
    counted = [c for c in appraisal.result["criteria"] if c["level"] <= top]
    return Step(
        appraisal.as_of,
        standing,
        said,
        [criteria_text.title(c) for c in counted if c["id"] in is_now - was],
        [criteria_text.title(c) for c in counted if c["id"] in was - is_now],
    )


def _passing(result: Mapping[str, Any]) -> set[str]:
    return {c["id"] for c in result["criteria"] if c["status"] in PASSING}


def _moved(before: int | None, level: int) -> str:
    if before is None:
        return _first(level)
    if level > before:
        return _("Rose to level %(n)s.", n=number(level))
    if level == before:
        return _("Stayed on level %(n)s.", n=number(level)) if level else _("Still below level 1.")
    if level == 0:
        return _("Fell from level %(before)s to below level 1.", before=number(before))
    return _("Fell from level %(before)s to level %(n)s.", before=number(before), n=number(level))


def _first(level: int) -> str:
    if level == 0:
        return _("First published appraisal: not yet level 1.")
    return _("First published appraisal: level %(n)s.", n=number(level))


def _doubts(standing: Standing) -> list[str]:
    if standing.reached_once:
        return [_("Level %(n)s was reached for the first time.", n=number(standing.reached_once))]
    if standing.flag == IN_DOUBT:
        return [_("In doubt: the figures were too close to call.")]
    if standing.flag is not None:
        return [_("In doubt: there were too few records.")]
    return []
