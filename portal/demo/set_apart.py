"""Marlow's ratings that were set apart: one hour that somebody has looked at, others nobody has."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.people import Person
from portal.models.set_apart import SetApart
from portal.models.submissions import Submission
from portal.store import audit
from portal.store.set_apart import HOUR, KIOSK, Burst, Place, keep_hours
from portal.store.throttle import window_start

_FOUND_BY = "manager.people@demo.example"
_LOOKED_AFTER = timedelta(days=3)
_BURST = Burst(usual=0.08, shared=4, marked=0)


def add_finding(session: Session, *, now: datetime) -> None:
    """Write the hours down as the worker would have, and what somebody found out about the first.

    Nobody has looked at the others yet.
    """
    found = session.execute(
        select(Submission.service_id, Submission.received_at, Submission.channel)
        .where(Submission.is_quarantined)
        .distinct()
    )
    hours = {
        Place(service_id, window_start(at, HOUR), channel == KIOSK)
        for service_id, at, channel in found
    }
    if not hours:
        return
    found_at = max(place.hour for place in hours) + 2 * HOUR
    keep_hours(session, begin=None, end=now, now=found_at, bursts=dict.fromkeys(hours, _BURST))
    row = session.scalars(select(SetApart).order_by(SetApart.service_id).limit(1)).one()
    row.reason, row.asked_at = "unexplained", row.found_at + _LOOKED_AFTER
    row.asked_by = session.scalars(select(Person.id).where(Person.email == _FOUND_BY)).one()
    session.flush()
    audit.record(
        session, at=row.asked_at, person_id=row.asked_by, action="set_apart_judged",
        subject="set_apart", subject_id=row.id, reason=row.reason, ratings=row.ratings,
    )  # fmt: skip
