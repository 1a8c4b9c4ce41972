"""Who wants to hear by mail what was answered."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, BigId


def _once(name: str, *columns: str, where: str) -> Index:
    """An address asks for the same news once; NULLs are all different in a UNIQUE constraint."""
    return Index(
        f"uq_news_subscription_{name}",
        "email_hash",
        *columns,
        unique=True,
        sqlite_where=text(where),
        postgresql_where=text(where),
    )


class NewsSubscription(Base):
    """Somebody wants the week's answers by mail: of a service, of a district, or of all.

    The address is encrypted, and its HMAC finds it again. Whoever leaves leaves no row behind, and
    whoever never confirmed is forgotten after a week. `asked_on` is the Monday whose mail was last
    put into the outbox.
    """

    __tablename__ = "news_subscription"
    __table_args__ = (
        CheckConstraint("service_id IS NULL OR district IS NULL", name="one_subject"),
        CheckConstraint("asked_on IS NULL OR confirmed_at IS NOT NULL", name="asked_is_confirmed"),
        _once("all", where="service_id IS NULL AND district IS NULL"),
        _once("service", "service_id", where="service_id IS NOT NULL"),
        _once("district", "district", where="district IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    lang: Mapped[str] = mapped_column(String(16))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    district: Mapped[str | None] = mapped_column(String(80))
    email_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    email_hash: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # of the links in its mails
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    asked_on: Mapped[date | None]
