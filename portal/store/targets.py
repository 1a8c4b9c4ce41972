"""How fast the city means to answer, its weekdays and its holidays (decision 59).

The level knows nothing of any of these: its clock is METHOD.md's 30 calendar days.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from portal.domain.working_days import (
    LAST_DAY,
    MONDAY_TO_FRIDAY,
    WEEK,
    WorkCalendar,
    most_working_days,
    target_day,
)
from portal.models.loops import LoopRow
from portal.models.running import Setting
from portal.models.submissions import Submission
from portal.models.targets import Holiday, TargetChange
from portal.store import audit

_WEEKDAYS = "working_weekdays"


class TooLongError(ValueError):
    """More working days than fit into the level's 30 calendar days; `most` do."""

    def __init__(self, most: int) -> None:
        """`most`: the working days that always fit."""
        super().__init__(f"{most} working days fit into {LAST_DAY} days")
        self.most = most


def find_target_day(session: Session, service_id: int, received_on: date) -> date | None:
    """The day by which a case of that day is meant to be answered; None without a target."""
    working_days = find_working_days(session, service_id, received_on)
    if working_days is None:
        return None
    calendar = get_calendar(session, received_on, received_on + timedelta(days=LAST_DAY))
    return target_day(received_on, working_days, calendar)


def find_working_days(session: Session, service_id: int, on: date) -> int | None:
    """Within how many working days the service's cases of that day are meant to be answered."""
    return in_force(list_in_force(session, on, service_id), service_id)


def find_named_day(session: Session, receipt_hash: str) -> date | None:
    """The day by which the holder of this receipt was told to be answered; None without any."""
    return session.scalar(
        select(LoopRow.target_on)
        .join(Submission, Submission.id == LoopRow.submission_id)
        .where(Submission.receipt_hash == receipt_hash)
    )


def list_in_force(
    session: Session, on: date, service_id: int | None = None
) -> Mapping[int | None, int | None]:
    """Working days by service on a day, those of the city at None; of one service, or of all."""
    statement = (
        select(TargetChange.service_id, TargetChange.working_days)
        .where(TargetChange.from_on <= on)
        .order_by(TargetChange.from_on, TargetChange.id)
    )
    if service_id is not None:
        ours = TargetChange.service_id == service_id
        statement = statement.where(or_(ours, TargetChange.service_id.is_(None)))
    return {row.service_id: row.working_days for row in session.execute(statement)}


def in_force(targets: Mapping[int | None, int | None], service_id: int) -> int | None:
    """The service's own working days, else the city's; None where neither has set any."""
    return targets.get(service_id) or targets.get(None)


def is_any_set(session: Session) -> bool:
    """Whether the city ever set itself a target: before, nothing of it is shown anywhere."""
    return bool(session.scalar(select(exists().where(TargetChange.working_days.is_not(None)))))


def add_target(
    session: Session,
    *,
    service_id: int | None,
    working_days: int | None,
    from_on: date,
    person_id: int | None,
    today: date,
    now: datetime,
) -> None:
    """Mean to answer within so many working days from a day on; None takes the target away.

    Raises TooLongError where they would go beyond 30 calendar days even without holidays, and
    ValueError for a day that has passed. What residents were told before stays.
    """
    most = most_working_days(get_weekdays(session))
    if working_days is not None and working_days > most:
        raise TooLongError(most)
    if from_on < today:
        raise ValueError(f"{from_on} has passed")
    change = TargetChange(
        service_id=service_id, working_days=working_days, from_on=from_on, person_id=person_id,
        decided_at=now,
    )  # fmt: skip
    session.add(change)
    session.flush()
    audit.record(
        session, at=now, person_id=person_id, action="target_changed", subject="target_change",
        subject_id=change.id, for_service=service_id, working_days=working_days,
        from_on=from_on.isoformat(),
    )  # fmt: skip


def get_weekdays(session: Session) -> frozenset[int]:
    """The weekdays on which the city works, 0 for Monday."""
    kept = session.get(Setting, _WEEKDAYS)
    return frozenset(int(digit) for digit in kept.value) if kept else MONDAY_TO_FRIDAY


def set_weekdays(session: Session, weekdays: Collection[int], today: date) -> None:
    """Choose the weekdays on which the city works.

    Raises TooLongError where a target of today or of a later day would not fit into 30 calendar
    days any more, and ValueError where there is no such weekday, or none is chosen.
    """
    if not weekdays or not set(weekdays) <= set(WEEK):
        raise ValueError("a city works on one weekday at least")
    most = most_working_days(weekdays)
    if any(target > most for target in _from_today(session, today)):
        raise TooLongError(most)
    value = "".join(str(one) for one in sorted(set(weekdays)))
    session.merge(Setting(name=_WEEKDAYS, value=value))


def _from_today(session: Session, today: date) -> Iterable[int]:
    """The working days of all targets that hold today, and of those that are to."""
    later = session.scalars(
        select(TargetChange.working_days).where(TargetChange.from_on > today)
    ).all()
    return [one for one in (*list_in_force(session, today).values(), *later) if one is not None]


def get_calendar(session: Session, first: date, last: date) -> WorkCalendar:
    """The city's working days between these days."""
    days = session.scalars(select(Holiday.day_on).where(Holiday.day_on.between(first, last)))
    return WorkCalendar(get_weekdays(session), frozenset(days))


def is_working_day(session: Session, day: date) -> bool:
    """Whether the city works on that day."""
    return get_calendar(session, day, day).is_working(day)


def list_holidays(session: Session, first: date) -> Sequence[Holiday]:
    """The holidays from that day on, in their order."""
    return session.scalars(
        select(Holiday).where(Holiday.day_on >= first).order_by(Holiday.day_on)
    ).all()


def find_holiday(session: Session, day: date) -> str | None:
    """What the holiday of that day is called; None where it is none."""
    return session.scalar(select(Holiday.name).where(Holiday.day_on == day))


def add_holidays(session: Session, days: Mapping[date, str]) -> list[date]:
    """Keep these holidays; returns the days that were none before, whose names stay as they are."""
    known = set(session.scalars(select(Holiday.day_on).where(Holiday.day_on.in_(days))))
    new = sorted(days.keys() - known)
    session.add_all(Holiday(day_on=day, name=days[day]) for day in new)
    session.flush()
    return new
