"""What proves that nothing was dropped or altered: signed day files, quarters' lists, what stood.

The commitments themselves stand on the submission, written in its transaction.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, BigId


class SignedDay(Base):
    """The file of a finished day (`domain.commitments.DayFile`), chained and signed. Append-only.

    `id` counts from 1 without gaps: two workers that make the same file make the same row. All
    hashes and the Ed25519 signature of the text are in hex.
    """

    __tablename__ = "signed_day"
    __table_args__ = (
        UniqueConstraint("day"),
        CheckConstraint("id > 0", name="id_counts"),
        CheckConstraint("entries >= 0", name="entries_counted"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    day: Mapped[date]
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))
    entries: Mapped[int] = mapped_column(Integer)
    signed_at: Mapped[datetime]


class SignedRating(Base):
    """Which day's file holds the commitment to a rating: files are long, and not searched."""

    __tablename__ = "signed_rating"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    signed_on: Mapped[date]


class RatingList(Base):
    """All ratings of a service in a finished quarter (`domain.commitments.QuarterList`).

    Made with the file of the quarter's last day, which holds `sha256`, and only where at least 10
    ratings count. `count` and `mean` are those of the list. Append-only.
    """

    __tablename__ = "rating_list"
    __table_args__ = (
        UniqueConstraint("quarter_on", "service_id"),
        CheckConstraint("count >= 10", name="enough_to_publish"),
        CheckConstraint("mean BETWEEN 1 AND 5", name="mean_range"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    quarter_on: Mapped[date]
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    count: Mapped[int] = mapped_column(Integer)
    mean: Mapped[float] = mapped_column(Float)


class Standing(Base):
    """What people had set up when a day was signed, where it differs from before. Append-only.

    `kept` is a table, `owner` whose rows of it they are (0: the whole city's). `digest` is a keyed
    hash of those rows in hex, empty where none is left. Each row is an entry of the day's file.
    """

    __tablename__ = "standing"
    __table_args__ = (UniqueConstraint("signed_on", "kept", "owner"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    signed_on: Mapped[date]
    kept: Mapped[str] = mapped_column(String(40))
    owner: Mapped[int] = mapped_column(BigId)
    digest: Mapped[str] = mapped_column(String(64))


class Seal(Base):
    """What the worker put out, sealed in the same transaction. Append-only; the newest one counts.

    `kept` is a table, `owner` whose figures of it they are (a day by its number). `digest` is a
    keyed hash of those rows in hex, empty where none is left. Each is an entry of its day's file.
    """

    __tablename__ = "seal"
    __table_args__ = (Index("ix_seal_kept_owner_id", "kept", "owner", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sealed_on: Mapped[date]
    kept: Mapped[str] = mapped_column(String(40))
    owner: Mapped[int] = mapped_column(BigId)
    digest: Mapped[str] = mapped_column(String(64))
