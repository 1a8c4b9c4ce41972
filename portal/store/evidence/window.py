"""A window of days ending on the day that is judged, as conditions on dates (METHOD.md A.1).

Statements may be written for any service and day, and built only once: building them costs more
than running them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Date, Result, Select, and_, bindparam
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.functions import count

from portal.models.base import BigId

_AGO = "days_ago_"


class AnyDay:
    """Stands for the day that is judged where it is given only when a statement is asked."""

    def __sub__(self, span: timedelta) -> BindParameter[date]:
        """The day that is so much earlier."""
        return bindparam(f"{_AGO}{span.days}", type_=Date)


ANY_DAY = AnyDay()
ANY_SERVICE: BindParameter[int] = bindparam("service_id", type_=BigId)
SomeService = int | BindParameter[int]
SomeDay = date | BindParameter[date]
Judged = date | AnyDay
Day = ColumnElement[date] | InstrumentedAttribute[date] | InstrumentedAttribute[date | None]


@dataclass(frozen=True)
class Window:
    """The `days` days that end on `as_of`. Dates are compared, so that indexes can serve."""

    as_of: Judged
    days: int

    def ago(self, days: int) -> SomeDay:
        """The day that is so many days before `as_of`."""
        return self.as_of - timedelta(days=days)

    def within(self, day: Day, days: int | None = None, lag: int = 0) -> ColumnElement[bool]:
        """lag ≤ as_of − day < lag + days; `days` is the whole window unless it is given."""
        span = self.days if days is None else days
        return and_(day <= self.ago(lag), day > self.ago(lag + span))


def count_where(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows meet all conditions; a condition that is NULL is not met."""
    return count().filter(and_(*conditions))


def ask(
    session: Session,
    build: Callable[..., Select[*tuple[Any, ...]]],
    service_id: int,
    as_of: date,
    *shape: Hashable,
) -> Result[Any]:
    """Run the statement `build(*shape)`, written for ANY_SERVICE and ANY_DAY, for these."""
    statement, spans = _build_once(build, *shape)
    days = {f"{_AGO}{span}": as_of - timedelta(days=span) for span in spans}
    return session.execute(statement, {"service_id": service_id, **days})


@cache
def _build_once(
    build: Callable[..., Select[*tuple[Any, ...]]], *shape: Hashable
) -> tuple[Select[Any], tuple[int, ...]]:
    statement = build(*shape)
    names = statement.compile().params
    spans = (int(name.removeprefix(_AGO)) for name in names if name.startswith(_AGO))
    return statement, tuple(spans)
