"""What residents add in their own words to what they say of an answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, BigId


class Remark(Base):
    """What is still missing from an answer, in the words of the resident who was told it.

    It belongs to one verdict, `event_id`: partly, no or "look again". `response_id` is the answer
    that it is about. The text can be taken out; that it was written, when and to what stays.
    """

    __tablename__ = "remark"
    __table_args__ = (
        CheckConstraint("text <> ''", name="text_given"),
        CheckConstraint("text IS NOT NULL OR is_redacted", name="gone_was_redacted"),
        CheckConstraint("is_redacted = (salt IS NULL)", name="salt_until_redacted"),
        CheckConstraint("words IS NULL OR text IS NOT NULL", name="words_go_with_text"),
        Index("ix_remark_submission_id", "submission_id"),
        Index("ix_remark_response_id", "response_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("loop_event.id"), unique=True)
    response_id: Mapped[int | None] = mapped_column(ForeignKey("response.id"))
    lang: Mapped[str] = mapped_column(String(16))
    text: Mapped[str | None] = mapped_column(Text)
    has_personal_data: Mapped[bool] = mapped_column(default=False)  # sent in spite of the warning
    is_redacted: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # Kept in the hash of its row in the day's file; the salt goes with the words.
    commitment: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str | None] = mapped_column(String(32))
    # The text as it is searched (store.word_index). Nobody reads it, so nobody loads it.
    words: Mapped[str | None] = mapped_column(Text, deferred=True)
