"""Texts of services that a second person has not reviewed yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base


class ServiceDraft(Base):
    """A service's new text in one language; until it is reviewed, residents read the old one.

    `source_hash` is the hash of the text it was translated from; the source itself has none.
    """

    __tablename__ = "service_draft"
    __table_args__ = (CheckConstraint("name <> ''", name="name_given"),)

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    lang: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    source_hash: Mapped[str | None] = mapped_column(String(64))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
