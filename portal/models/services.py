"""Departments, services and what is offered where: texts, languages and channels with dates."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, BigId, one_of

CHANNELS = ("web", "kiosk", "paper", "phone", "counter", "mail", "imported")
TEXT_STATUSES = ("draft", "reviewed")
LANGUAGE_ROLES = ("required", "input")


class Department(Base):
    """A unit of the city government that looks after services."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    created_at: Mapped[datetime]


class DepartmentText(Base):
    """A department's name in one language."""

    __tablename__ = "department_text"

    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), primary_key=True)
    lang: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class Service(Base):
    """A city service that residents can rate."""

    __tablename__ = "service"
    __table_args__ = (
        CheckConstraint("slug <> ''", name="slug_given"),
        Index("ix_service_department_id", "department_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    code: Mapped[str | None] = mapped_column(String(80), unique=True)  # Open311 service_code
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class ServiceText(Base):
    """What a service is, in one language.

    `source_hash` is the hash of the text it was translated from, so that stale ones show.
    """

    __tablename__ = "service_text"
    __table_args__ = (
        UniqueConstraint("service_id", "lang"),
        CheckConstraint(one_of("status", TEXT_STATUSES), name="status"),
        CheckConstraint(
            "reviewer_id IS NULL OR author_id IS NULL OR reviewer_id <> author_id",
            name="second_person",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    lang: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    about: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(8))
    source_hash: Mapped[str | None] = mapped_column(String(64))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    updated_at: Mapped[datetime]


class PageCheck(Base):
    """A person read the service's page in one language on this day and found it right (L1.1)."""

    __tablename__ = "page_check"
    __table_args__ = (UniqueConstraint("service_id", "lang", "checked_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    lang: Mapped[str] = mapped_column(String(16))
    checked_on: Mapped[date]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("history_import.id"))


class ServiceLanguage(Base):
    """From when to when a language was required of a service, or open for feedback to it.

    `closed_on` is the first day on which it no longer was.
    """

    __tablename__ = "service_language"
    __table_args__ = (
        UniqueConstraint("service_id", "lang", "role", "opened_on"),
        CheckConstraint(one_of("role", LANGUAGE_ROLES), name="role"),
        CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="closed_after_opened"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    lang: Mapped[str] = mapped_column(String(16))
    role: Mapped[str] = mapped_column(String(8))
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]


class ServiceChannel(Base):
    """From when to when a service could be reached through a channel."""

    __tablename__ = "service_channel"
    __table_args__ = (
        UniqueConstraint("service_id", "channel", "opened_on"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
        CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="closed_after_opened"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    channel: Mapped[str] = mapped_column(String(16))
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]


class PopulationShare(Base):
    """Share of residents by language, 0..1 (METHOD.md 3.2, L4.4); without a service: the city's."""

    __tablename__ = "population_share"
    __table_args__ = (
        UniqueConstraint("service_id", "lang"),
        CheckConstraint("share >= 0 AND share <= 1", name="share_range"),
        CheckConstraint("position >= 0", name="position"),
        # NULLs are all different in a UNIQUE constraint, so the city's own rows need an index.
        Index(
            "uq_population_share_city",
            "lang",
            unique=True,
            sqlite_where=text("service_id IS NULL"),
            postgresql_where=text("service_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    lang: Mapped[str] = mapped_column(String(16))
    share: Mapped[float] = mapped_column(Float)
    position: Mapped[int]


class District(Base):
    """A large area of at least 5,000 people that residents may name as theirs.

    `closed_on` is the first day on which it could no longer be chosen.
    """

    __tablename__ = "district"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    position: Mapped[int]
    closed_on: Mapped[date | None]


class DistrictText(Base):
    """A district's name in one language."""

    __tablename__ = "district_text"

    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), primary_key=True)
    lang: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
