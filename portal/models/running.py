"""What keeps the portal running: the outbox, settings that people change, and the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, BigId, one_of

OUTBOX_KINDS = (
    "account_link",
    "account_notice",
    "acknowledge",
    "call_off",
    "call_off_step",
    "confirm_address",
    "confirm_news",
    "digest",
    "invite",
    "invite_theme",
    "job_fault",
    "news",
    "partner_link",
    "promise",
    "remind",
    "tell",
    "tell_response",
)


# Whoever keeps a mailbox refused the mail for good, at once or in a report. Both databases use the
# index only for a query that says it in the same words.
UNDELIVERED = "submission_id IS NULL AND substr(last_error, 1, 7) IN ('refused', 'bounced')"


class Outbox(Base):
    """Something to be done after the transaction that asked for it, once.

    `dedupe_key` makes asking twice the same as asking once. No personal text in `detail`.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint(one_of("kind", OUTBOX_KINDS), name="kind"),
        CheckConstraint("done_at IS NULL OR dead_at IS NULL", name="done_or_dead"),
        Index(
            "ix_outbox_due",
            "due_at",
            sqlite_where=text("done_at IS NULL AND dead_at IS NULL"),
            postgresql_where=text("done_at IS NULL AND dead_at IS NULL"),
        ),
        Index(
            "ix_outbox_dead",
            "dead_at",
            sqlite_where=text("dead_at IS NOT NULL"),
            postgresql_where=text("dead_at IS NOT NULL"),
        ),
        Index(
            "ix_outbox_undelivered",
            "done_at",
            sqlite_where=text(UNDELIVERED),
            postgresql_where=text(UNDELIVERED),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    response_id: Mapped[int | None] = mapped_column(ForeignKey("response.id"))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(200))


class WorkerJob(Base):
    """How one of the worker's jobs goes, for administrators; written at most once a minute.

    `fault` is the class of what went wrong when it ran last, null where nothing did;
    `failing_since` is when that began, and `told_at` when administrators were mailed about it.
    """

    __tablename__ = "worker_job"
    __table_args__ = (
        CheckConstraint("fault IS NULL OR failed_at IS NOT NULL", name="fault_has_time"),
        CheckConstraint("(fault IS NULL) = (failing_since IS NULL)", name="fault_has_beginning"),
        CheckConstraint("told_at IS NULL OR fault IS NOT NULL", name="told_of_fault"),
    )

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    ran_at: Mapped[datetime]
    worked_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(String(80))
    failing_since: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


class Setting(Base):
    """A named value that the portal itself changes, such as the content version."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


# Both databases use the index for a query that writes out one of these.
DELETED = "action = 'phrase_deleted' OR action = 'response_dropped' OR action = 'view_deleted'"


class AuditEvent(Base):
    """What somebody who is signed in did, beside the loops' own events. Append-only.

    Nobody is named where the portal itself did it, or whoever holds a receipt.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_person_id_id", "person_id", "id"),
        # Who typed a case in: a few among many.
        Index(
            "ix_audit_event_entered",
            "subject_id",
            "at",
            sqlite_where=text("action = 'entered'"),
            postgresql_where=text("action = 'entered'"),
        ),
        # What somebody else may still be working on (respond/deleted.py).
        Index(
            "ix_audit_event_deleted",
            "subject_id",
            "id",
            sqlite_where=text(DELETED),
            postgresql_where=text(DELETED),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None] = mapped_column(BigId)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
