"""Ratings that were set apart because they looked like stuffing, and who looked at them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.quarantine import CAUSES, COUNTING, REASONS
from portal.models.base import Base, BigId, one_of


class SetApart(Base):
    """The ratings of a service that came in through one door in one hour and were set apart.

    METHOD.md 3.6. The door is the kiosks of the service, or else its form on the web. `hour_at` is
    when the hour began. `ratings` were set apart in all, `marked` of them on arrival, by the way in
    which they came in. Of a burst of the form, `usual` says how many ratings an hour were
    usual in the 28 days before, and `shared` how many at most came from one network. Of one at
    kiosks, `usual` says how many the busiest hour of a week had, and is missing in their first
    week. Both are missing where nobody wrote them down. `reason` is what the first person found;
    it holds once a second one agreed.
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
        UniqueConstraint("service_id", "hour_at", "is_at_kiosks"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    hour_at: Mapped[datetime]
    is_at_kiosks: Mapped[bool] = mapped_column(default=False)
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
    def counts(self) -> bool:
        """Whether two people agreed to count these ratings after all."""
        return self.decided_at is not None and self.reason in COUNTING
