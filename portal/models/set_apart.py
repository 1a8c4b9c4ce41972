"""Ratings that were set apart because they looked like stuffing, and who looked at them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.quarantine import CAUSES, COUNTING, REASONS
from portal.models.base import Base, BigId, one_of


class SetApart(Base):
    """The ratings of one service and one hour that were set apart (METHOD.md 3.6).

    `hour_at` is when the hour began. `ratings` were set apart in all, `marked` of them on arrival,
    by the way in which they came in. Of a burst, `usual` says how many ratings an hour the 28 days
    before had, and `shared` how many at most came from one network. At kiosks there is no `shared`,
    and `usual` says how many the busiest hour of a week had. Both are missing where nobody wrote
    them down, or no one figure says it (store.set_apart.Burst). `reason` is what the first person
    found; it holds once a second one agreed.
    """

    __tablename__ = "set_apart"
    __table_args__ = (
        CheckConstraint(one_of("cause", CAUSES), name="cause"),
        CheckConstraint(one_of("reason", REASONS), name="reason"),
        CheckConstraint("ratings > 0", name="ratings_counted"),
        CheckConstraint("marked BETWEEN 0 AND ratings", name="marked_among_ratings"),
        CheckConstraint(
            "(reason IS NULL) = (asked_by IS NULL) AND (reason IS NULL) = (asked_at IS NULL)",
            name="finding_is_complete",
        ),
        CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)"
            " AND (decided_by IS NULL OR reason IS NOT NULL)",
            name="decision_is_complete",
        ),
        CheckConstraint("decided_by <> asked_by", name="second_person"),
        UniqueConstraint("service_id", "hour_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    hour_at: Mapped[datetime]
    cause: Mapped[str] = mapped_column(String(8))
    ratings: Mapped[int] = mapped_column(Integer)
    marked: Mapped[int] = mapped_column(Integer)
    usual: Mapped[float | None] = mapped_column(Float)
    shared: Mapped[int | None] = mapped_column(Integer)
    found_at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(String(16))
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]

    @property
    def is_at_kiosks(self) -> bool:
        """Whether it is known that they were given at kiosks."""
        return self.usual is not None and self.shared is None

    @property
    def counts(self) -> bool:
        """Whether two people agreed to count these ratings after all."""
        return self.decided_at is not None and self.reason in COUNTING
