"""What residents add in their own words to what they say of an answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.doors import CALLED_BY
from portal.models.base import Base, BigId, one_of


class Remark(Base):
    """What is still missing from an answer, in the words of the resident who was told it.

    It belongs to one verdict, `event_id`: partly, no or "look again". What staff took down for a
    caller belongs to no verdict, since only the resident gives one: then `event_id` is the event by
    which they were told, and `channel` and `taken_by` say how it came and who wrote it.
    `response_id` is the answer that it is about. The text can be taken out; that it was written,
    when and to what stays.
    """

    __tablename__ = "remark"
    __table_args__ = (
        CheckConstraint("text <> ''", name="text_given"),
        CheckConstraint("text IS NOT NULL OR is_redacted", name="gone_was_redacted"),
        CheckConstraint("is_redacted = (salt IS NULL)", name="salt_until_redacted"),
        CheckConstraint("words IS NULL OR text IS NOT NULL", name="words_go_with_text"),
        CheckConstraint("(channel IS NULL) = (taken_by IS NULL)", name="taken_down_by_somebody"),
        CheckConstraint(one_of("channel", CALLED_BY), name="channel"),
        Index("ix_remark_submission_id", "submission_id"),
        Index(
            "ix_remark_taken_down",
            "submission_id",
            sqlite_where=sql("taken_by IS NOT NULL"),
            postgresql_where=sql("taken_by IS NOT NULL"),
        ),
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
    channel: Mapped[str | None] = mapped_column(String(16))
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # Kept in the hash of its row in the day's file; the salt goes with the words.
    commitment: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str | None] = mapped_column(String(32))
    # The text as it is searched (store.word_index). Nobody reads it, so nobody loads it.
    words: Mapped[str | None] = mapped_column(Text, deferred=True)
