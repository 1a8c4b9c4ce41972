"""A window of days ending on the day that is judged, as conditions on dates (METHOD.md A.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import count

Day = ColumnElement[date] | InstrumentedAttribute[date] | InstrumentedAttribute[date | None]


@dataclass(frozen=True)
class Window:
    """The `days` days that end on `as_of`. Dates are compared, so that indexes can serve."""

    as_of: date
    days: int

    def ago(self, days: int) -> date:
        """The day that is so many days before `as_of`."""
        return self.as_of - timedelta(days=days)

    def within(self, day: Day, days: int | None = None, lag: int = 0) -> ColumnElement[bool]:
        """lag ≤ as_of − day < lag + days; `days` is the whole window unless it is given."""
        span = self.days if days is None else days
        return and_(day <= self.ago(lag), day > self.ago(lag + span))


def count_where(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows meet all conditions; a condition that is NULL is not met."""
    return count().filter(and_(*conditions))
