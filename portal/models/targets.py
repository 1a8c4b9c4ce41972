"""What a city sets itself beside the level: how fast it means to answer, and its holidays."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, BigId


class TargetChange(Base):
    """From a day on, residents are to be answered within so many working days. Append-only.

    Without a service it is the city's, which holds for every service that has none of its own.
    Without a number the target is taken away.
    """

    __tablename__ = "target_change"
    __table_args__ = (
        CheckConstraint("working_days BETWEEN 1 AND 30", name="working_days_range"),
        Index("ix_target_change_service_id", "service_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    working_days: Mapped[int | None] = mapped_column(SmallInteger)
    from_on: Mapped[date]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class Holiday(Base):
    """A day on which the city does not work."""

    __tablename__ = "holiday"
    __table_args__ = (CheckConstraint("name <> ''", name="has_name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    day_on: Mapped[date] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(120))
