"""Doors beside the web: printed forms, what staff type in from paper, and kiosks."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, BigId


class PaperBatch(Base):
    """Forms of one service in one language that were printed together."""

    __tablename__ = "paper_batch"
    __table_args__ = (CheckConstraint("forms BETWEEN 1 AND 100", name="forms_range"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    lang: Mapped[str] = mapped_column(String(16))
    paper: Mapped[str] = mapped_column(String(10))
    forms: Mapped[int] = mapped_column(SmallInteger)
    printed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    printed_at: Mapped[datetime]
    printed_on: Mapped[date]


class PaperForm(Base):
    """One printed form. Its number is its id as a short code; its receipt is derived from the id.

    `entered_on` is set when its answers are stored, which happens once.
    """

    __tablename__ = "paper_form"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batch.id"), index=True)
    entered_on: Mapped[date | None]


class PendingEntry(Base):
    """The first typing of a form in the sample, until a second person has typed it too.

    `answers` is encrypted; the row goes when the answers are stored.
    """

    __tablename__ = "pending_entry"

    form_id: Mapped[int] = mapped_column(ForeignKey("paper_form.id"), primary_key=True)
    entered_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
    answers: Mapped[bytes] = mapped_column(LargeBinary)


class EntryCheck(Base):
    """That a form was typed twice, and in how many of its fields the two differed."""

    __tablename__ = "entry_check"
    __table_args__ = (
        CheckConstraint("first_by <> second_by", name="second_person"),
        CheckConstraint("differences BETWEEN 0 AND fields", name="differences_range"),
    )

    form_id: Mapped[int] = mapped_column(ForeignKey("paper_form.id"), primary_key=True)
    first_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    second_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    checked_on: Mapped[date]
    fields: Mapped[int] = mapped_column(Integer)
    differences: Mapped[int] = mapped_column(Integer)


class Kiosk(Base):
    """A screen in a public place. Whoever knows its address may rate there; kept as SHA-256.

    `service_id` is the one service it asks about; without one it offers all that take kiosks.
    """

    __tablename__ = "kiosk"
    __table_args__ = (
        CheckConstraint("closed_on >= opened_on", name="closed_after_opened"),
        CheckConstraint("hourly_limit BETWEEN 1 AND 1000", name="limit_range"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    hourly_limit: Mapped[int] = mapped_column(SmallInteger)
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
