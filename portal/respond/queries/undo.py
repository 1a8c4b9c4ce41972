"""What somebody did last at the desk, where it can be undone.

Many cases are done in batches, each with events of its own in the audit trail. Together they are
one deed: the events of later batches name its first event, which names none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, and_, cast, exists, func, select
from sqlalchemy.orm import Session

from portal.models.base import MAX_ID
from portal.models.responses import Response, Theme
from portal.models.running import AuditEvent
from portal.store.scope import Scope

UNDO_FOR = timedelta(hours=1)
_ACTIONS = ("case_assigned", "cases_grouped", "theme_split", "theme_merged")
_DEED = cast(AuditEvent.detail["deed"].as_string(), BigInteger)


@dataclass(frozen=True)
class Deed:
    """One thing that was done to many cases, and its last event in the audit trail."""

    last: AuditEvent
    count: int

    @property
    def event_id(self) -> int:
        """What the button names: where something else was done meanwhile, it is another one."""
        return self.last.id

    @property
    def action(self) -> str:
        """What was done."""
        return self.last.action


def find_newest_event(session: Session) -> int:
    """The newest event of the audit trail, 0 for none; what is done later has a higher id."""
    return session.scalar(select(func.max(AuditEvent.id))) or 0


def first_of(event: AuditEvent) -> int:
    """The first event of the deed that this one belongs to."""
    first: int = event.detail.get("deed", event.id)
    return first


def find_last_deed(session: Session, scope: Scope, *, now: datetime) -> Deed | None:
    """What the person did last, if it was done just now, can be undone, and reached anything."""
    last = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.person_id == scope.person_id)
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).first()
    if last is None or last.action not in _ACTIONS or last.at < now - UNDO_FOR:
        return None
    if last.action == "case_assigned":
        cases = select(func.count(AuditEvent.subject_id.distinct())).where(_is_part(last))
        return Deed(last, session.scalar(cases) or 0)
    count = len(moved_cases(list_events(session, last)))
    is_final = not count or _is_published(session, last.subject_id) or is_passed_on(session, last)
    return None if is_final else Deed(last, count)


def is_passed_on(session: Session, last: AuditEvent) -> bool:
    """Whether a merge went on into a third theme: what came along by it is there now."""
    if last.action != "theme_merged":
        return False
    query = select(Theme.merged_into_id).where(Theme.id == last.subject_id)
    return session.scalar(query) is not None


def list_events(session: Session, last: AuditEvent) -> Sequence[AuditEvent]:
    """All events of the deed that ends with this one, in the order in which they happened."""
    return session.scalars(select(AuditEvent).where(_is_part(last)).order_by(AuditEvent.id)).all()


def moved_cases(events: Sequence[AuditEvent]) -> set[int]:
    """The cases that came into a theme by these events."""
    return {case for event in events for case in event.detail["cases"]}


def find_begun(
    session: Session, scope: Scope, deed: int | None, action: str, **detail: int | None
) -> int | None:
    """The deed, where it is one's own, of this kind and did this; None where a new one begins."""
    event = session.get(AuditEvent, deed) if deed is not None and deed <= MAX_ID else None
    if event is None or (event.person_id, event.action) != (scope.person_id, action):
        return None
    written = {"theme": event.subject_id, **event.detail}
    is_same = all(written.get(key) == value for key, value in detail.items())
    return first_of(event) if is_same else None


def find_begun_merge(
    session: Session, scope: Scope, theme_id: int, into_id: int, *, now: datetime
) -> int | None:
    """The merge of a theme that one began just now, and of which some cases are still to come."""
    last = session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.person_id == scope.person_id,
            AuditEvent.action.in_(("theme_merged", "grouping_undone")),
            AuditEvent.subject_id == into_id,
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).first()
    if last is None or last.action != "theme_merged" or last.at < now - UNDO_FOR:
        return None
    goes_on = last.detail["from_theme"] == theme_id and last.detail.get("to_come")
    return first_of(last) if goes_on else None


def _is_part(last: AuditEvent) -> ColumnElement[bool]:
    first = first_of(last)
    return and_(
        AuditEvent.person_id == last.person_id,
        AuditEvent.id.between(first, last.id),
        AuditEvent.action == last.action,
        (AuditEvent.id == first) | (first == _DEED),
    )


def _is_published(session: Session, theme_id: int | None) -> bool:
    published = exists().where(Response.theme_id == theme_id, Response.status == "published")
    return bool(session.scalar(select(published)))
