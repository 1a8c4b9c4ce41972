"""Barriers under the six building blocks: writing them down, changing, closing and reopening."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.criteria import CRITERIA
from portal.domain.self_assessment import Block
from portal.manage.scoped import get_managed_service
from portal.models.self_assessments import Barrier, BarrierCriterion
from portal.store import audit
from portal.store.scope import NotAllowed, Scope

_IDS = tuple(criterion.id for criterion in CRITERIA)


class StaleBarrier(Exception):
    """Somebody else changed it in the meantime. Nothing was stored."""


@dataclass(frozen=True)
class Plan:
    """What is missing, what stands in the way, and who does what until when."""

    block: Block
    gap: str
    barrier: str
    owner: str
    next_step: str
    due_on: date
    criteria: Collection[str]


def get_barrier(session: Session, scope: Scope, slug: str, number: int) -> Barrier:
    """A barrier of that service. Raises NotAllowed when it is another one's, or none."""
    service = get_managed_service(session, scope, slug)
    found = session.get(Barrier, number)
    if found is None or found.service_id != service.id:
        raise NotAllowed
    return found


def add_barrier(session: Session, *, now: datetime, scope: Scope, slug: str, plan: Plan) -> int:
    """Write a barrier down; returns its id."""
    service = get_managed_service(session, scope, slug)
    row = Barrier(
        service_id=service.id, version=1, created_by=scope.person_id, created_at=now,
        **_values(plan, now),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _record(session, now, scope, "barrier_added", row)
    return row.id


def save_barrier(
    session: Session, *, now: datetime, scope: Scope, slug: str, number: int, version: int,
    plan: Plan,
) -> None:  # fmt: skip
    """Change a barrier as it was read at `version`. Raises StaleBarrier when it has moved on."""
    row = _lock(session, scope, slug, number)
    if row.version != version:
        raise StaleBarrier
    kept = {one.criterion: one for one in row.criteria}
    values = _values(plan, now)
    values["criteria"] = [kept.get(one.criterion, one) for one in values["criteria"]]
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    session.flush()
    _record(session, now, scope, "barrier_changed", row)


def set_closed(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    slug: str,
    number: int,
    is_closed: bool,
) -> None:
    """Say that a barrier is overcome, or that it is there again. Doing so twice changes nothing."""
    row = _lock(session, scope, slug, number)
    if (row.closed_on is not None) == is_closed:
        return
    row.closed_on = today if is_closed else None
    row.updated_at = now
    row.version += 1
    session.flush()
    _record(session, now, scope, "barrier_closed" if is_closed else "barrier_reopened", row)


def _lock(session: Session, scope: Scope, slug: str, number: int) -> Barrier:
    service = get_managed_service(session, scope, slug)
    row = session.scalar(
        select(Barrier)
        .where(Barrier.id == number, Barrier.service_id == service.id)
        .with_for_update()
    )
    if row is None:
        raise NotAllowed
    return row


def _values(plan: Plan, now: datetime) -> dict[str, Any]:
    return {
        "block": plan.block.value,
        "gap": plan.gap,
        "barrier": plan.barrier,
        "owner": plan.owner,
        "next_step": plan.next_step,
        "due_on": plan.due_on,
        "updated_at": now,
        "criteria": [BarrierCriterion(criterion=one) for one in _IDS if one in plan.criteria],
    }


def _record(session: Session, now: datetime, scope: Scope, action: str, row: Barrier) -> None:
    audit.record(
        session, at=now, person_id=scope.person_id, action=action, subject="barrier",
        subject_id=row.id, block=row.block, due_on=row.due_on.isoformat(), version=row.version,
    )  # fmt: skip
