"""Marlow's early warnings: found in its records by the worker's own rules, some of them handled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.people import Membership, Person
from portal.models.services import Service
from portal.models.warnings import WarningRow
from portal.store import audit
from portal.store.clock import Clock

EARLIER = timedelta(days=21)
# What people made of the first warning of a kind.
MADE_OF_IT = {
    "ratings": ("looked_at", "The clinics' new booking system. We meet its makers on Friday."),
    "disparity": ("looked_at", "Translations wait for a reviewer. Asked for a second one."),
    "forecast": ("dealt_with", "Two colleagues helped out for a week."),
    "time_to_told": ("not_useful", "One answer for many cases came late. Nothing else."),
}


def add_warnings(session: Session, clock: Clock, raise_warnings: Callable[..., int]) -> int:
    """Raise what stood out three weeks ago, handle some of it, then raise what does today."""
    today = clock.today()
    raised = raise_warnings(session, as_of=today - EARLIER, city_day=clock.day, now=clock.now())
    for kind, (state, note) in MADE_OF_IT.items():
        _handle(session, clock, kind, state, note)
    return raised + raise_warnings(session, as_of=today, city_day=clock.day, now=clock.now())


def _handle(session: Session, clock: Clock, kind: str, state: str, note: str) -> None:
    row = session.scalars(
        select(WarningRow).where(WarningRow.kind == kind).order_by(WarningRow.id).limit(1)
    ).first()
    if row is None:
        return
    owner_id = session.scalars(
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .join(Service, Service.department_id == Membership.department_id)
        .where(Service.id == row.service_id, Membership.role == "staff")
        .order_by(Person.id)
        .limit(1)
    ).first()
    row.state, row.owner_id, row.note = state, owner_id, note
    row.changed_at, row.version = clock.now() - timedelta(days=14), 2
    session.flush()
    audit.record(
        session, at=row.changed_at, person_id=owner_id, action="warning_changed",
        subject="warning", subject_id=row.id, before="new", state=state, owner_id=owner_id,
    )  # fmt: skip
