"""How a service keeps the city's own target: by month, beside the level and no part of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.monthly import kept_own_target, months_until
from portal.models.appraisals import MonthlyFigure
from portal.store.targets import in_force, list_in_force

MONTHS = 6


@dataclass(frozen=True)
class OwnMonth:
    """Cases that came in a month and had a day of the city's own.

    `due` of them have had their day, `met` of these were told by it, `waiting` have it before them.
    """

    month_on: date
    met: int
    due: int
    waiting: int

    @property
    def share(self) -> float | None:
        """The share that was told in time, None before any was due."""
        return self.met / self.due if self.due else None


@dataclass(frozen=True)
class OwnTarget:
    """The working days that hold today, and the last whole months, the newest first."""

    working_days: int | None
    months: Sequence[OwnMonth]


def find_own_target(session: Session, service_id: int, today: date) -> OwnTarget | None:
    """How the service keeps its own target; None where it has and had none."""
    working_days = in_force(list_in_force(session, today, service_id), service_id)
    months = _list_months(session, service_id, months_until(today, MONTHS + 1)[:-1])
    return OwnTarget(working_days, months) if working_days or months else None


def _list_months(session: Session, service_id: int, months: Sequence[date]) -> list[OwnMonth]:
    rows = session.execute(
        select(MonthlyFigure.month_on, MonthlyFigure.counts).where(
            MonthlyFigure.service_id == service_id,
            MonthlyFigure.month_on.between(months[0], months[-1]),
            MonthlyFigure.breakdown == "all",
        )
    )
    found: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for month, counts in rows:  # one row for each instrument
        for place, count in enumerate(kept_own_target(counts)):
            found[month][place] += count
    return [
        OwnMonth(month, met, due, own - due)
        for month, (met, due, own) in sorted(found.items(), reverse=True)
        if own
    ]
