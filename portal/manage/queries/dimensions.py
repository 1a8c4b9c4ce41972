"""The five dimensions of services: the measured one, and what managers say of the other four."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.self_assessment import ClaimState, Dimension, standing, state_of
from portal.models.appraisals import Appraisal
from portal.models.self_assessments import SelfAssessment
from portal.store.names import people_names


@dataclass(frozen=True)
class Measured:
    """The engage level of a service's newest appraisal."""

    level: int
    quarter_on: date
    flag: str | None


@dataclass(frozen=True)
class Claim:
    """A self-assessment with how far it can be relied on and the names of who made it."""

    row: SelfAssessment
    state: ClaimState
    assessed_by: str
    reviewed_by: str

    @property
    def level(self) -> int:
        """The claimed level, 1 to 4."""
        return self.row.level


@dataclass(frozen=True)
class DimensionRow:
    """One of the four rows: what stands, what is newer and waits, and all there has been."""

    dimension: Dimension
    stands: Claim | None
    waiting: Claim | None
    history: Sequence[Claim]


def get_measured(session: Session, service_id: int) -> Measured | None:
    """The newest appraisal; None before the first."""
    return list_measured(session, [service_id]).get(service_id)


def list_measured(session: Session, service_ids: Collection[int]) -> dict[int, Measured]:
    """The newest appraisal of each service, by service id."""
    newest = (
        select(Appraisal.service_id, func.max(Appraisal.quarter_on).label("quarter_on"))
        .where(Appraisal.service_id.in_(service_ids))
        .group_by(Appraisal.service_id)
        .subquery()
    )
    rows = session.execute(
        select(Appraisal.service_id, Appraisal.level, Appraisal.quarter_on, Appraisal.flag).join(
            newest,
            (newest.c.service_id == Appraisal.service_id)
            & (newest.c.quarter_on == Appraisal.quarter_on),
        )
    )
    return {row[0]: Measured(row[1], row[2], row[3]) for row in rows}


def list_rows(
    session: Session, service_ids: Collection[int], today: date
) -> dict[int, list[DimensionRow]]:
    """The four self-assessed rows of each service, by service id."""
    rows = session.scalars(
        select(SelfAssessment)
        .where(SelfAssessment.service_id.in_(service_ids))
        .order_by(SelfAssessment.id.desc())
    ).all()
    names = people_names(
        session, [one for row in rows for one in (row.assessed_by, row.reviewed_by)]
    )
    claims: dict[tuple[int, str], list[Claim]] = defaultdict(list)
    for row in rows:
        claims[row.service_id, row.dimension].append(_claim(row, names, today))
    return {
        number: [_row(one, claims[number, one.value], today) for one in Dimension]
        for number in service_ids
    }


def _claim(row: SelfAssessment, names: Mapping[int, str], today: date) -> Claim:
    return Claim(
        row=row,
        state=state_of(row, today),
        assessed_by=names.get(row.assessed_by, ""),
        reviewed_by=names.get(row.reviewed_by or 0, ""),
    )


def _row(dimension: Dimension, history: Sequence[Claim], today: date) -> DimensionRow:
    row = standing([one.row for one in history], today)
    stands = next((one for one in history if one.row is row), None)
    newest = history[0] if history else None
    return DimensionRow(dimension, stands, newest if newest is not stands else None, history)


@dataclass(frozen=True)
class Cell:
    """How many services stand at a level of a dimension, by how far that can be relied on."""

    level: int
    states: Mapping[ClaimState, int]

    @property
    def services(self) -> int:
        """How many in all."""
        return sum(self.states.values())


def count_cells(
    rows: Mapping[int, Sequence[DimensionRow]], dimension: Dimension
) -> tuple[list[Cell], int]:
    """The four cells of a dimension over services, and how many services say nothing yet."""
    found: dict[int, dict[ClaimState, int]] = {level: defaultdict(int) for level in range(1, 5)}
    silent = 0
    for of_service in rows.values():
        row = next(one for one in of_service if one.dimension is dimension)
        if row.stands is None:
            silent += 1
        else:
            found[row.stands.level][row.stands.state] += 1
    return [Cell(level, dict(states)) for level, states in found.items()], silent
