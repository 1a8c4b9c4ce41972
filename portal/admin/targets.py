"""What was decided about the city's own targets; changing its working weekdays and holidays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from portal.domain.language import fold
from portal.domain.typed_texts import TextsMoved, require_seen
from portal.models.people import Person
from portal.models.services import Service
from portal.models.targets import Holiday, TargetChange
from portal.store import audit, targets
from portal.store.content import lock_content
from portal.store.service_names import name_services
from portal.store.texts import InLanguage


@dataclass(frozen=True)
class Decision:
    """A change of a target as the page shows it; `service_id` is None for the city's."""

    service_id: int | None
    working_days: int | None
    from_on: date
    who: str | None


def list_decisions(session: Session) -> list[Decision]:
    """Everything that was decided about targets, the newest day first."""
    rows = session.execute(
        select(TargetChange, Person.name)
        .outerjoin(Person, Person.id == TargetChange.person_id)
        .order_by(TargetChange.from_on.desc(), TargetChange.id.desc())
    )
    return [Decision(row.service_id, row.working_days, row.from_on, who) for row, who in rows]


def list_services(session: Session, langs: Sequence[str]) -> list[tuple[int, InLanguage[str]]]:
    """(id, name) of the services in use, by name."""
    named = _name(session, select(Service.id, Service.slug).where(Service.is_active), langs)
    return sorted(named.items(), key=lambda pair: fold(pair[1].text))


def get_service_names(session: Session, langs: Sequence[str]) -> dict[int, InLanguage[str]]:
    """Names of all services by id: what was decided of one out of use stays."""
    return _name(session, select(Service.id, Service.slug), langs)


def _name(
    session: Session, services: Select[int, str], langs: Sequence[str]
) -> dict[int, InLanguage[str]]:
    slugs = {row.id: row.slug for row in session.execute(services)}
    return name_services(session, slugs, langs[0], langs[1:])


def get_newest_decision(session: Session) -> int:
    """The id of what was decided last about targets; 0 where nothing was."""
    return session.scalar(select(func.max(TargetChange.id))) or 0


def change_target(
    session: Session,
    *,
    service_id: int | None,
    working_days: int | None,
    from_on: date,
    read_until: int | None,
    person_id: int,
    today: date,
    now: datetime,
) -> None:
    """Set the city's target or that of a service; None takes it away.

    `read_until` is the newest decision that was read. Raises TextsMoved where somebody else has
    decided anything else for the same since, else as `store.targets.add_target` does.
    """
    lock_content(session)
    if read_until is not None:
        newer = session.scalar(
            select(TargetChange)
            .where(
                TargetChange.id > read_until,
                TargetChange.service_id.is_not_distinct_from(service_id),
            )
            .order_by(TargetChange.id.desc())
            .limit(1)
        )
        if newer is not None and (newer.working_days, newer.from_on) == (working_days, from_on):
            return
        if newer is not None:
            raise TextsMoved
    targets.add_target(
        session, service_id=service_id, working_days=working_days, from_on=from_on,
        person_id=person_id, today=today, now=now,
    )  # fmt: skip


def key_of_weekdays(weekdays: Collection[int]) -> str:
    """The weekdays in one short text: the same always give the same."""
    return "".join(str(one) for one in sorted(weekdays))


def choose_weekdays(
    session: Session,
    weekdays: Collection[int],
    *,
    person_id: int,
    today: date,
    now: datetime,
    seen: str | None = None,
) -> None:
    """Choose the weekdays on which the city works.

    `seen` is the key of those that were read. Raises TextsMoved where somebody else has changed
    them, else as `store.targets.set_weekdays` does.
    """
    lock_content(session)
    stored = targets.get_weekdays(session)
    require_seen(key_of_weekdays(stored), seen=seen, typed=key_of_weekdays(weekdays))
    if stored == frozenset(weekdays):
        return
    targets.set_weekdays(session, weekdays, today)
    audit.record(
        session, at=now, person_id=person_id, action="weekdays_chosen", subject="setting",
        weekdays=sorted(weekdays),
    )  # fmt: skip


def add_holidays(
    session: Session, days: Mapping[date, str], *, person_id: int, now: datetime
) -> Sequence[date]:
    """Add these holidays; returns those that were none before."""
    new = targets.add_holidays(session, days)
    if new:
        _record(session, "holidays_added", new, person_id, now)
    return new


def remove_holiday(
    session: Session, *, holiday_id: int, person_id: int, today: date, now: datetime
) -> str:
    """Take a holiday to come away; returns its name.

    Raises LookupError where there is none, and ValueError for one that has come: what it moved
    was told to residents.
    """
    holiday = session.get(Holiday, holiday_id)
    if holiday is None:
        raise LookupError(holiday_id)
    if holiday.day_on <= today:
        raise ValueError(f"{holiday.day_on} has come")
    name, day = holiday.name, holiday.day_on
    session.execute(delete(Holiday).where(Holiday.id == holiday_id))
    _record(session, "holiday_removed", [day], person_id, now, name=name)
    return name


def _record(
    session: Session,
    action: str,
    days: Sequence[date],
    person_id: int,
    now: datetime,
    *,
    name: str | None = None,
) -> None:
    audit.record(
        session, at=now, person_id=person_id, action=action, subject="holiday",
        days=[day.isoformat() for day in days], name=name,
    )  # fmt: skip
