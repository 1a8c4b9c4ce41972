"""What staff do to a case beside its loop: words taken out of it, and notes between colleagues."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.redaction import REASONS
from portal.models.base import Base, BigId, one_of


class Redaction(Base):
    """Words of a resident were taken out, or somebody asks for it; never which words.

    Without `done_at` it is a request that a second person has to agree to. `pieces` counts the
    marked stretches that were taken out and `kinds` says what they looked like, in the domain's
    words with spaces between; both are missing where everything went. No person is named where
    the resident or a deadline caused it: then all that they wrote in the case went. Otherwise
    `remark_id` names the words to an answer that it is about, and without it, it is the comment.
    """

    __tablename__ = "redaction"
    __table_args__ = (
        CheckConstraint(one_of("reason", REASONS), name="reason"),
        CheckConstraint("pieces > 0", name="pieces_counted"),
        CheckConstraint("(pieces IS NULL) = (kinds IS NULL)", name="pieces_have_kinds"),
        CheckConstraint("done_at IS NOT NULL OR requested_by IS NOT NULL", name="request_has_name"),
        Index("ix_redaction_submission_id", "submission_id"),
        Index(
            "uq_redaction_open",
            "submission_id",
            unique=True,
            sqlite_where=text("done_at IS NULL AND remark_id IS NULL"),
            postgresql_where=text("done_at IS NULL AND remark_id IS NULL"),
        ),
        Index(
            "uq_redaction_open_remark",
            "remark_id",
            unique=True,
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    remark_id: Mapped[int | None] = mapped_column(ForeignKey("remark.id"))
    reason: Mapped[str] = mapped_column(String(16))
    pieces: Mapped[int | None] = mapped_column(Integer)
    kinds: Mapped[str | None] = mapped_column(String(80))
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None]


class CaseNote(Base):
    """What one colleague wrote for the others about a case. It is struck, never rewritten."""

    __tablename__ = "case_note"
    __table_args__ = (
        CheckConstraint("text <> ''", name="text_given"),
        CheckConstraint("(struck_at IS NULL) = (text IS NOT NULL)", name="struck_is_gone"),
        Index("ix_case_note_submission_id", "submission_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str | None] = mapped_column(Text)
    written_at: Mapped[datetime]
    struck_at: Mapped[datetime | None]
    struck_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    digest: Mapped[str] = mapped_column(String(64), default="")  # the row's own seal
