"""What residents wrote and its commitments: made together, and words and salt go together."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from portal.domain.commitments import commit_comment
from portal.domain.loop import Actor, Event, EventKind
from portal.domain.personal_data import Finding
from portal.domain.redaction import cut, kinds_of
from portal.domain.search_words import words_column
from portal.models.case_work import CaseNote, Redaction
from portal.models.remarks import Remark
from portal.models.submissions import Submission
from portal.store.content import raise_content_version
from portal.store.integrity.own_seals import seal_rows
from portal.store.loops import Links, append_event
from portal.store.word_index import clear_removed

_SALT_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why words are taken out, and who decided it: nobody by name where a resident or a day did.

    `asked_by` is who had asked for it, where that was somebody else.
    """

    reason: str
    person_id: int | None = None
    asked_by: int | None = None


def commit_to_comment(comment: str | None) -> dict[str, str | None]:
    """The columns of a submission that go with its comment: what commits to it, with a new salt
    every time, and its words for searching."""
    if comment is None:
        return {"comment_commitment": None, "comment_salt": None, "words": None}
    salt = secrets.token_hex(_SALT_BYTES)
    return {
        "comment_commitment": commit_comment(comment, salt),
        "comment_salt": salt,
        "words": words_column(comment),
    }


def redact_comment(
    session: Session,
    submission_id: int,
    *,
    cause: Cause,
    now: datetime,
    today: date,
    pieces: Sequence[Finding] = (),
) -> None:
    """Take words out of what a resident wrote, for good: these pieces, or else all of it.

    The rating, the case and the hash stay; without the salt the hash says nothing about what was
    written (SECURITY.md, "Integrity"). Colleagues' notes that may repeat it are struck: those with
    one of the pieces, or else all. Raises LookupError where there is no comment (any more).
    """
    comment = session.scalar(
        select(Submission.comment).where(Submission.id == submission_id).with_for_update()
    )
    if comment is None:
        raise LookupError(f"no comment {submission_id}")
    _write_event(session, submission_id, cause, now, today)
    _leave_of_comment(session, submission_id, cut(comment, pieces) if pieces else None)
    strike_notes(session, submission_id, now=now, holding=_stretches(comment, pieces))
    _keep_record(session, submission_id, cause, now, pieces=pieces)
    raise_content_version(session)


def redact_remark(
    session: Session,
    remark_id: int,
    *,
    cause: Cause,
    now: datetime,
    today: date,
    pieces: Sequence[Finding] = (),
) -> None:
    """Take words out of what a resident said to an answer, as out of a comment.

    Raises LookupError where there are no such words (any more).
    """
    remark = session.get(Remark, remark_id, with_for_update=True, populate_existing=True)
    if remark is None or remark.text is None:
        raise LookupError(f"no words {remark_id}")
    text, submission_id = remark.text, remark.submission_id
    _write_event(session, submission_id, cause, now, today)
    _leave_of_remark(session, remark_id, cut(text, pieces) if pieces else None)
    strike_notes(session, submission_id, now=now, holding=_stretches(text, pieces))
    _keep_record(session, submission_id, cause, now, pieces=pieces, remark_id=remark_id)


def redact_case(
    session: Session, submission_id: int, *, cause: Cause, now: datetime, today: date
) -> None:
    """Take out all that the resident wrote in a case: the comment, and the words to answers.

    Requests to do so are answered with it. Nothing happens where there are no words (any more).
    """
    comment = session.scalar(
        select(Submission.comment).where(Submission.id == submission_id).with_for_update()
    )
    remarks = session.scalars(
        select(Remark.id)
        .where(Remark.submission_id == submission_id, Remark.text.is_not(None))
        .with_for_update()
    ).all()
    if comment is None and not remarks:
        return
    _write_event(session, submission_id, cause, now, today)
    if comment is not None:
        _leave_of_comment(session, submission_id, None)
    for remark_id in remarks:
        _leave_of_remark(session, remark_id, None)
    strike_notes(session, submission_id, now=now)
    session.execute(
        delete(Redaction).where(
            Redaction.submission_id == submission_id,
            Redaction.remark_id.is_not(None),
            Redaction.done_at.is_(None),
        )
    )
    _keep_record(session, submission_id, cause, now)
    raise_content_version(session)


