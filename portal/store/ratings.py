"""Storing what a resident sent, through whichever door: one transaction (DESIGN.md 4 and 5.1).

This is the hot path, so it is written with Core and one statement for each table.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.domain.chinese import written_language
from portal.domain.commitments import commit_rating
from portal.models.submissions import Contact, Submission
from portal.store import outbox
from portal.store.comments import commit_to_comment
from portal.store.contacts import question_key
from portal.store.invitations import use_invitation
from portal.store.joining import join_theme
from portal.store.loops import open_loop
from portal.store.secrets import Secrets, get_period_secret, person_key, sha256
from portal.store.throttle import Bound, require_rooms

HOUR = timedelta(hours=1)
# A case whose writer chose no kind owes an answer and nothing more, which is what a question is.
# As praise it would leave every denominator, and as a problem it would claim what nobody said.
KIND_OF_CASE = "question"


class Result(StrEnum):
    """What became of a sent form."""

    STORED = "stored"
    REPEATED = "repeated"  # the same form with the same answers: nothing stored, same receipt
    DIFFERENT = "different"  # the same form with other answers: nothing stored
    NOT_INVITED = "not_invited"  # this receipt's full form was used in the meantime


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a resident answered, as it is stored. `q` has q0 … q6; missing ones were skipped."""

    q: dict[str, int]
    kind: str | None = None
    comment: str | None = None
    wants_answer: bool = False
    email: str | None = None
    district: str | None = None
    age_band: str | None = None
    has_personal_data: bool = False

    @property
    def is_case(self) -> bool:
        """Whether the city owes an answer (METHOD.md section 2)."""
        return self.comment is not None or self.wants_answer


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A form that came back. `identity` is what person_key is made from, unless it is given."""

    service_id: int
    slug: str
    lang: str
    instrument: str
    token: str
    answers: Answers
    identity: str
    known_person_key: str | None = None
    invited_by: int | None = None  # the case whose receipt led here: a verified rating
    joins: int | None = None  # the theme that says it already: a case without rating
    is_quarantined: bool = False
    channel: str = "web"
    acknowledged_on: date | None = None  # where the receipt came later than the message


_TABLE: Table = Submission.__table__  # type: ignore[assignment]
QUESTIONS = ("q0", "q1", "q2", "q3", "q4", "q5", "q6")
_COLUMNS = [
    column.name for column in _TABLE.columns if column.name not in {"id", "import_id", "import_ref"}
]
_VALUES: dict[str, object] = {name: bindparam(name) for name in _COLUMNS}
# Two copies of a form may arrive together: the second waits for the first, then stores nothing.
_INSERT = {
    "sqlite": sqlite.insert(_TABLE).values(_VALUES).on_conflict_do_nothing().returning(_TABLE.c.id),
    "postgresql": postgresql.insert(_TABLE)
    .values(_VALUES)
    .on_conflict_do_nothing()
    .returning(_TABLE.c.id),
}
_INSERT_CONTACT = insert(Contact)


def send_rating(
    session: Session,
    *,
    sent: Sent,
    bounds: Sequence[Bound],
    secrets: Secrets,
    now: datetime,
    on: date,
) -> Result:
    """Store a sent form with its case, contact and outbox row; a repeat stores nothing.

    `bounds` an hour are those of its door, the rows that most writers share last. Raises
    LimitReached, after which nothing of it is stored.
    """
    if sent.invited_by is not None and not use_invitation(session, sent.invited_by, on):
        return compare_with_stored(session, sent=sent, secrets=secrets) or Result.NOT_INVITED
    key = sent.known_person_key or person_key(get_period_secret(session, on), sent.identity)
    values = _submission_values(sent, secrets, key, now, on)
    submission_id = session.scalar(_INSERT[session.get_bind().dialect.name], values)
    if submission_id is None:
        return compare_with_stored(session, sent=sent, secrets=secrets) or Result.DIFFERENT
    if sent.answers.is_case:
        _open_case(session, sent, submission_id, key=key, now=now, on=on)
    if sent.joins is not None:
        join_theme(session, sent.joins, submission_id, now=now, on=on)
    if sent.answers.email is not None:
        _keep_contact(session, sent.answers.email, submission_id, secrets, now)
    if bounds:
        spread_by = sha256(sent.token)
        require_rooms(session, bounds, now=now, length=HOUR, spread_by=spread_by)
    return Result.STORED


def compare_with_stored(session: Session, *, sent: Sent, secrets: Secrets) -> Result | None:
    """Whether this form was stored before, with the same answers or others; None when it was not.

    Also for forms that come back too late: what they brought in time is still found.
    """
    stored = session.execute(
        select(Submission.answers_hash).where(Submission.token_hash == sha256(sent.token))
    ).one_or_none()
    if stored is None:
        return None
    is_same = stored.answers_hash == answers_hash(sent.answers, secrets)
    return Result.REPEATED if is_same else Result.DIFFERENT


def answers_hash(answers: Answers, secrets: Secrets) -> str:
    """The same for the same answers; whether a warning was shown before makes no difference."""
    said = asdict(answers)
    del said["has_personal_data"]
    return secrets.answers_hash(json.dumps(said, ensure_ascii=False, sort_keys=True))


def _submission_values(
    sent: Sent, secrets: Secrets, key: str, now: datetime, on: date
) -> dict[str, object]:
    answers, receipt_hash = sent.answers, sha256(secrets.receipt_code(sent.token))
    return {
        "service_id": sent.service_id,
        "instrument": sent.instrument,
        "lang": sent.lang,
        "comment_lang": written_language(answers.comment or "", sent.lang),
        "channel": sent.channel,
        "received_at": now,
        "received_on": on,
        "person_key": key,
        **{question: answers.q.get(question) for question in QUESTIONS},
        "kind": answers.kind,
        "comment": answers.comment,
        "wants_answer": answers.wants_answer,
        "is_case": answers.is_case,
        "district": answers.district,
        "age_band": answers.age_band,
        "is_rating": sent.joins is None,
        "joined_theme_id": sent.joins,
        "is_verified": sent.invited_by is not None,
        "is_quarantined": sent.is_quarantined,
        "is_rating_excluded": False,
        "is_redacted": False,
        "has_personal_data": answers.has_personal_data,
        "receipt_hash": receipt_hash,
        "token_hash": sha256(sent.token),
        "answers_hash": answers_hash(answers, secrets),
        "commitment": commit_rating(sent.slug, on, answers.q["q0"], receipt_hash)
        if sent.joins is None
        else None,
        **commit_to_comment(answers.comment),
    }


def _open_case(
    session: Session, sent: Sent, submission_id: int, *, key: str, now: datetime, on: date
) -> None:
    open_loop(
        session,
        submission_id=submission_id,
        service_id=sent.service_id,
        lang=sent.lang,
        kind=sent.answers.kind or KIND_OF_CASE,
        district=sent.answers.district,
        person_key=key,
        at=now,
        on=on,
        acknowledged_on=sent.acknowledged_on,
        is_joined=sent.joins is not None,
    )


def _keep_contact(
    session: Session, email: str, submission_id: int, secrets: Secrets, now: datetime
) -> None:
    """The address waits for its owner's confirmation; the outbox asks for it (SECURITY.md T8)."""
    session.execute(
        _INSERT_CONTACT,
        {
            "submission_id": submission_id,
            "email_encrypted": secrets.encrypt(email),
            "email_hash": secrets.email_hash(email),
            "token_hash": sha256(secrets.mail_token(submission_id)),
            "created_at": now,
        },
    )
    outbox.post(
        session,
        "confirm_address",
        question_key(submission_id),
        now=now,
        submission_id=submission_id,
    )
