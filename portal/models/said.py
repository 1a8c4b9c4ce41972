"""What many said, counted by the worker as it may be published (decision 39)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base

VOICES = ("yes", "partly", "no")


def _enough(column: str) -> CheckConstraint:
    """Nobody can be told from a published count: it is nothing, or at least ten."""
    return CheckConstraint(f"{column} = 0 OR {column} >= 10", name=f"{column}_enough")


class ThemeFigure(Base):
    """How many people a theme comes from on the day of its batch; NULL: fewer than 10."""

    __tablename__ = "theme_figure"
    __table_args__ = (CheckConstraint("people >= 10", name="people_enough"),)

    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), primary_key=True)
    as_of: Mapped[date]
    people: Mapped[int | None]


class ThemeDistrict(Base):
    """A district in which at least 10 people said so; smaller ones have no row."""

    __tablename__ = "theme_district"
    __table_args__ = (CheckConstraint("people >= 10", name="people_enough"),)

    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), primary_key=True)
    district: Mapped[str] = mapped_column(String(80), primary_key=True)
    people: Mapped[int]


class Reaction(Base):
    """What residents who were told replied to a response on the day of its batch.

    NULL is hidden: all of it while fewer than 10 replied, else what domain.suppression hides.
    """

    __tablename__ = "reaction"
    __table_args__ = (
        CheckConstraint("replies >= 10", name="replies_enough"),
        *(_enough(verdict) for verdict in VOICES),
        CheckConstraint(
            "replies IS NOT NULL OR (yes IS NULL AND partly IS NULL AND no IS NULL)",
            name="parts_of_replies",
        ),
    )

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), primary_key=True)
    as_of: Mapped[date]
    replies: Mapped[int | None]
    yes: Mapped[int | None]
    partly: Mapped[int | None]
    no: Mapped[int | None]
