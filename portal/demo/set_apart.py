"""Marlow's ratings that were set apart: an hour that one person has looked at, and a second may."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.people import Person
from portal.models.set_apart import SetApart
from portal.models.submissions import Submission
from portal.store import audit
from portal.store.set_apart import HOUR, Burst, keep_hours
from portal.store.throttle import window_start

_FOUND_BY = "manager.people@demo.example"
_LOOKED_AFTER = timedelta(days=3)
_BURST = Burst(usual=0.08, shared=4, marked=0)


def add_finding(session: Session, *, now: datetime) -> None:
    """Write the hour down as the worker would have, and what somebody found out about it."""
    at = session.scalars(
        select(Submission.received_at).where(Submission.is_quarantined).limit(1)
    ).first()
    service_id = session.scalar(
        select(Submission.service_id).where(Submission.is_quarantined).limit(1)
    )
    if at is None or service_id is None:
        return
    hour = window_start(at, HOUR)
    bursts = {(service_id, hour): _BURST}
    keep_hours(session, begin=None, end=now, now=hour + 2 * HOUR, bursts=bursts)
    row = session.scalars(select(SetApart)).one()
    row.reason, row.asked_at = "unexplained", row.found_at + _LOOKED_AFTER
    row.asked_by = session.scalars(select(Person.id).where(Person.email == _FOUND_BY)).one()
    session.flush()
    audit.record(
        session, at=row.asked_at, person_id=row.asked_by, action="set_apart_judged",
        subject="set_apart", subject_id=row.id, reason=row.reason, ratings=row.ratings,
    )  # fmt: skip
