"""What residents do with a receipt: look it up, and judge records of what was decided."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.doors import is_first_hand
from portal.domain.loop import Actor, Event, EventKind, LoopError
from portal.domain.second_person import withdraws_at_once
from portal.follow.together import find_judgement, may_judge
from portal.models.loops import WithdrawalRequest
from portal.models.partners import Attestation
from portal.models.submissions import Submission
from portal.store import audit
from portal.store.contacts import erase_contacts
from portal.store.loops import append_event
from portal.store.throttle import require_room
from portal.store.verdicts import VERDICTS_A_DAY, get_channel
from portal.store.withdrawals import find_withdrawal_request, lock_unwithdrawn, withdraw

LOOKUPS_AN_HOUR = 120  # of one network prefix: a library's readers share one
EXPORTS_A_DAY = 20  # of one receipt
WITHDRAWALS_A_DAY = 5  # asked for by one receipt


def look_up(session: Session, *, receipt_hash: str, prefix_key: str, now: datetime) -> bool:
    """Whether there is such a receipt. Every attempt counts; raises LimitReached."""
    require_room(
        session,
        scope="look-up",
        key=prefix_key,
        now=now,
        length=timedelta(hours=1),
        limit=LOOKUPS_AN_HOUR,
    )
    found = session.scalar(select(Submission.id).where(Submission.receipt_hash == receipt_hash))
    return found is not None


def record_judgement(
    session: Session,
    *,
    submission_id: int,
    co_decision_id: int,
    is_fair: bool,
    now: datetime,
    today: date,
) -> None:
    """Write down whether the resident finds the record of a co-decision fair (METHOD.md 2).

    Their latest word counts. Saying the same again is saying it once. Raises LoopError for a
    record that is not theirs to judge, and after withdrawal; LimitReached when this goes on all
    day.
    """
    lock_unwithdrawn(session, submission_id)
    if not may_judge(session, submission_id, co_decision_id):
        raise LoopError("there is no record to judge")
    if not is_first_hand(get_channel(session, submission_id)):
        raise LoopError("staff have seen this receipt")
    require_room(
        session,
        scope="judgement",
        key=str(submission_id),
        now=now,
        length=timedelta(days=1),
        limit=VERDICTS_A_DAY,
    )
    if find_judgement(session, submission_id, co_decision_id) is is_fair:
        return
    session.add(
        Attestation(
            co_decision_id=co_decision_id,
            submission_id=submission_id,
            actor=Actor.RESIDENT.value,
            is_fair=is_fair,
            attested_at=now,
            attested_on=today,
        )
    )
    session.flush()
    append_event(session, submission_id, _by_resident(EventKind.ATTESTED, today), at=now)


def count_export(session: Session, *, submission_id: int, now: datetime) -> None:
    """Everything about a receipt is read out; raises LimitReached when this goes on all day."""
    require_room(
        session,
        scope="receipt-export",
        key=str(submission_id),
        now=now,
        length=timedelta(days=1),
        limit=EXPORTS_A_DAY,
    )


def erase_contact(session: Session, *, submission_id: int, now: datetime) -> None:
    """The resident no longer wants to be reached by mail. Erasing twice is erasing once."""
    erase_contacts(session, [submission_id], now=now)


def take_back(session: Session, *, submission_id: int, now: datetime, today: date) -> None:
    """The resident takes the message back, or asks for it where staff have seen the receipt.

    Then nothing is erased and the case stays in the loop until a second person has looked at it
    (SECURITY.md T2). Asking twice is asking once. Raises LoopError when it was withdrawn.
    """
    lock_unwithdrawn(session, submission_id)
    submission = session.get_one(Submission, submission_id)
    if withdraws_at_once(submission.channel, submission.q0):
        withdraw(session, submission_id, now=now, today=today)
        return
    request = find_withdrawal_request(session, submission_id)
    if request is not None and request.refused_on is None:
        return
    require_room(
        session,
        scope="withdrawal",
        key=str(submission_id),
        now=now,
        length=timedelta(days=1),
        limit=WITHDRAWALS_A_DAY,
    )
    session.merge(WithdrawalRequest(
        submission_id=submission_id, requested_on=today, refused_on=None, refused_by=None,
        reason=None,
    ))  # fmt: skip
    _audit(session, "withdrawal_requested", submission_id, now)


def keep_message(session: Session, *, submission_id: int, now: datetime) -> None:
    """The resident no longer asks to take the message back; what was decided on stays decided.

    Raises LoopError when it was withdrawn meanwhile.
    """
    lock_unwithdrawn(session, submission_id)
    request = find_withdrawal_request(session, submission_id)
    if request is None or request.refused_on is not None:
        return
    session.delete(request)
    _audit(session, "withdrawal_not_wanted", submission_id, now)


def _audit(session: Session, action: str, submission_id: int, now: datetime) -> None:
    """Whoever holds the receipt did it, and is nobody by name."""
    audit.record(
        session, at=now, person_id=None, action=action, subject="submission",
        subject_id=submission_id,
    )  # fmt: skip


def _by_resident(kind: EventKind, today: date) -> Event:
    return Event(kind=kind, on=today, actor=Actor.RESIDENT)
