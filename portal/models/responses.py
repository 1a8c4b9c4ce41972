"""Themes ("you said") and responses ("we did"), with their texts in each language."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.search_words import words_column
from portal.models.base import Base, BigId, one_of
from portal.models.loops import OUTCOMES
from portal.models.services import TEXT_STATUSES

RESPONSE_STATUSES = ("draft", "published")


class Theme(Base):
    """What several cases have in common.

    It takes the cases of its service; a shared one takes those of all services, while its own
    service answers it. Merged into another, a theme takes no more cases; what was answered in it
    stays.
    """

    __tablename__ = "theme"
    __table_args__ = (CheckConstraint("merged_into_id <> id", name="merged_into_another"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"), index=True)
    is_shared: Mapped[bool] = mapped_column(default=False)


class ThemeText(Base):
    """A theme's name in one language."""

    __tablename__ = "theme_text"

    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), primary_key=True)
    lang: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class ThemeCase(Base):
    """A case belongs to a theme; many to many."""

    __tablename__ = "theme_case"

    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), primary_key=True)
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id"), primary_key=True, index=True
    )
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]


class Response(Base):
    """What the city answers to a theme. Never an HTTP response.

    `version` rises with every change; an edit that names an older one is refused (409).
    A promise (planned, in progress) has `due_on`; done has `done_on`. `follows_id` is the
    response whose promise this one keeps or renews.
    """

    __tablename__ = "response"
    __table_args__ = (
        CheckConstraint(one_of("outcome", OUTCOMES), name="outcome"),
        CheckConstraint(one_of("status", RESPONSE_STATUSES), name="status"),
        CheckConstraint(
            "(status = 'published') = (published_at IS NOT NULL)", name="published_has_time"
        ),
        CheckConstraint(
            "(published_at IS NULL) = (published_on IS NULL)", name="published_has_day"
        ),
        CheckConstraint(
            "status = 'draft' OR import_id IS NOT NULL"
            " OR outcome NOT IN ('planned', 'in_progress') OR due_on IS NOT NULL",
            name="promise_has_date",
        ),
        CheckConstraint(
            "status = 'draft' OR import_id IS NOT NULL OR outcome <> 'done' OR done_on IS NOT NULL",
            name="done_has_day",
        ),
        CheckConstraint("(publish_at IS NULL) = (publisher_id IS NULL)", name="publisher_of_time"),
        CheckConstraint("publish_at IS NULL OR status = 'draft'", name="only_drafts_wait"),
        CheckConstraint("(import_id IS NULL) = (import_ref IS NULL)", name="import_is_complete"),
        CheckConstraint("import_id IS NOT NULL OR theme_id IS NOT NULL", name="theme_given"),
        UniqueConstraint("import_id", "import_ref"),
        Index("ix_response_service_id_published_on", "service_id", "published_on"),
        Index("ix_response_theme_id", "theme_id"),
        Index(
            "ix_response_publish_at",
            "publish_at",
            sqlite_where=text("publish_at IS NOT NULL"),
            postgresql_where=text("publish_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"))
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("response.id"))
    outcome: Mapped[str] = mapped_column(String(16))
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]
    source_lang: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(10), default="draft")
    version: Mapped[int] = mapped_column(Integer, default=1)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_on: Mapped[date | None]
    publish_at: Mapped[datetime | None]  # a draft that waits for this moment
    publisher_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who asked for it
    import_id: Mapped[int | None] = mapped_column(ForeignKey("history_import.id"))
    import_ref: Mapped[str | None] = mapped_column(String(80))


class ResponseService(Base):
    """A response was given to cases of a further service, as its theme takes those of several.

    Written with the first of them and never taken away, as the answer itself stays given.
    """

    __tablename__ = "response_service"

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True, index=True)


class Worded:
    """The columns of a text of a response, as domain.wording.Wording has them."""

    you_said: Mapped[str] = mapped_column(Text)
    we_did: Mapped[str] = mapped_column(Text, default="")
    why_not: Mapped[str] = mapped_column(Text, default="")
    links: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    pictures: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    partners: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))


class ResponseText(Worded, Base):
    """A response in one language. Only a reviewed one is ever shown to residents.

    `source_hash` is the hash of the source text it was translated from (stale when it differs).
    """

    __tablename__ = "response_text"
    __table_args__ = (
        UniqueConstraint("response_id", "lang"),
        CheckConstraint(one_of("status", TEXT_STATUSES), name="status"),
        CheckConstraint(
            "(status = 'reviewed') = (reviewed_at IS NOT NULL)", name="reviewed_has_time"
        ),
        CheckConstraint(
            "reviewer_id IS NULL OR author_id IS NULL OR reviewer_id <> author_id",
            name="second_person",
        ),
        CheckConstraint("version > 0", name="version_positive"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"))
    lang: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(8), default="draft")
    version: Mapped[int] = mapped_column(Integer, default=1)
    source_hash: Mapped[str | None] = mapped_column(String(64))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    # All of it as it is searched (store.word_index). Nobody reads it, so nobody loads it.
    words: Mapped[str | None] = mapped_column(Text, deferred=True)


@event.listens_for(ResponseText, "before_insert")
@event.listens_for(ResponseText, "before_update")
def _keep_words(_mapper: object, _connection: object, written: ResponseText) -> None:
    """The words go with the text whoever writes it, so that no writer can forget them."""
    written.words = words_column(f"{written.you_said} {written.we_did} {written.why_not}")


class PendingCorrection(Worded, Base):
    """A better wording of a published text, until a second person has reviewed it.

    Until then residents read the text as it stands. `text_version` is the version of the text
    that it corrects, `source_hash` the hash of the source that it was made from, as a text's.
    """

    __tablename__ = "pending_correction"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason_given"),
        CheckConstraint("text_version > 0", name="version_positive"),
    )

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), primary_key=True)
    lang: Mapped[str] = mapped_column(String(16), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    text_version: Mapped[int] = mapped_column(Integer)
    source_hash: Mapped[str | None] = mapped_column(String(64))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]


class ResponseCorrection(Worded, Base):
    """What a published text said before it was corrected, and why. Stays public; append-only."""

    __tablename__ = "response_correction"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason_given"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), index=True)
    lang: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    corrected_at: Mapped[datetime]
