"""Notes between colleagues about a case."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.case_work import CaseNote
from portal.respond.rules import Conflict, may_strike
from portal.respond.scoped import get_case, get_service
from portal.store import audit
from portal.store.integrity.own_seals import seal_rows
from portal.store.scope import NotAllowed, Scope

SENT_TWICE = timedelta(minutes=10)


def write_note(
    session: Session, *, now: datetime, scope: Scope, submission_id: int, text: str
) -> None:
    """Leave a note for the colleagues who have this case. Nobody can rewrite it.

    Sent twice within minutes, it is one. Later the same words may be said again, as of a call
    that nobody took.
    """
    get_case(session, scope, submission_id, lock=True)
    last = session.scalar(
        select(CaseNote)
        .where(CaseNote.submission_id == submission_id)
        .order_by(CaseNote.id.desc())
        .limit(1)
    )
    if (
        last is not None
        and (last.person_id, last.text) == (scope.person_id, text)
        and now - last.written_at <= SENT_TWICE
    ):
        return
    note = CaseNote(
        submission_id=submission_id, person_id=scope.person_id, text=text, written_at=now
    )
    session.add(note)
    session.flush()
    seal_rows(session, CaseNote.__tablename__, [note.id])


def strike_note(
    session: Session, *, now: datetime, scope: Scope, submission_id: int, note_id: int
) -> None:
    """Take the words of a note away; that there was one, whose and when stays.

    Raises NotAllowed where it is not theirs to strike (any more), Conflict where it is struck.
    """
    row, _submission = get_case(session, scope, submission_id, lock=True)
    note = session.get(CaseNote, note_id)
    if note is None or note.submission_id != submission_id:
        raise NotAllowed
    if note.struck_at is not None:
        raise Conflict
    department_id = get_service(session, scope, row.service_id).department_id
    if not may_strike(scope, department_id, note.person_id, note.written_at, now):
        raise NotAllowed
    note.text, note.struck_at, note.struck_by = None, now, scope.person_id
    seal_rows(session, CaseNote.__tablename__, [note.id])
    audit.record(
        session, at=now, person_id=scope.person_id, action="note_struck", subject="submission",
        subject_id=submission_id, note=note_id, author=note.person_id,
    )  # fmt: skip
