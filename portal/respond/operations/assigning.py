"""Who looks after which cases: taking them, giving them to somebody, giving them back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, false, insert, select
from sqlalchemy.orm import Session

from portal.domain.typed_texts import require_seen
from portal.models.base import MAX_ID
from portal.models.desk import CaseAssignment
from portal.models.loops import LoopRow
from portal.models.people import Person
from portal.models.running import AuditEvent
from portal.respond.act import Act
from portal.respond.queries.selection import Selection, count_left, require_any, selected
from portal.respond.queries.undo import find_begun
from portal.store.assignments import holder, is_held_by, works_in, works_on
from portal.store.scope import NotAllowed, Scope

BATCH = 500  # cases in one transaction: well under a second on both databases


@dataclass(frozen=True)
class Done:
    """How many cases a batch reached, and how many of the selection still wait for the next.

    `deed` is what the next batch names, so that all of them are undone together; `overtaken` is
    how many of the whole selection stay as a colleague left them in the meantime.
    """

    count: int
    left: int
    deed: int | None = None
    overtaken: int = 0


def assign_cases(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    selection: Selection,
    person_id: int | None,
    deed: int | None = None,
    read_until: int | None = None,
) -> Done:
    """Let somebody look after the cases, None for nobody; at most BATCH of them at a time.

    Cases that the person looks after already, or of departments that they do not work for, stay
    as they are; so do those that a colleague has assigned after `read_until`, the newest event of
    the audit trail when the list was read. `deed` is that of the batch before. Raises NotAllowed
    for somebody who shares no department with whoever asks.
    """
    require_any(session, scope, selection, today)
    if person_id is not None:
        _require_colleague(session, scope, person_id)
    asked = (~is_held_by(person_id), *_fitting(person_id))
    overtaken = _list_overtaken(session, scope, read_until)
    ids = session.scalars(
        selected(scope, selection, today)
        .where(*asked, ~_is_one_of(overtaken))
        .with_only_columns(LoopRow.submission_id)
        .order_by(LoopRow.submission_id)
        .limit(BATCH)
        .with_for_update(of=LoopRow)
    ).all()
    # Read anew: a colleague may have been faster to lock them.
    overtaken = _list_overtaken(session, scope, read_until)
    rows = session.execute(
        selected(scope, Selection(ids=tuple(ids)), today)
        .where(*asked, ~_is_one_of(overtaken))
        .with_only_columns(LoopRow.submission_id, holder())
    ).all()
    before: dict[int, int | None] = {row[0]: row[1] for row in rows}
    deed = find_begun(session, scope, deed, "case_assigned", to=person_id)
    after: dict[int, int | None] = dict.fromkeys(before, person_id)
    deed = _assign(session, Act(scope, now, today), after, before, deed=deed)
    session.flush()
    left = count_left(session, scope, selection, today, *asked, ~_is_one_of(overtaken))
    stay = count_left(session, scope, selection, today, *asked, _is_one_of(overtaken))
    return Done(len(before), left, deed, stay)


def assign_one(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    submission_id: int,
    person_id: int | None,
    seen: str | None,
) -> None:
    """Let somebody look after one case, None for nobody.

    `seen` is the id of who did when the page was read, "" for nobody. Raises TextsMoved where
    somebody else has assigned it since, NotAllowed as `assign_cases` does.
    """
    selection = Selection(ids=(submission_id,))
    cases = selected(scope, selection, today)
    session.execute(cases.with_only_columns(LoopRow.submission_id).with_for_update(of=LoopRow))
    stored = session.scalar(cases.with_only_columns(holder()))
    require_seen(str(stored or ""), seen=seen, typed=str(person_id or ""))
    assign_cases(
        session, now=now, today=today, scope=scope, selection=selection, person_id=person_id
    )


def _require_colleague(session: Session, scope: Scope, person_id: int) -> None:
    found = select(Person.id).where(Person.id == person_id, works_in(scope.desk))
    if person_id > MAX_ID or session.scalar(found) is None:
        raise NotAllowed


def _list_overtaken(session: Session, scope: Scope, read_until: int | None) -> Sequence[int | None]:
    """The cases that colleagues have assigned, or given back, since the list was read.

    Read by itself: joined to the cases, new events made a batch slower the more there were, as
    one's own batches add thousands that no database has counted yet.
    """
    if read_until is None:
        return []
    return session.scalars(
        select(AuditEvent.subject_id)
        .where(
            AuditEvent.id > read_until,
            AuditEvent.action.in_(("case_assigned", "assignment_undone")),
            AuditEvent.person_id != scope.person_id,
        )
        .distinct()
    ).all()


def _is_one_of(cases: Sequence[int | None]) -> ColumnElement[bool]:
    """Whether the case is among these, which may be more than a statement has parameters for."""
    if not cases:
        return false()
    return LoopRow.submission_id.in_(
        bindparam("cases", cases, expanding=True, literal_execute=True)
    )


def _fitting(person_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return () if person_id is None else (works_on(person_id),)


def _assign(
    session: Session,
    act: Act,
    after: dict[int, int | None],
    before: dict[int, int | None],
    *,
    action: str = "case_assigned",
    deed: int | None = None,
) -> int | None:
    """Write who looks after the cases now, and into the audit trail who did before.

    Returns the deed, which begins here where none is named.
    """
    if not after:
        return deed
    session.execute(delete(CaseAssignment).where(CaseAssignment.submission_id.in_(after)))
    rows = [
        {"submission_id": case, "person_id": person, "assigned_by": act.person_id,
         "assigned_at": act.now}
        for case, person in after.items()
        if person is not None
    ]  # fmt: skip
    if rows:
        session.execute(insert(CaseAssignment), rows)
    trail = [
        {"at": act.now, "person_id": act.person_id, "action": action, "subject": "submission",
         "subject_id": case, "detail": {"from": before[case], "to": person}}
        for case, person in after.items()
    ]  # fmt: skip
    return _write_trail(session, trail, deed)


def _write_trail(session: Session, trail: list[dict[str, Any]], deed: int | None) -> int | None:
    """The events of one deed: all but its first one name that."""
    if deed is None:
        first, *trail = trail
        deed = session.scalar(insert(AuditEvent).values(**first).returning(AuditEvent.id))
    if trail:
        session.execute(
            insert(AuditEvent),
            [{**one, "detail": {**one["detail"], "deed": deed}} for one in trail],
        )
    return deed


def give_back(session: Session, act: Act, events: Sequence[AuditEvent]) -> tuple[int, int]:
    """Undo assignments: (how many, how many not, since somebody else has changed them).

    `events` are those of `assign_cases`, of all its batches; only cases of one's own desk are
    touched.
    """
    trail = {event.subject_id: event.detail for event in events if event.subject_id is not None}
    count = 0
    for part in parts_of(sorted(trail)):
        rows = session.execute(
            selected(act.scope, Selection(ids=tuple(part)), act.today)
            .with_only_columns(LoopRow.submission_id, holder())
            .order_by(LoopRow.submission_id)
            .with_for_update(of=LoopRow)
        ).all()
        now = {row[0]: row[1] for row in rows if row[1] == trail[row[0]]["to"]}
        after = {case: trail[case]["from"] for case in now}
        _assign(session, act, after, now, action="assignment_undone")
        count += len(now)
    return count, len(trail) - count


def parts_of(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many at a time as one statement of a database takes."""
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
