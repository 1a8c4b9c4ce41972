"""Who looks after a case, as it holds now: whoever has left looks after nothing."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ScalarSelect, SQLColumnExpression, exists, select

from portal.models.desk import CaseAssignment
from portal.models.loops import LoopRow
from portal.models.people import Membership, Person
from portal.models.services import Service

DESK_ROLES = ("staff", "manager")  # as store.scope.Scope.desk has it


def holder() -> ScalarSelect[int | None]:
    """The id of whoever looks after the case, in a query of LoopRow and its Service."""
    return (
        select(CaseAssignment.person_id)
        .where(CaseAssignment.submission_id == LoopRow.submission_id, _holds())
        .correlate(LoopRow, Service)
        .scalar_subquery()
    )


def is_held_by(person_id: int | None) -> ColumnElement[bool]:
    """Whether this person looks after the case, None for nobody; in such a query too."""
    if person_id is None:
        return ~_assigned(_holds())
    return _assigned(CaseAssignment.person_id == person_id, _holds())


def works_on(department_id: int | SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whether a Person of the query is active and works on the department's cases."""
    return Person.active & exists().where(
        Membership.person_id == Person.id,
        Membership.department_id == department_id,
        Membership.role.in_(DESK_ROLES),
    )


def _assigned(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        exists()
        .where(CaseAssignment.submission_id == LoopRow.submission_id, *conditions)
        .correlate(LoopRow, Service)
    )


def _holds() -> ColumnElement[bool]:
    return (
        exists()
        .where(
            Person.id == CaseAssignment.person_id,
            Person.active,
            Membership.person_id == Person.id,
            Membership.department_id == Service.department_id,
            Membership.role.in_(DESK_ROLES),
        )
        .correlate(CaseAssignment, Service)
    )
