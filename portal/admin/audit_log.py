"""The audit log, narrowed and in pages: who did what, the newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.models.people import Person
from portal.models.running import AuditEvent
from portal.store import audit
from portal.store.paging import CountedPage, counted_page, on_page

PAGE = 50
_BATCH = 1000
BY_RECEIPT = frozenset({"withdrawal_requested", "withdrawal_not_wanted"})
# By time: what is taken over from elsewhere is written down later than it was done.
_NEWEST = (AuditEvent.at.desc(), AuditEvent.id.desc())


@dataclass(frozen=True)
class Filters:
    """What the log is narrowed to; days are the city's, both included."""

    person_id: int | None = None
    action: str = ""
    subject: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Line:
    """One thing that somebody did; `who` is None for the portal itself, and for receipts."""

    id: int
    at: datetime
    who: str | None
    action: str
    subject: str
    subject_id: int | None
    detail: dict[str, Any]
    person_id: int | None

    @property
    def is_by_receipt(self) -> bool:
        """Whether whoever holds a resident's receipt did it, who is nobody by name."""
        return self.action in BY_RECEIPT

    @property
    def is_about_themselves(self) -> bool:
        """Whether it was done to nobody but the one who did it, as signing in is."""
        return self.subject == "person" and self.subject_id == self.person_id is not None


@dataclass(frozen=True)
class Log:
    """One page of the log, and what it can be narrowed to."""

    page: CountedPage[Line]
    people: dict[int, str]
    subjects: list[str]
    actions: list[str]


def get_log(session: Session, filters: Filters, zone: ZoneInfo, number: int) -> Log:
    """One page of the log."""
    wanted = _narrowed(filters, zone)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.execute(on_page(wanted.order_by(*_NEWEST), number, PAGE))
    lines = [_line(event, who) for event, who in rows]
    people = session.execute(
        select(Person.id, Person.name).where(Person.id.in_(select(AuditEvent.person_id).distinct()))
    )
    return Log(
        page=counted_page(lines, number, PAGE, total),
        people={row.id: row.name for row in people},
        subjects=sorted(session.scalars(select(AuditEvent.subject).distinct())),
        actions=sorted(session.scalars(select(AuditEvent.action).distinct())),
    )


def list_lines(session: Session, filters: Filters, zone: ZoneInfo) -> Iterator[Line]:
    """All lines that fit, the newest first, read in batches."""
    before: Line | None = None
    while True:
        wanted = _narrowed(filters, zone).order_by(*_NEWEST).limit(_BATCH)
        if before is not None:
            wanted = wanted.where(_earlier_than(before))
        lines = [_line(event, who) for event, who in session.execute(wanted)]
        yield from lines
        if len(lines) < _BATCH:
            return
        before = lines[-1]


def export_lines(
    session: Session, filters: Filters, zone: ZoneInfo, *, person_id: int, now: datetime
) -> list[Line]:
    """The lines to be taken away. That they were, and how many, is written down itself."""
    lines = list(list_lines(session, filters, zone))
    audit.record(
        session, at=now, person_id=person_id, action="audit_exported", subject="audit_event",
        lines=len(lines),
    )  # fmt: skip
    return lines


def _earlier_than(line: Line) -> ColumnElement[bool]:
    same_moment = and_(AuditEvent.at == line.at, AuditEvent.id < line.id)
    return or_(AuditEvent.at < line.at, same_moment)


def _narrowed(filters: Filters, zone: ZoneInfo) -> Select[AuditEvent, str]:
    wanted = select(AuditEvent, Person.name).outerjoin(Person, Person.id == AuditEvent.person_id)
    if filters.person_id is not None:
        wanted = wanted.where(AuditEvent.person_id == filters.person_id)
    if filters.action:
        wanted = wanted.where(AuditEvent.action == filters.action)
    if filters.subject:
        wanted = wanted.where(AuditEvent.subject == filters.subject)
    if filters.first is not None:
        wanted = wanted.where(AuditEvent.at >= datetime.combine(filters.first, time(), zone))
    if filters.last is not None and filters.last < date.max:
        end = datetime.combine(filters.last + timedelta(days=1), time(), zone)
        wanted = wanted.where(AuditEvent.at < end)
    return wanted


def _line(event: AuditEvent, who: str | None) -> Line:
    return Line(
        event.id, event.at, who, event.action, event.subject, event.subject_id, event.detail,
        event.person_id,
    )  # fmt: skip