def _write_event(
    session: Session, submission_id: int, cause: Cause, now: datetime, today: date
) -> None:
    actor = Actor.SYSTEM if cause.person_id is None else Actor.STAFF
    event = Event(kind=EventKind.REDACTED, on=today, actor=actor)
    append_event(session, submission_id, event, at=now, links=Links(person_id=cause.person_id))


def _leave_of_comment(session: Session, submission_id: int, left: str | None) -> None:
    kept = {"comment_lang": None} if left is None else {}
    # Whoever has the portal's key could try guesses against the hash of the answers.
    gone = {"comment_salt": None, "answers_hash": None, "has_personal_data": False}
    session.execute(
        update(Submission)
        .where(Submission.id == submission_id)
        .values(comment=left, words=words_column(left), **kept, **gone, is_redacted=True)
    )
    clear_removed(session, Submission.__tablename__)


def _leave_of_remark(session: Session, remark_id: int, left: str | None) -> None:
    gone = {"salt": None, "has_personal_data": False}
    session.execute(
        update(Remark)
        .where(Remark.id == remark_id)
        .values(text=left, words=words_column(left), **gone, is_redacted=True)
    )
    clear_removed(session, Remark.__tablename__)


def _stretches(text: str, pieces: Sequence[Finding]) -> list[str]:
    return [text[one.start : one.end] for one in pieces]


def strike_notes(
    session: Session, submission_id: int, *, now: datetime, holding: Sequence[str] = ()
) -> None:
    """Strike the notes that hold one of these texts, or all notes of the case."""
    notes = update(CaseNote).where(
        CaseNote.submission_id == submission_id, CaseNote.struck_at.is_(None)
    )
    if holding:
        notes = notes.where(or_(*(CaseNote.text.contains(one, autoescape=True) for one in holding)))
    struck = session.scalars(notes.values(text=None, struck_at=now).returning(CaseNote.id))
    seal_rows(session, CaseNote.__tablename__, struck)


def find_redaction_request(
    session: Session, submission_id: int, remark_id: int | None = None
) -> Redaction | None:
    """The request to take all words out that nobody has decided on yet: those of the comment, or
    of these words to an answer."""
    return session.scalar(
        select(Redaction).where(
            Redaction.submission_id == submission_id,
            Redaction.remark_id.is_(None)
            if remark_id is None
            else Redaction.remark_id == remark_id,
            Redaction.done_at.is_(None),
        )
    )


def list_redactions(session: Session, submission_id: int) -> Sequence[Redaction]:
    """What was taken out of a resident's words in a case, the newest last."""
    return session.scalars(
        select(Redaction)
        .where(Redaction.submission_id == submission_id, Redaction.done_at.is_not(None))
        .order_by(Redaction.id)
    ).all()


def _keep_record(
    session: Session,
    submission_id: int,
    cause: Cause,
    now: datetime,
    *,
    pieces: Sequence[Finding] = (),
    remark_id: int | None = None,
) -> None:
    """What was taken out and why, never the words. It answers a request that was open."""
    request = find_redaction_request(session, submission_id, remark_id)
    asked_at = request.requested_at if request is not None else now
    if request is not None:
        session.delete(request)
        session.flush()
    session.add(
        Redaction(
            submission_id=submission_id,
            remark_id=remark_id,
            reason=cause.reason,
            pieces=len(pieces) or None,
            kinds=" ".join(kinds_of(pieces)) or None,
            requested_by=cause.asked_by or cause.person_id,
            requested_at=asked_at,
            decided_by=cause.person_id,
            done_at=now,
        )
    )
