"""Ratings that were set apart: written down by hour, let through, and checked (METHOD.md 3.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from portal.models.assessments import Assessment
from portal.models.running import Setting
from portal.models.services import Service
from portal.models.set_apart import SetApart
from portal.models.submissions import Submission
from portal.store.integrity.own_seals import seal_rows
from portal.store.reassessments import ask_to_assess
from portal.store.throttle import window_start

HOUR = timedelta(hours=1)
LOOKED_UNTIL = "quarantine_looked_until"
KIOSK = "kiosk"
IS_SET_APART: ColumnElement[bool] = Submission.is_quarantined & Submission.import_id.is_(None)


class Place(NamedTuple):
    """A service, the beginning of an hour, and the door: its kiosks, or its form on the web."""

    service_id: int
    hour: datetime
    is_at_kiosks: bool = False

    def received(self) -> tuple[ColumnElement[bool], ...]:
        """What came in through that door in that hour."""
        return (
            Submission.service_id == self.service_id,
            Submission.received_at >= self.hour,
            Submission.received_at < self.hour + HOUR,
            # No other door has ratings set apart, so whatever is not of a kiosk is of the form.
            Submission.channel == KIOSK if self.is_at_kiosks else Submission.channel != KIOSK,
        )


@dataclass(frozen=True)
class Burst:
    """Why an hour is a burst. `usual` ratings an hour; the others count ratings of the hour.

    At kiosks nobody is `shared`, and `usual` is what the busiest hour of a week has: missing while
    they are new.
    """

    usual: float | None
    shared: int | None
    marked: int = 0


def looked_until(session: Session) -> datetime | None:
    """The end of the hours that the worker has looked at; None before the first look."""
    value = session.scalar(select(Setting.value).where(Setting.name == LOOKED_UNTIL))
    return datetime.fromisoformat(value) if value is not None else None


def keep_hours(
    session: Session,
    *,
    begin: datetime | None,
    end: datetime,
    now: datetime,
    bursts: Mapping[Place, Burst],
) -> None:
    """Write down every hour from `begin` (None: ever) to `end` in which ratings were set apart."""
    hours = _count_hours(session, begin, end)
    rows = session.scalars(
        select(SetApart).where(
            SetApart.service_id.in_({place.service_id for place in hours}),
            SetApart.hour_at < end,
        )
    )
    known = {place_of(row) for row in rows}
    for place, count in sorted(hours.items()):
        if place not in known:
            session.add(_row(place, count, bursts.get(place), now))
    session.flush()


def _row(place: Place, count: int, burst: Burst | None, now: datetime) -> SetApart:
    return SetApart(
        service_id=place.service_id,
        hour_at=place.hour,
        is_at_kiosks=place.is_at_kiosks,
        cause="burst" if burst else "form",
        ratings=count,
        marked=burst.marked if burst else count,
        usual=round(burst.usual, 4) if burst and burst.usual is not None else None,
        shared=burst.shared if burst else None,
        found_at=now,
    )


def _count_hours(session: Session, begin: datetime | None, end: datetime) -> Counter[Place]:
    """How many ratings are set apart, by service, hour and door."""
    statement = select(Submission.service_id, Submission.received_at, Submission.channel).where(
        IS_SET_APART, Submission.received_at < end
    )
    if begin is not None:
        statement = statement.where(Submission.received_at >= begin)
    return Counter(_place(*row) for row in session.execute(statement))


def _place(service_id: int, received_at: datetime, channel: str) -> Place:
    return Place(service_id, window_start(received_at, HOUR), channel == KIOSK)


def place_of(row: SetApart) -> Place:
    """What the record is about."""
    return Place(row.service_id, row.hour_at, row.is_at_kiosks)


@dataclass(frozen=True)
class Apart:
    """Why a rating stands apart: it is one of a burst, or else it came in as machines send.

    `is_left`: two people found that it does not count. Until then it only waits for them.
    """

    is_of_burst: bool
    is_left: bool


def find_apart(session: Session, submission: Submission) -> Apart | None:
    """Why this rating stands apart; None where it does not."""
    if not submission.is_quarantined:
        return None
    place = _place(submission.service_id, submission.received_at, submission.channel)
    row = session.scalar(
        select(SetApart).where(
            SetApart.service_id == place.service_id,
            SetApart.hour_at == place.hour,
            SetApart.is_at_kiosks.is_(place.is_at_kiosks),
        )
    )
    if row is None:
        return Apart(is_of_burst=False, is_left=False)
    return Apart(row.cause == "burst", is_left=row.decided_at is not None and not row.counts)


def let_through(session: Session, row: SetApart) -> None:
    """Count the hour's ratings again, as if they had never been set apart."""
    these = (IS_SET_APART, *place_of(row).received())
    first = session.scalar(select(func.min(Submission.id)).where(*these))
    session.execute(update(Submission).where(*these).values(is_quarantined=False))
    if first is not None:
        forget_in_assessments(session, row.service_id, row.hour_at, first)


def forget_in_assessments(session: Session, service_id: int, hour: datetime, first: int) -> None:
    """Assessments made since know these ratings otherwise: they have news to catch up with.

    So has what is being gathered just now.
    """
    forgetful = session.scalars(
        update(Assessment)
        .where(
            Assessment.service_id == service_id,
            Assessment.as_of >= (hour - timedelta(days=1)).date(),
            Assessment.last_submission_id >= first,
        )
        .values(last_submission_id=first - 1)
        .returning(Assessment.id)
    )
    seal_rows(session, Assessment.__tablename__, forgetful)
    ask_to_assess(session, [service_id])


def check_set_apart(session: Session) -> Iterator[str]:
    """Ratings are set apart where a record says so, and nowhere else."""
    end = looked_until(session)
    hours = _count_hours(session, None, end) if end is not None else Counter[Place]()
    rows = session.execute(select(SetApart, Service.slug).join(Service))
    for row, slug in rows:
        found = hours.pop(place_of(row), 0)
        wanted = 0 if row.counts else row.ratings
        if end is not None and row.hour_at < end and found != wanted:
            yield (
                f"{found} ratings of {slug} {'at kiosks' if row.is_at_kiosks else 'on the web'} of"
                f" the hour from {row.hour_at:%Y-%m-%d %H:%M} UTC are set apart, the record says"
                f" {wanted}"
            )
    if hours:
        yield f"{hours.total()} ratings are set apart and no record says why"
