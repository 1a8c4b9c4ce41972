"""Assessments of a service, and what is brought in from before the portal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, BigId


class Assessment(Base):
    """Evidence and result for one service on one day, with what they were judged by.

    `evidence` and `result` are today's, for staff and managers. Where `public_on` is set,
    `public_evidence` and `public_result` are what the public sees from then on (METHOD.md A.3).
    `evidence_hash` is the SHA-256 of the canonical JSON of `public_evidence`, or of `evidence`
    where nothing is public. All JSON in the shapes of METHOD.md A.4.
    """

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("service_id", "as_of"),
        CheckConstraint("level BETWEEN 0 AND 4", name="level_range"),
        CheckConstraint("(public_on IS NULL) = (public_level IS NULL)", name="public_is_complete"),
        Index("ix_assessment_service_id_public_on", "service_id", "public_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    as_of: Mapped[date]
    method: Mapped[str] = mapped_column(String(40))
    thresholds: Mapped[dict[str, Any]] = mapped_column(JSON)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    evidence_hash: Mapped[str] = mapped_column(String(64))
    level: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    # The newest loop event and submission that it knows: news come after.
    last_event_id: Mapped[int] = mapped_column(BigInteger)
    last_submission_id: Mapped[int] = mapped_column(BigInteger)
    public_on: Mapped[date | None]
    public_level: Mapped[int | None] = mapped_column(SmallInteger)
    public_evidence: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    public_result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # What the public evidence knows: today's may be newer, and batches are counted from the newest
    # submission. The newest event is read by the row's seal alone, which covers it in every row.
    public_last_event_id: Mapped[int | None] = mapped_column(BigInteger)
    public_last_submission_id: Mapped[int | None] = mapped_column(BigInteger)
    # What waits for the department that day, so that overviews never count cases:
    # {"waiting": open cases, "late": those over 30 days, "reopened": told and disputed since,
    # "promises": open ones, "promises_at_risk": due within 14 days or overdue}. Null in rows from
    # before it was counted.
    workload: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64), default="")  # the row's own seal


class HistoryImport(Base):
    """Earlier records of a service, brought in from one source (`portal import-history`).

    `channels` is the number the source states: its records do not name theirs.
    """

    __tablename__ = "history_import"
    __table_args__ = (
        UniqueConstraint("service_id", "source"),
        CheckConstraint("channels >= 0", name="channels_not_negative"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    source: Mapped[str] = mapped_column(String(200))
    channels: Mapped[int]
    imported_at: Mapped[datetime]
