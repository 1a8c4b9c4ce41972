"""The thresholds in force beside the method's own, and the history of changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.admin.operations import list_numbers, number_of
from portal.domain.criteria import CRITERIA, DEFAULTS, Criterion, Thresholds
from portal.models.appraisals import ThresholdChange
from portal.models.people import Person
from portal.store.thresholds import get_thresholds, list_threshold_changes


@dataclass(frozen=True)
class Row:
    """One number of a criterion: the one in force today, and the method's own."""

    criterion: Criterion
    number: str
    value: float
    default: float


@dataclass(frozen=True)
class Difference:
    """What a change did to one number."""

    criterion_id: str
    number: str
    before: float
    after: float


@dataclass(frozen=True)
class Change:
    """A decision. `version` counts them in the order of their days, from 1; 0 is the method."""

    version: int
    from_on: date
    who: str | None
    reason: str
    differences: list[Difference]


@dataclass(frozen=True)
class View:
    """All numbers, and all changes with the newest first. `version` is that of today."""

    rows: list[Row]
    changes: list[Change]
    version: int


def get_view(session: Session, today: date) -> View:
    """Everything the page shows."""
    in_force = get_thresholds(session, today)
    criteria = {criterion.id: criterion for criterion in CRITERIA}
    rows = [
        Row(criteria[one], number, _value(in_force, one, number), _value(DEFAULTS, one, number))
        for one, number in list_numbers()
    ]
    changes = _list_changes(session)
    version = max((one.version for one in changes if one.from_on <= today), default=0)
    return View(rows, changes, version)


def _list_changes(session: Session) -> list[Change]:
    decided = list_threshold_changes(session)[::-1]
    deciders = {one.person_id for one in decided}
    people = session.scalars(select(Person).where(Person.id.in_(deciders)))
    names = {person.id: person.name for person in people}
    states = [DEFAULTS, *(Thresholds(one.raised) for one in decided)]
    found = [
        _change(version, one, names.get(one.person_id or 0), *pair)
        for version, (one, pair) in enumerate(zip(decided, pairwise(states), strict=True), start=1)
    ]
    return found[::-1]


def _change(
    version: int, one: ThresholdChange, who: str | None, before: Thresholds, after: Thresholds
) -> Change:
    pairs = (
        (criterion, number, _value(before, criterion, number), _value(after, criterion, number))
        for criterion, number in list_numbers()
    )
    differences = [Difference(*pair) for pair in pairs if pair[2] != pair[3]]
    return Change(version, one.from_on, who, one.reason, differences)


def _value(thresholds: Thresholds, criterion_id: str, number: str) -> float:
    return number_of(thresholds, criterion_id, number) or 0
