"""What a city asks for beyond the method, in words: criterion, number, the method's, the city's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.domain.criteria import CRITERIA, Criterion
from portal.models.appraisals import ThresholdChange
from portal.web.criteria_text import general_title
from portal.web.formats import number, percent
from portal.web.words import gettext as _

Raised = Mapping[str, Mapping[str, float]]
_DIGITS = 3


@dataclass(frozen=True)
class RaisedNumber:
    """One number that the city made stricter; `since` is unknown for what was taken over."""

    criterion: str
    what: str
    default: str
    raised: str
    since: date | None


@dataclass(frozen=True)
class Decision:
    """What a city decided from a day on; without numbers, to go back to the method's own."""

    from_on: date
    numbers: Sequence[RaisedNumber]


def list_raised(
    raised: Raised, as_of: date, changes: Sequence[ThresholdChange] = ()
) -> list[RaisedNumber]:
    """The numbers in force on a day that are stricter than the method's; `changes` newest first."""
    past = [change for change in changes if change.from_on <= as_of]
    return [
        _raised_number(criterion, name, value, _since(past, criterion.id, name, value))
        for criterion in CRITERIA
        for name, value in raised.get(criterion.id, {}).items()
        if value != getattr(criterion, name)
    ]


def list_decisions(changes: Sequence[ThresholdChange]) -> list[Decision]:
    """Every decision, newest first, with all numbers that it set."""
    return [Decision(c.from_on, list_raised(c.raised, c.from_on)) for c in changes]


def _since(
    past: Sequence[ThresholdChange], criterion_id: str, name: str, value: float
) -> date | None:
    """The first day of the time for which the number has been what it is."""
    since = None
    for change in past:
        if change.raised.get(criterion_id, {}).get(name) != value:
            break
        since = change.from_on
    return since


def _raised_number(
    criterion: Criterion, name: str, value: float, since: date | None
) -> RaisedNumber:
    return RaisedNumber(
        general_title(criterion),
        _what(criterion, name),
        _written(criterion, name, getattr(criterion, name)),
        _written(criterion, name, value),
        since,
    )


def _what(criterion: Criterion, name: str) -> str:
    match name:
        case "tau":
            return _("Share needed")
        case "n_min":
            return _("Fewest people or cases for a judgement")
        case "threshold":
            return _("Number needed")
        case "delta":
            return _("Largest gap allowed between a group and everyone else")
        case _ if criterion.kind == "reach":
            return _("Part of the expected people that is enough")
        case _:
            return _("How much likelier satisfied people may be to reply")


def _written(criterion: Criterion, name: str, value: float) -> str:
    if name == "tau" or (name == "rho" and criterion.kind == "reach"):
        return percent(value)
    if name == "delta":
        return _("%(points)s percentage points", points=number(round(value * 100, 1)))
    if name == "rho":
        return _("%(times)s times", times=number(round(value, _DIGITS)))
    return number(value)
