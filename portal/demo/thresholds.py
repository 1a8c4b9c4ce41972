"""What Marlow asks for beyond the method, decided as an administrator decides it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.publication import quarter_of
from portal.models.people import Person
from portal.store.clock import Clock

DECIDED_BY = "admin@demo.example"
DECIDED_AT = time(14)
BEFOREHAND = timedelta(days=30)
CRITERION, SHARE = "L2.6", 0.85
REASON = (
    "Every way in acknowledges by itself by now. Whoever waits for more than a week was lost, and"
    " we want to know of it sooner."
)


def raise_threshold(
    session: Session, clock: Clock, change_threshold: Callable[..., object]
) -> None:
    """Ask for more acknowledgements in time, from the quarter before this one on.

    So the newest two appraisals were judged by it, and those before by the method's own number.
    """
    from_on = _quarter_before(clock.today())
    decided_on = from_on - BEFOREHAND
    change_threshold(
        session,
        criterion_id=CRITERION,
        number="tau",
        value=SHARE,
        from_on=from_on,
        reason=REASON,
        person_id=session.scalars(select(Person.id).where(Person.email == DECIDED_BY)).one(),
        today=decided_on,
        now=datetime.combine(decided_on, DECIDED_AT, clock.zone),
    )


def _quarter_before(day: date) -> date:
    return quarter_of(quarter_of(day) - timedelta(days=1))
