"""A resident's words go to a translation service, because somebody at the desk wants to read."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.respond.rules import Conflict
from portal.respond.scoped import get_case, get_remark
from portal.store import audit
from portal.store.scope import Scope
from portal.store.throttle import require_room

TRANSLATIONS_AN_HOUR = 120  # of one person: more is no reading


def send_for_reading(
    session: Session,
    *,
    now: datetime,
    scope: Scope,
    submission_id: int,
    target: str,
    remark_id: int | None = None,
) -> str:
    """The words that may go to the translation service now; that they went is written down.

    They are the comment, or what was said to an answer. Raises Conflict where there are none,
    LimitReached where one person asks for too many.
    """
    _row, submission = get_case(session, scope, submission_id)
    words = submission.comment
    if remark_id is not None:
        words = get_remark(session, submission_id, remark_id).text
    if words is None:
        raise Conflict
    require_room(
        session,
        scope="translate-for-reading",
        key=str(scope.person_id),
        now=now,
        length=timedelta(hours=1),
        limit=TRANSLATIONS_AN_HOUR,
    )
    audit.record(
        session, at=now, person_id=scope.person_id, action="comment_sent_to_translator",
        subject="submission", subject_id=submission_id, target=target,
        **({} if remark_id is None else {"remark": remark_id}),
    )  # fmt: skip
    return words
