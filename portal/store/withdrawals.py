"""Taking a case back by its receipt, and who of the city knows that receipt (decision 28)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, literal_column, select
from sqlalchemy.orm import Session

from portal.domain.doors import LATE_DAYS, is_first_hand
from portal.domain.loop import Actor, Event, EventKind, LoopError
from portal.models.doors import PaperBatch
from portal.models.loops import ExclusionRequest, LoopRow, WithdrawalRequest
from portal.models.running import AuditEvent
from portal.models.submissions import Submission
from portal.store.comments import Cause, redact_case, strike_notes
from portal.store.contacts import erase_contacts
from portal.store.loops import append_event

_DAY = timedelta(days=1)
_REPEATED_DAYS = 7  # for so long a form that was typed in can be sent again, and shows its receipt


def withdraw(session: Session, submission_id: int, *, now: datetime, today: date) -> None:
    """The resident takes the message back: it leaves the loop, words and address are erased.

    Colleagues' notes go too, since they may repeat it. The rating stays: it is a number that leads
    to nobody, and it stands in lists that were published. Raises LoopError when it was withdrawn.
    """
    lock_unwithdrawn(session, submission_id)
    event = Event(kind=EventKind.WITHDRAWN, on=today, actor=Actor.RESIDENT)
    append_event(session, submission_id, event, at=now)
    redact_case(session, submission_id, cause=Cause(reason="withdrawn"), now=now, today=today)
    strike_notes(session, submission_id, now=now)
    erase_contacts(session, [submission_id], now=now)
    for request in (ExclusionRequest, WithdrawalRequest):
        session.execute(delete(request).where(request.submission_id == submission_id))


def lock_unwithdrawn(session: Session, submission_id: int) -> None:
    """Let nothing else happen to the case until the end. Raises LoopError when it was withdrawn."""
    row = session.scalars(
        select(LoopRow).where(LoopRow.submission_id == submission_id).with_for_update()
    ).one()
    if row.withdrawn_on is not None:
        raise LoopError("it was withdrawn already")


def find_withdrawal_request(session: Session, submission_id: int) -> WithdrawalRequest | None:
    """What the receipt of the case asks, or asked and nobody agreed to."""
    return session.get(WithdrawalRequest, submission_id, populate_existing=True)


def asks_to_withdraw() -> ColumnElement[bool]:
    """For a query over `LoopRow`: its receipt asks to withdraw it, and nobody has decided."""
    return exists().where(
        WithdrawalRequest.submission_id == LoopRow.submission_id,
        WithdrawalRequest.refused_on.is_(None),
    )


def list_who_saw_receipt(session: Session, submission: Submission) -> frozenset[int]:
    """The people of the city who typed the form in, the first time too, or had it printed."""
    if is_first_hand(submission.channel):
        return frozenset()
    latest = submission.received_at + (LATE_DAYS + _REPEATED_DAYS) * _DAY
    entries = session.scalars(
        select(AuditEvent).where(
            # Written out: SQLite finds its index of entries by that.
            AuditEvent.action == literal_column("'entered'"),
            AuditEvent.subject_id == submission.service_id,
            AuditEvent.at.between(submission.received_at, latest),
        )
    ).all()
    named = [one for one in entries if one.detail.get("case") == submission.id]
    if not named:
        return _conclude_who_saw(session, submission, entries)
    return frozenset(
        person
        for one in named
        for person in (one.person_id, *one.detail["seen_by"])
        if person is not None
    )


def _conclude_who_saw(
    session: Session, submission: Submission, entries: Iterable[AuditEvent]
) -> frozenset[int]:
    """The same for a case of before entries named theirs: one too many rather than one too few.

    What came earlier is dated back by whole days, so the time of day tells who typed it.
    """
    typed = {
        one.person_id
        for one in entries
        if "case" not in one.detail
        and one.detail.get("channel") == submission.channel
        and (one.at - submission.received_at) % _DAY == timedelta()
    }
    printed: Iterable[int] = ()
    if submission.channel == "paper":
        printed = session.scalars(
            select(PaperBatch.printed_by).where(
                PaperBatch.service_id == submission.service_id, PaperBatch.lang == submission.lang
            )
        )
    return frozenset(one for one in (*typed, *printed) if one is not None)
