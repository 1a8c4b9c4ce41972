"""Who looks after a case, as it holds now: whoever has left looks after nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import ColumnElement, ScalarSelect, exists, select
from sqlalchemy.orm import Session

from portal.models.desk import CaseAssignment
from portal.models.loops import LoopRow
from portal.models.people import Membership, Person
from portal.models.running import AuditEvent
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


def works_on(person_id: int) -> ColumnElement[bool]:
    """Whether this person is active and works on the cases of the Service in the query."""
    return (
        exists()
        .where(Person.id == person_id, *_at_desk(Membership.department_id == Service.department_id))
        .correlate(Service)
    )


def works_in(department_ids: Iterable[int]) -> ColumnElement[bool]:
    """Whether the Person of the query is active and works on cases of one of the departments."""
    members = select(Membership.person_id).where(
        Membership.department_id.in_(department_ids), Membership.role.in_(DESK_ROLES)
    )
    return Person.active & Person.id.in_(members)


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
            *_at_desk(Membership.department_id == Service.department_id),
        )
        .correlate(CaseAssignment, Service)
    )


def _at_desk(is_there: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return (
        Person.active.is_(True),
        Membership.person_id == Person.id,
        Membership.role.in_(DESK_ROLES),
        is_there,
    )


def check_assignments(session: Session) -> Iterator[str]:
    """Whoever looks after a case is who was given it last, as the audit trail says."""
    events = select(AuditEvent.subject_id, AuditEvent.person_id, AuditEvent.detail)
    given = {
        case: (detail["to"], by)
        for case, by, detail in session.execute(
            events.where(AuditEvent.action.in_(_GIVEN)).order_by(AuditEvent.id)
        )
    }
    rows = select(
        CaseAssignment.submission_id, CaseAssignment.person_id, CaseAssignment.assigned_by
    )
    held = {case: (person_id, by) for case, person_id, by in session.execute(rows)}
    wanted = {case: (person, by) for case, (person, by) in given.items() if person is not None}
    for case in sorted(held.keys() | wanted.keys()):
        if held.get(case) != wanted.get(case):
            yield f"case {case}: nobody was given it as it says who looks after it"


_GIVEN = ("case_assigned", "assignment_undone")
