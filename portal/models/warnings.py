"""Early warnings, what people made of them, and who wants to be told every week."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, BigId, one_of

WARNING_KINDS = ("ratings", "time_to_told", "disparity", "theme", "word", "forecast")
OPEN_STATES = ("new", "looked_at")
CLOSED_STATES = ("dealt_with", "not_useful")
WARNING_STATES = (*OPEN_STATES, *CLOSED_STATES)
_IS_OPEN = one_of("state", OPEN_STATES)


class WarningRow(Base):
    """Something about a service that looks different (METHOD.md section 4). It moves no level.

    `subject` says what it is about within its kind: `theme:<id>`, `<language>:<word>`, or for
    disparities `<measure>:<attribute>:<group>`; empty where the kind says it all. `evidence` holds
    figures, never what residents wrote but for single words that at least five people use; the
    worker refreshes it while the warning is open. `version` rises with what people change.
    """

    __tablename__ = "warning"
    __table_args__ = (
        CheckConstraint(one_of("kind", WARNING_KINDS), name="kind"),
        CheckConstraint(one_of("state", WARNING_STATES), name="state"),
        CheckConstraint("last_seen_on >= raised_on", name="seen_after_raised"),
        CheckConstraint("(state = 'new') OR changed_at IS NOT NULL", name="changed_has_time"),
        CheckConstraint("version > 0", name="version_positive"),
        Index(
            "uq_warning_open",
            "service_id",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text(_IS_OPEN),
            postgresql_where=text(_IS_OPEN),
        ),
        Index("ix_warning_service_id_raised_on", "service_id", "raised_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(160))
    raised_on: Mapped[date]
    last_seen_on: Mapped[date]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(12), default="new")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)
    digest: Mapped[str] = mapped_column(String(64), default="")  # the row's own seal


class DigestSubscription(Base):
    """Somebody wants the week's open warnings by mail."""

    __tablename__ = "digest_subscription"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # of the link that stops it
    since: Mapped[datetime]
