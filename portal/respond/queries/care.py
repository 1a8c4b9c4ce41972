"""What stands beside a case's loop: marked words, what was taken out of them, colleagues' notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.personal_data import DataKind, Finding
from portal.domain.redaction import marked_lines
from portal.models.case_work import CaseNote, Redaction
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.respond.queries.names import people_names
from portal.respond.rules import may_strike
from portal.respond.scoped import get_case
from portal.store.comments import find_redaction_request, list_redactions
from portal.store.personal_data import find_personal_data
from portal.store.scope import Scope


@dataclass(frozen=True)
class Marked:
    """A comment with what looks like personal data in it. `pieces` are (value, kind, words)."""

    lines: Sequence[Sequence[tuple[str, DataKind | None]]]
    pieces: Sequence[tuple[str, DataKind, str]]


@dataclass(frozen=True)
class Removed:
    """What was taken out, or is to be, why and by whom (None: a resident or a deadline)."""

    reason: str
    kinds: Sequence[str]
    pieces: int | None
    person_id: int | None
    person: str | None
    at: datetime


@dataclass(frozen=True)
class Note:
    """A colleague's note; `text` is None once it was struck."""

    id: int
    person: str
    written_at: datetime
    text: str | None
    struck_at: datetime | None
    may_strike: bool


@dataclass(frozen=True)
class Care:
    """All of it for one case."""

    marked: Marked | None
    removed: Sequence[Removed]
    request: Removed | None
    notes: Sequence[Note]


def get_care(
    session: Session, scope: Scope, submission_id: int, *, country: str, now: datetime
) -> Care:
    """What stands beside the loop. Raises NotAllowed when it is another department's."""
    row, submission = get_case(session, scope, submission_id)
    request = find_redaction_request(session, submission_id)
    redactions = list_redactions(session, submission_id)
    names = people_names(
        session, [one.requested_by for one in (*redactions, *([request] if request else []))]
    )
    return Care(
        marked=mark(submission, country),
        removed=[_removed(one, names, one.done_at or one.requested_at) for one in redactions],
        request=_removed(request, names, request.requested_at) if request else None,
        notes=_list_notes(session, scope, row.service_id, submission_id, now),
    )


def mark(submission: Submission, country: str) -> Marked | None:
    """The comment with its marks; None where there is none."""
    comment = submission.comment
    if comment is None:
        return None
    found = find_personal_data(comment, country)
    return Marked(marked_lines(comment, found), [_piece(comment, one) for one in found])


def _piece(comment: str, found: Finding) -> tuple[str, DataKind, str]:
    return f"{found.start}-{found.end}", found.kind, comment[found.start : found.end]


def _removed(row: Redaction, names: dict[int, str], at: datetime) -> Removed:
    person = names.get(row.requested_by) if row.requested_by else None
    kinds = row.kinds.split() if row.kinds else []
    return Removed(row.reason, kinds, row.pieces, row.requested_by, person, at)


def _list_notes(
    session: Session, scope: Scope, service_id: int, submission_id: int, now: datetime
) -> list[Note]:
    rows = session.scalars(
        select(CaseNote).where(CaseNote.submission_id == submission_id).order_by(CaseNote.id)
    ).all()
    names = people_names(session, [row.person_id for row in rows])
    department_id = session.get_one(Service, service_id).department_id
    return [
        Note(
            id=row.id,
            person=names[row.person_id],
            written_at=row.written_at,
            text=row.text,
            struck_at=row.struck_at,
            may_strike=row.struck_at is None
            and may_strike(scope, department_id, row.person_id, row.written_at, now),
        )
        for row in rows
    ]
