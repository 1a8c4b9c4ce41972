"""Reminding a random half of those who did not say whether an answer helps (METHOD.md, C1)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base


class Reminder(Base):
    """A resident who was told and left an address.

    On `due_on` those who have not replied and can be reached by mail enter the comparison
    (`chosen_on`), both halves alike; only one half is then reminded. `is_settled` from then on,
    for the others too.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        CheckConstraint("chosen_on IS NULL OR is_settled", name="chosen_is_settled"),
        CheckConstraint("chosen_on IS NOT NULL OR NOT is_reminded", name="reminded_is_chosen"),
        Index(
            "ix_reminder_due",
            "due_on",
            sqlite_where=text("NOT is_settled"),
            postgresql_where=text("NOT is_settled"),
        ),
        Index("ix_reminder_chosen_on", "chosen_on"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    due_on: Mapped[date]
    is_settled: Mapped[bool] = mapped_column(default=False)
    is_reminded: Mapped[bool] = mapped_column(default=False)
    chosen_on: Mapped[date | None]


class ReminderSummary(Base):
    """Both halves of a service compared, as of a day: asked, replied, replied yes or partly.

    Of those who entered the comparison within a year and at least 30 days ago; replies within
    these 30 days count.
    """

    __tablename__ = "reminder_summary"
    __table_args__ = (
        CheckConstraint(
            "0 <= reminded_helped AND reminded_helped <= reminded_replied"
            " AND reminded_replied <= reminded",
            name="reminded_counts",
        ),
        CheckConstraint(
            "0 <= others_helped AND others_helped <= others_replied AND others_replied <= others",
            name="others_counts",
        ),
    )

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    as_of: Mapped[date]
    reminded: Mapped[int]
    reminded_replied: Mapped[int]
    reminded_helped: Mapped[int]
    others: Mapped[int]
    others_replied: Mapped[int]
    others_helped: Mapped[int]
