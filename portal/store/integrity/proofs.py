"""What is published of all this, as pages and programs read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.integrity import RatingList, SignedDay, SignedRating
from portal.models.services import Service


@dataclass(frozen=True)
class DayEntry:
    """A signed day without its text."""

    day: date
    sha256: str
    signature: str
    entries: int


@dataclass(frozen=True)
class ListEntry:
    """A service's ratings of a quarter, in figures: how many count, and their mean (1 to 5)."""

    service_id: int
    slug: str
    quarter_on: date
    sha256: str
    count: int
    mean: float


def list_days(session: Session) -> list[DayEntry]:
    """All signed days, oldest first."""
    rows = session.execute(
        select(SignedDay.day, SignedDay.sha256, SignedDay.signature, SignedDay.entries).order_by(
            SignedDay.id
        )
    )
    return [DayEntry(*row) for row in rows]


def find_day(session: Session, day: date) -> str | None:
    """The text of a day's file; None where the day is not signed."""
    return session.scalar(select(SignedDay.text).where(SignedDay.day == day))


def list_lists(session: Session, quarter: date | None = None) -> list[ListEntry]:
    """The lists of ratings of all quarters or of one, newest quarter first, by slug."""
    statement = (
        select(
            RatingList.service_id,
            Service.slug,
            RatingList.quarter_on,
            RatingList.sha256,
            RatingList.count,
            RatingList.mean,
        )
        .join(Service, Service.id == RatingList.service_id)
        .order_by(RatingList.quarter_on.desc(), Service.slug)
    )
    if quarter is not None:
        statement = statement.where(RatingList.quarter_on == quarter)
    return [ListEntry(*row) for row in session.execute(statement)]


def list_quarters(session: Session) -> Sequence[date]:
    """The quarters that have lists, newest first."""
    quarters = select(RatingList.quarter_on).distinct().order_by(RatingList.quarter_on.desc())
    return session.scalars(quarters).all()


def find_list(session: Session, quarter: date, slug: str) -> str | None:
    """The text of a service's list of a quarter; None where there is none."""
    return session.scalar(
        select(RatingList.text)
        .join(Service, Service.id == RatingList.service_id)
        .where(RatingList.quarter_on == quarter, Service.slug == slug)
    )


def find_signed_day(session: Session, submission_id: int) -> date | None:
    """The day whose file holds the commitment to a rating; None as long as it is not signed."""
    return session.scalar(
        select(SignedRating.signed_on).where(SignedRating.submission_id == submission_id)
    )
