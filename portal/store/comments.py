"""Comments and their commitments: made together, and the comment and its salt go together."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.commitments import commit_comment
from portal.domain.loop import Actor, Event, EventKind
from portal.models.submissions import Submission
from portal.store.content import raise_content_version
from portal.store.loops import Links, append_event

_SALT_BYTES = 16


def commit_to_comment(comment: str | None) -> dict[str, str | None]:
    """The columns of a submission that commit to its comment; a new salt every time."""
    if comment is None:
        return {"comment_commitment": None, "comment_salt": None}
    salt = secrets.token_hex(_SALT_BYTES)
    return {"comment_commitment": commit_comment(comment, salt), "comment_salt": salt}


def redact_comment(
    session: Session, submission_id: int, *, person_id: int, now: datetime, today: date
) -> None:
    """Remove what a resident wrote, for good; the rating, the case and the hash stay.

    Without the salt the hash says nothing about what was written (SECURITY.md, "Integrity").
    Raises LookupError where there is no comment (any more), LoopError where it is too late.
    """
    comment = session.scalar(
        select(Submission.comment).where(Submission.id == submission_id).with_for_update()
    )
    if comment is None:
        raise LookupError(f"no comment {submission_id}")
    event = Event(kind=EventKind.REDACTED, on=today, actor=Actor.STAFF)
    append_event(session, submission_id, event, at=now, links=Links(person_id=person_id))
    session.execute(
        update(Submission)
        .where(Submission.id == submission_id)
        .values(comment=None, comment_salt=None, comment_lang=None, is_redacted=True)
    )
    raise_content_version(session)
