"""What stands beside a case's loop: marked words, what was taken out of them, colleagues' notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.personal_data import DataKind, Finding
from portal.domain.redaction import STAFF_REASONS, marked_lines
from portal.models.case_work import CaseNote, Redaction
from portal.models.loops import LoopRow
from portal.models.services import Service
from portal.respond.rules import may_strike
from portal.respond.scoped import get_case
from portal.store.coverage import DELIVERIES
from portal.store.loops import list_events
from portal.store.names import people_names
from portal.store.personal_data import find_personal_data
from portal.store.remarks import list_remarks, verdict_of
from portal.store.scope import NotAllowed, Scope


@dataclass(frozen=True)
class Marked:
    """A text with what looks like personal data in it. `pieces` are (value, kind, words)."""

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
class Written:
    """Something that the resident wrote: marked, what was taken out of it, or is to be.

    `marked` is None where there are no words (any more).
    """

    lang: str
    marked: Marked | None
    removed: Sequence[Removed]
    request: Removed | None


@dataclass(frozen=True)
class Said(Written):
    """What a resident said is missing from an answer: the verdict that it goes with, and when.

    What staff took down goes with none: `channel` is how it came, `taken_by` who wrote it.
    """

    id: int
    verdict: str | None
    channel: str | None
    taken_by: str | None
    written_at: datetime
    response_id: int | None
    is_newest_answer: bool  # they were told nothing since


@dataclass(frozen=True)
class Care(Written):
    """All of it for one case: the comment, what was said to answers, and the notes."""

    said: Sequence[Said]
    notes: Sequence[Note]

    @property
    def current(self) -> Said | None:
        """What was said last to the answer that the resident was told last."""
        newest = [one for one in self.said if one.is_newest_answer and one.marked]
        return newest[-1] if newest else None

    @property
    def has_called(self) -> bool:
        """Whether words to the newest answer were taken down: that is done once for each."""
        return any(one.is_newest_answer and one.taken_by is not None for one in self.said)


def get_care(
    session: Session, scope: Scope, submission_id: int, *, country: str, now: datetime
) -> Care:
    """What stands beside the loop. Raises NotAllowed when it is another department's."""
    row, submission = get_case(session, scope, submission_id)
    records = _list_records(session, submission_id)
    return Care(
        **_written(submission.comment, submission.comment_lang or submission.lang, country),
        **_taken_out(records, None),
        said=_list_said(session, row, records, country),
        notes=_list_notes(session, scope, row.service_id, submission_id, now),
    )


def get_written(care: Care, remark_id: int | None) -> Written:
    """The comment, or what was said to an answer. Raises NotAllowed where there is no such."""
    if remark_id is None:
        return care
    for one in care.said:
        if one.id == remark_id:
            return one
    raise NotAllowed


@dataclass(frozen=True)
class _Records:
    """What was taken out of a case's words or is to be, by what it is about, with names."""

    rows: Sequence[Redaction]
    names: dict[int, str]


def _list_records(session: Session, submission_id: int) -> _Records:
    rows = session.scalars(
        select(Redaction).where(Redaction.submission_id == submission_id).order_by(Redaction.id)
    ).all()
    return _Records(rows, people_names(session, [one.requested_by for one in rows]))


def _written(text: str | None, lang: str, country: str) -> dict[str, Any]:
    return {"lang": lang, "marked": mark(text, country)}


def _taken_out(records: _Records, remark_id: int | None) -> dict[str, Any]:
    """What was taken out of the comment or of words to an answer; a withdrawal takes out both."""
    own = [one for one in records.rows if one.remark_id == remark_id]
    if remark_id is not None:
        own += [one for one in records.rows if one.reason not in STAFF_REASONS]
    requests = [one for one in own if one.done_at is None]
    return {
        "removed": [_removed(one, records.names, one.done_at) for one in own if one.done_at],
        "request": _removed(requests[0], records.names, requests[0].requested_at)
        if requests
        else None,
    }


def _list_said(session: Session, row: LoopRow, records: _Records, country: str) -> list[Said]:
    remarks = list_remarks(session, row.submission_id)
    if not remarks:
        return []
    events = list_events(session, row.submission_id)
    by_id = {event.id: event for event in events}
    told_last = max(event.id for event in events if event.kind in DELIVERIES)
    people = people_names(session, [one.taken_by for one in remarks])
    return [
        Said(
            **_written(one.text, one.lang, country),
            **_taken_out(records, one.id),
            id=one.id,
            verdict=verdict_of(by_id[one.event_id], events) if one.taken_by is None else None,
            channel=one.channel,
            taken_by=people.get(one.taken_by) if one.taken_by is not None else None,
            written_at=one.written_at,
            response_id=one.response_id,
            is_newest_answer=one.event_id >= told_last,
        )
        for one in remarks
    ]


def mark(text: str | None, country: str) -> Marked | None:
    """A text with its marks; None where there is none."""
    if text is None:
        return None
    found = find_personal_data(text, country)
    return Marked(marked_lines(text, found), [_piece(text, one) for one in found])


def _piece(text: str, found: Finding) -> tuple[str, DataKind, str]:
    return f"{found.start}-{found.end}", found.kind, text[found.start : found.end]


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
