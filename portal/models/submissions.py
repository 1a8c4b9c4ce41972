"""What residents send: one wide row a submission, and apart from it how to reach them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, BigId, one_of
from portal.models.services import CHANNELS

KINDS = ("problem", "idea", "question", "praise")
AGE_BANDS = ("under_25", "25_44", "45_64", "65_plus")
_QUESTIONS = ("q1", "q2", "q3", "q4", "q5", "q6")


class Submission(Base):
    """One sent form. The answers stand inline (DESIGN.md section 4).

    `q0` is 1..5, `q1`..`q6` 1..5, 0 = don't know, null = skipped. It is a case when there is a
    comment or an answer is wanted. "Me too" (`joined_theme_id`) is a case without a rating.
    `receipt_hash` and `token_hash` are SHA-256 in hex.
    """

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint(
            "q0 IS NOT NULL OR import_id IS NOT NULL OR joined_theme_id IS NOT NULL",
            name="q0_given",
        ),
        CheckConstraint(
            "joined_theme_id IS NULL OR (q0 IS NULL AND is_rating = false AND wants_answer)",
            name="joining_is_no_rating",
        ),
        CheckConstraint("q0 BETWEEN 1 AND 5", name="q0_range"),
        *(CheckConstraint(f"{q} BETWEEN 0 AND 5", name=f"{q}_range") for q in _QUESTIONS),
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
        CheckConstraint(one_of("age_band", AGE_BANDS), name="age_band"),
        CheckConstraint(
            "is_case = (comment IS NOT NULL OR wants_answer OR is_redacted)"
            " OR import_id IS NOT NULL",
            name="case_has_reason",
        ),
        CheckConstraint("comment <> ''", name="comment_not_empty"),
        CheckConstraint("(import_id IS NULL) = (import_ref IS NULL)", name="import_is_complete"),
        CheckConstraint(
            "import_id IS NOT NULL OR (receipt_hash IS NOT NULL AND token_hash IS NOT NULL)",
            name="receipt_given",
        ),
        CheckConstraint(
            "comment_salt IS NULL OR comment IS NOT NULL", name="salt_goes_with_comment"
        ),
        CheckConstraint("words IS NULL OR comment IS NOT NULL", name="words_go_with_comment"),
        UniqueConstraint("import_id", "import_ref"),
        Index("ix_submission_service_id_received_on", "service_id", "received_on"),
        Index("ix_submission_received_at", "received_at"),
        Index(
            "ix_submission_quarantined",
            "service_id",
            sqlite_where=text("is_quarantined"),
            postgresql_where=text("is_quarantined"),
        ),
        Index(
            "ix_submission_personal_data",
            "service_id",
            sqlite_where=text("has_personal_data"),
            postgresql_where=text("has_personal_data"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    instrument: Mapped[str] = mapped_column(String(40))
    lang: Mapped[str] = mapped_column(String(16))  # of the form that was used
    comment_lang: Mapped[str | None] = mapped_column(String(16))  # where it is another one
    channel: Mapped[str] = mapped_column(String(16))
    received_at: Mapped[datetime]
    received_on: Mapped[date]  # the city's day
    person_key: Mapped[str] = mapped_column(String(64))
    q0: Mapped[int | None] = mapped_column(SmallInteger)
    q1: Mapped[int | None] = mapped_column(SmallInteger)
    q2: Mapped[int | None] = mapped_column(SmallInteger)
    q3: Mapped[int | None] = mapped_column(SmallInteger)
    q4: Mapped[int | None] = mapped_column(SmallInteger)
    q5: Mapped[int | None] = mapped_column(SmallInteger)
    q6: Mapped[int | None] = mapped_column(SmallInteger)
    kind: Mapped[str | None] = mapped_column(String(16))
    comment: Mapped[str | None] = mapped_column(Text)
    wants_answer: Mapped[bool] = mapped_column(default=False)
    is_case: Mapped[bool]
    district: Mapped[str | None] = mapped_column(String(80))
    age_band: Mapped[str | None] = mapped_column(String(16))
    is_rating: Mapped[bool] = mapped_column(default=True)  # imported cases carry no answers
    joined_theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"))
    is_verified: Mapped[bool] = mapped_column(default=False)
    is_quarantined: Mapped[bool] = mapped_column(default=False)
    is_rating_excluded: Mapped[bool] = mapped_column(default=False)
    is_redacted: Mapped[bool] = mapped_column(default=False)
    has_personal_data: Mapped[bool] = mapped_column(default=False)  # sent in spite of the warning
    receipt_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    answers_hash: Mapped[str | None] = mapped_column(String(64))
    # What is published of it (domain.commitments); the salt goes with the comment, its hash stays.
    commitment: Mapped[str | None] = mapped_column(String(64))
    comment_commitment: Mapped[str | None] = mapped_column(String(64))
    comment_salt: Mapped[str | None] = mapped_column(String(32))
    # The comment as it is searched (store.word_index). Nobody reads it, so nobody loads it.
    words: Mapped[str | None] = mapped_column(Text, deferred=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("history_import.id"))
    import_ref: Mapped[str | None] = mapped_column(String(80))


class Contact(Base):
    """How a resident wants to be told: apart from the words, encrypted, erased on schedule."""

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint(
            "(erased_at IS NULL) = (email_encrypted IS NOT NULL)", name="erased_is_gone"
        ),
        CheckConstraint("(erased_at IS NULL) = (email_hash IS NOT NULL)", name="erased_is_unknown"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    email_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_hash: Mapped[str | None] = mapped_column(String(64), index=True)  # HMAC, for the caps
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # of the links in mails
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]  # double opt-in
    unsubscribed_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class RatingInvitation(Base):
    """A receipt was used for a verified rating on this day. Which rating it was is not kept."""

    __tablename__ = "rating_invitation"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    used_on: Mapped[date] = mapped_column(primary_key=True)


class PeriodKey(Base):
    """The secret of one 90-day period behind person_key; destroyed when the period is over."""

    __tablename__ = "period_key"

    period: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    secret: Mapped[bytes] = mapped_column(LargeBinary)


class Throttle(Base):
    """Counts of writes within a window, for the limits. Keys are HMACs, never addresses."""

    __tablename__ = "throttle"
    __table_args__ = (CheckConstraint("count > 0", name="count_positive"),)

    scope: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    window_at: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]
