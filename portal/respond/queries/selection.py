"""Many cases at once: those that were ticked, or all that fit the filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.services import Service
from portal.respond.queries.filters import Filters, cases_of, narrowed
from portal.respond.queries.names import Name, service_names
from portal.store.scope import NotAllowed, Scope


@dataclass(frozen=True)
class Selection:
    """`ids`, or all that fit `filters` and had come in when somebody said so: up to `until`."""

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
    services: list[tuple[Service, Name, int]]  # with how many cases, most first

    @property
    def departments(self) -> frozenset[int]:
        """The departments that the cases belong to."""
        return frozenset(service.department_id for service, _name, _count in self.services)


def selected(scope: Scope, selection: Selection, today: date) -> Select[Any]:
    """The cases of the selection that belong to one's desk."""
    if selection.filters is None:
        return cases_of(scope).where(LoopRow.submission_id.in_(selection.ids))
    query = narrowed(scope, selection.filters, today)
    return (
        query if selection.until is None else query.where(LoopRow.submission_id <= selection.until)
    )


def get_extent(
    session: Session, scope: Scope, selection: Selection, *, today: date, langs: list[str]
) -> Extent:
    """How many cases the selection holds, of which services."""
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
        services=[
            (row[0], names.get(row[0].id, Name(langs[0], row[0].slug)), row[1]) for row in rows
        ],
    )


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
