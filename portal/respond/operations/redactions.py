"""Taking words out of a case for good: what is marked as personal data at once, all of them with
a second person where the rating is low.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.personal_data import Finding
from portal.domain.redaction import STAFF_REASONS
from portal.domain.second_person import is_low
from portal.models.case_work import Redaction
from portal.models.submissions import Submission
from portal.respond.act import Act
from portal.respond.rules import Conflict, Problem, Refusal
from portal.respond.scoped import get_case, get_remark
from portal.store import audit
from portal.store.comments import (
    Cause,
    find_redaction_request,
    redact_comment,
    redact_remark,
)
from portal.store.personal_data import find_personal_data
from portal.store.scope import Scope

Span = tuple[int, int]
Place = tuple[int, int | None]
"""A case, and which words to an answer; none of these: its comment."""


def redact_marked(
    session: Session,
    *,
    act: Act,
    submission_id: int,
    reason: str,
    spans: Collection[Span],
    country: str,
    remark_id: int | None = None,
) -> None:
    """Take these marked stretches out of the comment, or of what was said to an answer.

    One person may do it: nothing but what a program marked can go. Raises Conflict where the words
    have changed since they were shown, or something is not marked.
    """
    words = _get_words(session, act.scope, submission_id, remark_id, reason)
    marked = {(one.start, one.end): one for one in find_personal_data(words, country)}
    if not spans or not set(spans) <= set(marked):
        raise Conflict
    pieces = [marked[span] for span in sorted(spans)]
    cause = Cause(reason=reason, person_id=act.person_id)
    _take_out(session, act, (submission_id, remark_id), cause, pieces)
    kinds = [one.kind.value for one in pieces]
    _audit(session, act, "comment_redacted", submission_id, remark_id, reason=reason, pieces=kinds)


def redact_all(
    session: Session, *, act: Act, submission_id: int, reason: str, remark_id: int | None = None
) -> bool:
    """Take all words out, or ask a second person for it: where the rating is low (SECURITY.md T2),
    and always where they say what an answer left out.

    Returns whether it was done at once. Raises Conflict where it is asked for already.
    """
    _get_words(session, act.scope, submission_id, remark_id, reason)
    cause = Cause(reason=reason, person_id=act.person_id)
    if find_redaction_request(session, submission_id, remark_id) is not None:
        raise Conflict
    if remark_id is None and not is_low(session.get_one(Submission, submission_id).q0):
        _redact(session, act, (submission_id, remark_id), cause)
        return True
    session.add(
        Redaction(
            submission_id=submission_id,
            remark_id=remark_id,
            reason=reason,
            requested_by=act.person_id,
            requested_at=act.now,
        )
    )
    _audit(session, act, "redaction_requested", submission_id, remark_id, reason=reason)
    return False


def decide_redaction(
    session: Session,
    *,
    act: Act,
    submission_id: int,
    is_agreed: bool,
    remark_id: int | None = None,
    seen: str | None = None,
) -> None:
    """Agree to take all words out, or refuse it; who asked may only take it back (else Refusal).

    `seen` is when the request that was read was made. Raises Conflict where it was decided
    already, or another one has taken its place.
    """
    get_case(session, act.scope, submission_id, lock=True)
    request = find_redaction_request(session, submission_id, remark_id)
    if request is None or seen not in (None, _moment(request.requested_at)):
        raise Conflict
    if is_agreed and request.requested_by == act.person_id:
        raise Refusal(("", Problem.OWN_REQUEST))
    if is_agreed:
        cause = Cause(reason=request.reason, person_id=act.person_id, asked_by=request.requested_by)
        _redact(session, act, (submission_id, remark_id), cause)
    else:
        session.delete(request)
        _audit(session, act, "redaction_refused", submission_id, remark_id, reason=request.reason)


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _get_words(
    session: Session, scope: Scope, submission_id: int, remark_id: int | None, reason: str
) -> str:
    if reason not in STAFF_REASONS:
        raise ValueError(f"no such reason: {reason}")
    _row, submission = get_case(session, scope, submission_id, lock=True)
    session.refresh(submission)
    words = submission.comment
    if remark_id is not None:
        words = get_remark(session, submission_id, remark_id).text
    if words is None:
        raise Conflict
    return words


def _redact(session: Session, act: Act, place: Place, cause: Cause) -> None:
    _take_out(session, act, place, cause, ())
    _audit(
        session, act, "comment_redacted", *place, reason=cause.reason, pieces="all",
        requested_by=cause.asked_by,
    )  # fmt: skip


def _take_out(
    session: Session, act: Act, place: Place, cause: Cause, pieces: Sequence[Finding]
) -> None:
    case, remark = place
    redact, number = (redact_comment, case) if remark is None else (redact_remark, remark)
    redact(session, number, cause=cause, now=act.now, today=act.today, pieces=pieces)


def _audit(
    session: Session,
    act: Act,
    action: str,
    submission_id: int,
    remark_id: int | None,
    **detail: object,
) -> None:
    about = {} if remark_id is None else {"remark": remark_id}
    audit.record(
        session, at=act.now, person_id=act.person_id, action=action, subject="submission",
        subject_id=submission_id, **detail, **about,
    )  # fmt: skip
