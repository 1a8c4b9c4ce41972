"""What Marlow asks of itself: to answer in ten working days, and in five about outages."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.demo.holidays import list_us_holidays
from portal.demo.thresholds import DECIDED_BY
from portal.models.people import Person
from portal.models.services import Service
from portal.store.targets import add_holidays, add_target

WORKING_DAYS = 10
OF_SERVICES = {"power-outages": 5}


def set_city_target(session: Session, *, opened: date, today: date, at: datetime) -> None:
    """The city's target from the first day on, its holidays from then until the year after next."""
    _set(session, None, WORKING_DAYS, opened, at)
    add_holidays(session, list_us_holidays(opened.year, today.year + 1))


def set_service_target(session: Session, slug: str, *, opened: date, at: datetime) -> None:
    """The service's own target, where it has one."""
    if slug in OF_SERVICES:
        service_id = session.scalars(select(Service.id).where(Service.slug == slug)).one()
        _set(session, service_id, OF_SERVICES[slug], opened, at)


def _set(
    session: Session, service_id: int | None, working_days: int, opened: date, at: datetime
) -> None:
    admin = session.scalars(select(Person.id).where(Person.email == DECIDED_BY)).one()
    add_target(
        session, service_id=service_id, working_days=working_days, from_on=opened,
        person_id=admin, today=opened, now=at,
    )  # fmt: skip
