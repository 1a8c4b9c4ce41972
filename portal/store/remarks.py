"""What residents add in their own words to a verdict (decision 62): kept once for each.

The verdict stands without them, so nobody has to write, and no figure reads them.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.commitments import commit_comment
from portal.domain.loop import EventKind, Verdict
from portal.domain.search_words import words_column
from portal.models.case_work import Redaction
from portal.models.loops import LoopEvent, LoopRow
from portal.models.remarks import Remark
from portal.store.coverage import DELIVERIES
from portal.store.loops import list_events
from portal.store.secrets import sha256
from portal.store.verdicts import find_open_to_words

_SALT_BYTES = 16


class Result(StrEnum):
    """What became of words that were sent."""

    STORED = "stored"
    REPEATED = "repeated"  # the same form with the same words: nothing stored
    SAID_BEFORE = "said_before"  # there are words to this verdict already: nothing stored
    CLOSED = "closed"  # a new answer, a yes or a withdrawal came first: nothing stored


@dataclass(frozen=True, kw_only=True)
class Written:
    """Words as they came in, the language they are in, and whether a warning was passed over."""

    text: str
    lang: str
    has_personal_data: bool = False


def record_remark(
    session: Session, *, submission_id: int, written: Written, token: str, now: datetime
) -> Result:
    """Keep what the resident says is missing, beside the verdict that they gave last.

    Sending the same form twice is sending it once. Raises LookupError where there is no case.
    """
    row = session.scalars(
        select(LoopRow).where(LoopRow.submission_id == submission_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise LookupError(f"no case {submission_id}")
    known = find_by_token(session, token)
    if known is not None:
        return Result.REPEATED if known.text in {None, written.text} else Result.SAID_BEFORE
    events = list_events(session, submission_id)
    said = find_open_to_words(events)
    if said is None or row.told_on is None or row.withdrawn_on is not None:
        return Result.CLOSED
    if has_words_to(session, said.id):
        return Result.SAID_BEFORE
    told = [event.response_id for event in events if event.kind in DELIVERIES]
    session.add(
        Remark(
            submission_id=submission_id,
            event_id=said.id,
            response_id=told[-1],
            **remark_values(written, token, now),
        )
    )
    session.flush()
    return Result.STORED


def find_by_token(session: Session, token: str) -> Remark | None:
    """What the form with this token brought, if it was stored."""
    return session.scalar(select(Remark).where(Remark.token_hash == sha256(token)))


def remark_values(written: Written, token: str, now: datetime) -> dict[str, object]:
    """The columns of stored words, but for what they are about and how staff came by them: also
    for many rows at once.
    """
    salt = secrets.token_hex(_SALT_BYTES)
    return {
        "lang": written.lang,
        "text": written.text,
        "has_personal_data": written.has_personal_data,
        "is_redacted": False,
        "written_at": now,
        "token_hash": sha256(token),
        "commitment": commit_comment(written.text, salt),
        "salt": salt,
        "words": words_column(written.text),
    }


def has_words_to(session: Session, event_id: int) -> bool:
    """Whether something was written to this verdict, even if it was taken out since."""
    return session.scalar(select(Remark.id).where(Remark.event_id == event_id)) is not None


def list_remarks(session: Session, submission_id: int) -> Sequence[Remark]:
    """All that a resident wrote to answers, the newest last."""
    return session.scalars(
        select(Remark).where(Remark.submission_id == submission_id).order_by(Remark.id)
    ).all()


def find_newest(session: Session, submission_ids: Collection[int]) -> Mapping[int, Remark]:
    """By case, what its resident wrote last to the answer that they were told last."""
    told_last = (
        select(func.max(LoopEvent.id))
        .where(LoopEvent.submission_id == Remark.submission_id, LoopEvent.kind.in_(DELIVERIES))
        .scalar_subquery()
    )
    rows = session.scalars(
        select(Remark)
        .where(
            Remark.submission_id.in_(submission_ids),
            Remark.text.is_not(None),
            Remark.event_id >= told_last,  # what was taken down hangs on the telling itself
        )
        .order_by(Remark.id)
    )
    return {row.submission_id: row for row in rows}


def verdict_of(event: LoopEvent, events: Sequence[LoopEvent]) -> str:
    """What the resident had tapped when this event was written down.

    A "no" writes two: the reply, and that the case is open again.
    """
    if event.verdict is not None:
        return event.verdict
    before = [one for one in events if one.id < event.id]
    is_no = bool(before) and before[-1].verdict == Verdict.NO and before[-1].at == event.at
    return (Verdict.NO if is_no else Verdict.AGAIN).value


def check_remarks(session: Session) -> Iterator[str]:
    """Words to answers are those that were sent, belong to a verdict, or to a telling where staff
    took them down, or were taken out.
    """
    statement = select(Remark).order_by(Remark.id).execution_options(yield_per=2000)
    for row in session.scalars(statement):
        if row.salt is not None and commit_comment(row.text or "", row.salt) != row.commitment:
            yield f"words {row.id}: they are not those that were sent"
    for number in session.scalars(select(Remark.id).where(~_has_verdict())):
        yield f"words {number}: nothing was said to an answer that they could belong to"
    for number in session.scalars(select(Remark.id).where(Remark.is_redacted, ~_has_record())):
        yield f"words {number}: nothing says who took words out of them, and why"


def _has_verdict() -> ColumnElement[bool]:
    said = aliased(LoopEvent)
    is_taken_down = Remark.taken_by.is_not(None)
    return exists().where(
        said.id == Remark.event_id,
        said.submission_id == Remark.submission_id,
        or_(
            and_(is_taken_down, said.kind.in_(DELIVERIES)),
            and_(
                ~is_taken_down,
                or_(
                    said.kind == EventKind.DISPUTED.value,
                    said.verdict.in_((Verdict.PARTLY.value, Verdict.NO.value)),
                ),
            ),
        ),
    )


def _has_record() -> ColumnElement[bool]:
    return exists().where(
        Redaction.submission_id == Remark.submission_id,
        Redaction.done_at.is_not(None),
        or_(
            Redaction.remark_id == Remark.id,
            and_(Redaction.remark_id.is_(None), Redaction.reason.in_(("withdrawn", "expired"))),
        ),
    )
