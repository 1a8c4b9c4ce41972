"""What stands between services and their next level: failing criteria beside barriers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models.assessments import Assessment
from portal.models.self_assessments import Barrier

Criterion = Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """A barrier on a day; `is_overdue` when its next step should have been taken."""

    row: Barrier
    is_overdue: bool

    @property
    def criteria(self) -> list[str]:
        """Ids of the criteria that it blocks."""
        return [one.criterion for one in self.row.criteria]


@dataclass(frozen=True)
class Outlook:
    """What today's evidence says of a service: its level, the next one, and what blocks that."""

    service_id: int
    as_of: date
    level: int
    next_level: int | None
    blocking: Sequence[Criterion]


@dataclass(frozen=True)
class Hurdle:
    """A criterion that blocks the next level, where it does, and the barriers behind it."""

    criterion: Criterion
    service_ids: Sequence[int]
    plans: Sequence[Plan]


def list_plans(
    session: Session, service_ids: Collection[int], today: date, *, is_closed: bool = False
) -> dict[int, list[Plan]]:
    """Open barriers of each service, the overdue and the earliest first; or the closed ones."""
    rows = session.scalars(
        select(Barrier)
        .where(
            Barrier.service_id.in_(service_ids),
            Barrier.closed_on.is_not(None) if is_closed else Barrier.closed_on.is_(None),
        )
        .order_by(Barrier.due_on, Barrier.id)
    )
    found: dict[int, list[Plan]] = {number: [] for number in service_ids}
    for row in rows:
        found[row.service_id].append(Plan(row, not is_closed and row.due_on < today))
    return found


def list_outlooks(session: Session, service_ids: Collection[int]) -> dict[int, Outlook]:
    """The newest assessment of each service that has one, by service id."""
    newest = (
        select(Assessment.service_id, func.max(Assessment.as_of).label("as_of"))
        .where(Assessment.service_id.in_(service_ids))
        .group_by(Assessment.service_id)
        .subquery()
    )
    rows = session.execute(
        select(Assessment.service_id, Assessment.as_of, Assessment.result).join(
            newest,
            (newest.c.service_id == Assessment.service_id) & (newest.c.as_of == Assessment.as_of),
        )
    )
    return {row[0]: _outlook(row[0], row[1], row[2]) for row in rows}


def _outlook(service_id: int, as_of: date, result: Mapping[str, Any]) -> Outlook:
    wanted = set(result["blocking"])
    return Outlook(
        service_id=service_id,
        as_of=as_of,
        level=result["level"],
        next_level=result["next_level"],
        blocking=[one for one in result["criteria"] if one["id"] in wanted],
    )


def hurdles(
    outlooks: Iterable[Outlook], plans: Mapping[int, Sequence[Plan]]
) -> tuple[list[Hurdle], list[Plan]]:
    """(criteria that block a next level with the barriers behind each, all other barriers).

    Criteria come in the method's order; barriers are the overdue and the earliest first.
    """
    criteria: dict[str, Criterion] = {}
    services: dict[str, list[int]] = {}
    behind: dict[str, list[Plan]] = {}
    used: set[int] = set()
    for outlook in outlooks:
        for criterion in outlook.blocking:
            name = criterion["id"]
            criteria.setdefault(name, criterion)
            services.setdefault(name, []).append(outlook.service_id)
            found = [one for one in plans[outlook.service_id] if name in one.criteria]
            behind.setdefault(name, []).extend(found)
            used |= {one.row.id for one in found}
    order = sorted(criteria, key=lambda name: [int(part) for part in name[1:].split(".")])
    rest = [one for each in plans.values() for one in each if one.row.id not in used]
    return (
        [Hurdle(criteria[name], services[name], _by_day(behind[name])) for name in order],
        _by_day(rest),
    )


def _by_day(plans: Iterable[Plan]) -> list[Plan]:
    return sorted(plans, key=lambda one: (one.row.due_on, one.row.id))
