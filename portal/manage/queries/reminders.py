"""Both halves of those who were silent after an answer, one of them reminded."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.domain.publication import K
from portal.models.reminders import ReminderSummary


@dataclass(frozen=True)
class Half:
    """One half: how many, how many of them replied, and how many of these yes or partly."""

    asked: int
    replied: int
    helped: int


@dataclass(frozen=True)
class Halves:
    """Both halves of a service, or neither: with fewer than 10 in one, none is shown."""

    reminded: Half
    others: Half

    @property
    def may_compare_replies(self) -> bool:
        """Whether enough of both halves replied to compare what they said."""
        return self.reminded.replied >= K and self.others.replied >= K


def find_halves(session: Session, service_id: int) -> Halves | None:
    """The newest comparison, None while a half has fewer than 10."""
    row = session.get(ReminderSummary, service_id)
    if row is None or min(row.reminded, row.others) < K:
        return None
    return Halves(
        Half(row.reminded, row.reminded_replied, row.reminded_helped),
        Half(row.others, row.others_replied, row.others_helped),
    )
