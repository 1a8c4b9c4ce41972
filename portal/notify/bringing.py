"""An answer that rested on the receipt's page, by mail as well: who confirms late gets it too.

An address that was not confirmed counts as none (METHOD.md), so its resident was told on the
receipt's page. The mail that follows only brings the same answer: nothing is told a second time,
and no figure moves, whether it arrives or comes back.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.running import Outbox
from portal.models.submissions import Contact
from portal.store import outbox
from portal.store.contacts import is_mailable
from portal.store.coverage import newest_told
from portal.store.loops import facts_of, list_events


class Bringing(StrEnum):
    """How far the mail with a resident's answer is."""

    ON_ITS_WAY = "on_its_way"
    SENT = "sent"
    GIVEN_UP = "given_up"  # the mail server did not take it


def bring_answer(session: Session, *, now: datetime, case: LoopRow) -> None:
    """Ask for the mail with what the resident of a locked case was told last, if they were.

    Once for each answer, however often it is asked for. Who said that it does not help has read
    it, and waits for another one.
    """
    response_id = _find_told(session, case)
    contact = session.get(Contact, case.submission_id, populate_existing=True)
    if response_id is None or not is_mailable(contact):
        return
    outbox.post(
        session, "tell", tell_key(case.submission_id, response_id), now=now,
        submission_id=case.submission_id, response_id=response_id, is_copy=True,
    )  # fmt: skip


def is_copy(job: Outbox) -> bool:
    """Whether the mail only brings what its resident was told already."""
    return bool(job.detail.get("is_copy"))


def tell_key(submission_id: int, response_id: int) -> str:
    """What makes one mail of an answer to a case, whether it tells it or only brings it."""
    return f"tell:{submission_id}:{response_id}"


def find_bringing(session: Session, contact: Contact) -> Bringing | None:
    """How far the mail with this resident's newest answer is; None where there is none to come."""
    case = session.get(LoopRow, contact.submission_id)
    response_id = _find_told(session, case) if case is not None else None
    if response_id is None or not is_mailable(contact):
        return None
    mail = session.scalar(
        select(Outbox).where(Outbox.dedupe_key == tell_key(contact.submission_id, response_id))
    )
    if mail is None:
        return None
    if mail.dead_at is not None:
        return Bringing.GIVEN_UP
    return Bringing.ON_ITS_WAY if mail.done_at is None else Bringing.SENT


def _find_told(session: Session, case: LoopRow) -> int | None:
    is_over = case.excluded is not None or case.withdrawn_on is not None
    if is_over or case.told_on is None or facts_of(case).is_open_again:
        return None
    return newest_told(list_events(session, case.submission_id))
