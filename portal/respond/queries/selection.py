"""Many cases at once: those that were ticked, or all that fit the filters and wait for the city.

Whoever looks through all cases finds closed ones too: told, replied to, set aside or withdrawn.
To assign these means nothing, and to put hundreds of them under an answered theme would tell
hundreds of people a second time. So "all that fit" leaves them out and says how many they are; they
are ticked one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.services import Service
from portal.respond.queries.filters import (
    ONLY_OPEN,
    WAITING,
    Filters,
    cases_of,
    in_states,
    narrowed,
)
from portal.store.names import Name, service_names
from portal.store.scope import NotAllowed, Scope


@dataclass(frozen=True)
class Selection:
    """`ids`, or the open cases that fit `filters`, up to the newest one at that time (`until`)."""

    ids: tuple[int, ...] = ()
    filters: Filters | None = None
    until: int | None = None

    @property
    def is_all(self) -> bool:
        """Whether all that fit are meant."""
        return self.filters is not None


@dataclass(frozen=True)
class Extent:
    """How much a selection holds."""

    total: int
    until: int  # the newest case
    closed: int  # how many more fit, but wait for nobody at the city
    services: list[tuple[Service, Name, int]]  # with how many cases, most first

    @property
    def departments(self) -> frozenset[int]:
        """The departments that the cases belong to."""
        return frozenset(service.department_id for service, _name, _count in self.services)


def selected(scope: Scope, selection: Selection, today: date) -> Select[Any]:
    """The cases of the selection that belong to one's desk."""
    if selection.filters is None:
        return cases_of(scope).where(LoopRow.submission_id.in_(selection.ids))
    return _fitting(scope, selection.filters, selection.until, today).where(in_states(WAITING))


def _fitting(scope: Scope, filters: Filters, until: int | None, today: date) -> Select[Any]:
    """All that fit the filters, the closed ones too."""
    query = narrowed(scope, filters, today)
    return query if until is None else query.where(LoopRow.submission_id <= until)


def get_extent(
    session: Session, scope: Scope, selection: Selection, *, today: date, langs: list[str]
) -> Extent:
    """How many cases the selection holds, of which services, and how many that fit are closed."""
    count = func.count()
    rows = session.execute(
        selected(scope, selection, today)
        .with_only_columns(Service, count, func.max(LoopRow.submission_id))
        .group_by(Service.id)
        .order_by(count.desc(), Service.id)
    ).all()
    names = service_names(session, [row[0].id for row in rows], langs)
    return Extent(
        total=sum(row[1] for row in rows),
        until=max((row[2] for row in rows), default=0),
        closed=_count_closed(session, scope, selection, today),
        services=[
            (row[0], names.get(row[0].id, Name(langs[0], row[0].slug)), row[1]) for row in rows
        ],
    )


def _count_closed(session: Session, scope: Scope, selection: Selection, today: date) -> int:
    if selection.filters is None or selection.filters.place in ONLY_OPEN:
        return 0
    closed = _fitting(scope, selection.filters, selection.until, today).where(~in_states(WAITING))
    return session.scalar(closed.with_only_columns(func.count())) or 0


def require_any(session: Session, scope: Scope, selection: Selection, today: date) -> None:
    """Raise NotAllowed when all the cases that were ticked are other departments'."""
    if not selection.is_all and not count_left(session, scope, selection, today):
        raise NotAllowed


def count_left(
    session: Session, scope: Scope, selection: Selection, today: date, *more: ColumnElement[bool]
) -> int:
    """How many cases of the selection are of this kind (still)."""
    query = selected(scope, selection, today).where(*more)
    return session.scalar(query.with_only_columns(func.count())) or 0
