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
# What people made of a service's first warning of a kind: by what they found, no note fits two.
MADE_OF_IT = {
    ("ratings", "health-clinics"): (
        "looked_at", "The clinics' new booking system. We meet its makers on Friday.",
    ),
    ("disparity", "water-leaks"): (
        "looked_at", "Translations wait for a reviewer. Asked for a second one.",
    ),
    ("time_to_told", "graffiti-removal"): (
        "looked_at", "One of two crews has left. A new one starts next month.",
    ),
    ("forecast", "sidewalk-repair"): ("dealt_with", "Two colleagues helped out for a week."),
    ("forecast", "recycling-center"): ("not_useful", "All of them were told the next morning."),
}  # fmt: skip


def add_warnings(session: Session, clock: Clock, raise_warnings: Callable[..., int]) -> int:
    """Raise what stood out three weeks ago, handle some of it, then raise what does today."""
    today = clock.today()
    raised = raise_warnings(session, as_of=today - EARLIER, city_day=clock.day, now=clock.now())
    for (kind, slug), made in MADE_OF_IT.items():
        _handle(session, clock, kind, slug, made)
    return raised + raise_warnings(session, as_of=today, city_day=clock.day, now=clock.now())


def _handle(session: Session, clock: Clock, kind: str, slug: str, made: tuple[str, str]) -> None:
    """Chance may raise no such warning on some day: then nobody made anything of it."""
    row = session.scalars(
        select(WarningRow)
        .join(Service, Service.id == WarningRow.service_id)
        .where(WarningRow.kind == kind, Service.slug == slug)
        .order_by(WarningRow.id)
        .limit(1)
    ).first()
    if row is None:
        return
    owner_id = session.scalars(
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .join(Service, Service.department_id == Membership.department_id)
        .where(Service.id == row.service_id, Membership.role == "manager")
        .order_by(Person.id)
        .limit(1)
    ).first()
    state, row.note = made
    row.state, row.owner_id = state, owner_id
    row.changed_at, row.version = clock.now() - timedelta(days=14), 2
    session.flush()
    audit.record(
        session, at=row.changed_at, person_id=owner_id, action="warning_changed",
        subject="warning", subject_id=row.id, before="new", state=state, owner_id=owner_id,
    )  # fmt: skip
