"""What residents say to the newest answer: from the page of the receipt, or from a mail's link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.doors import takes_verdict
from portal.domain.loop import Actor, Event, EventKind, LoopError, Verdict
from portal.models.loops import LoopEvent, LoopRow
from portal.models.submissions import Submission
from portal.store.coverage import newest_told
from portal.store.loops import append_event, facts_of, list_events
from portal.store.throttle import require_room

VERDICTS_A_DAY = 20  # on one case: enough for every change of mind


def record_verdict(
    session: Session,
    *,
    submission_id: int,
    verdict: Verdict,
    now: datetime,
    today: date,
    seen: str | None = None,
) -> bool:
    """Write down what the resident says to the newest answer (METHOD.md section 2).

    `no` and `again` open the case again; only a new answer closes it. Pressing a button twice is
    pressing it once. `seen` is the number of the answer that was read: nothing is written where
    another one was told since, and False returned. Raises LoopError before an answer and after
    withdrawal, LimitReached when this goes on all day.
    """
    row = session.scalars(
        select(LoopRow).where(LoopRow.submission_id == submission_id).with_for_update()
    ).one()
    loop = facts_of(row)
    if loop.told_on is None or loop.withdrawn_on is not None:
        raise LoopError("there is no answer to judge")
    if not takes_verdict(get_channel(session, submission_id), verdict):
        raise LoopError("staff have seen this receipt")
    events = list_events(session, submission_id)
    if seen not in (None, str(newest_told(events))):
        return False
    require_room(
        session,
        scope="verdict",
        key=str(submission_id),
        now=now,
        length=timedelta(days=1),
        limit=VERDICTS_A_DAY,
    )
    if verdict is not Verdict.AGAIN and verdict != find_verdict(events):
        event = _by_resident(EventKind.CONFIRMED, today, verdict)
        append_event(session, submission_id, event, at=now)
    if verdict in {Verdict.NO, Verdict.AGAIN} and not loop.is_open_again:
        append_event(session, submission_id, _by_resident(EventKind.DISPUTED, today), at=now)
    return True


def find_verdict(events: Sequence[LoopEvent]) -> str | None:
    """What the resident said to the newest answer, None while they said nothing to it."""
    for event in reversed(events):
        if event.kind in (EventKind.TOLD, EventKind.RETOLD):
            return None
        if event.kind == EventKind.CONFIRMED:
            return event.verdict
    return None


def find_open_to_words(events: Sequence[LoopEvent]) -> LoopEvent | None:
    """The verdict to which the resident may add what is still missing from the newest answer.

    That is what they said last, unless it is a yes; None while they said nothing to it.
    """
    for event in reversed(events):
        if event.kind in (EventKind.TOLD, EventKind.RETOLD):
            return None
        if event.kind in (EventKind.CONFIRMED, EventKind.DISPUTED):
            return None if event.verdict == Verdict.YES else event
    return None


def get_channel(session: Session, submission_id: int) -> str:
    """Through which door the case came."""
    return session.scalars(select(Submission.channel).where(Submission.id == submission_id)).one()


def _by_resident(kind: EventKind, today: date, verdict: Verdict | None = None) -> Event:
    return Event(kind=kind, on=today, actor=Actor.RESIDENT, verdict=verdict)
