"""Telling residents: a published response reaches every case it covers (METHOD.md section 2).

A case counts as told when a text that a second person reviewed, in the resident's own language,
was accepted by the mail server, or stands on the receipt's page where there is no confirmed
address. Everything here may run again, and by two workers at once: the case is locked, and what
has happened already does not happen a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.loop import Actor, Event, EventKind, Outcome
from portal.models.loops import LoopEvent, LoopRow
from portal.models.reminders import Reminder
from portal.models.responses import Response
from portal.models.submissions import Contact
from portal.notify.bringing import tell_key
from portal.notify.cases import lock_case
from portal.notify.inviting import invite_told
from portal.store import outbox
from portal.store.concerned import keep_concerned
from portal.store.contacts import is_mailable
from portal.store.coverage import (
    DELIVERIES,
    covered_cases,
    has_event,
    is_superseded,
    list_texts,
    told_languages,
)
from portal.store.loops import Links, append_event
from portal.store.outbox import Mailed

CHUNK = 100
REMIND_AFTER = timedelta(days=14)  # who replies does so within days; addresses are kept for 90


def tell_next(
    session: Session, *, now: datetime, today: date, response_id: int, person_id: int, after: int
) -> int | None:
    """Tell the next cases that a response covers, those with an id above `after`.

    Returns the last id where there may be more, else None. A response that a later one follows
    tells nobody any more: the later one does.
    """
    response = session.get(Response, response_id)
    if response is None or response.status != "published" or is_superseded(session, response_id):
        return None
    ready = told_languages(list_texts(session, response_id), response.source_lang)
    ids = session.scalars(
        covered_cases(response)
        .with_only_columns(LoopRow.submission_id)
        .where(
            LoopRow.submission_id > after,
            ~has_event(response_id, EventKind.RESPONDED)
            | (LoopRow.lang.in_(ready) & ~has_event(response_id, *DELIVERIES)),
        )
        .order_by(LoopRow.submission_id)
        .limit(CHUNK)
    ).all()
    telling = _Telling(response, ready, person_id, now, today)
    for submission_id in ids:
        _tell(session, telling, submission_id)
    return ids[-1] if len(ids) == CHUNK else None


@dataclass(frozen=True)
class _Telling:
    response: Response
    ready: frozenset[str]
    person_id: int
    now: datetime
    today: date


def _tell(session: Session, telling: _Telling, submission_id: int) -> None:
    row, response, now = lock_case(session, submission_id), telling.response, telling.now
    if row is None:
        return
    happened = _kinds(session, submission_id, response.id)
    if EventKind.RESPONDED not in happened:
        append_event(
            session, submission_id, _responded(response, telling.today), at=now,
            links=Links(person_id=telling.person_id, response_id=response.id),
        )  # fmt: skip
        keep_concerned(session, response, row.service_id)
    if row.lang not in telling.ready or happened & set(DELIVERIES):
        return
    if not _mail(session, telling, submission_id):
        record_told(session, now=now, today=telling.today, row=row, response_id=response.id)


def _mail(session: Session, telling: _Telling, submission_id: int) -> bool:
    """Ask for the mail that tells it; False where there is none to wait for.

    That is so without an address, and where the mail went out while the case was being set aside,
    from which it has come back.
    """
    if not is_mailable(session.get(Contact, submission_id)):
        return False
    key = tell_key(submission_id, telling.response.id)
    outbox.post(
        session, "tell", key, now=telling.now, submission_id=submission_id,
        response_id=telling.response.id,
    )  # fmt: skip
    return outbox.find_mailed(session, key) in {Mailed.WAITS, Mailed.GIVEN_UP}


def record_told(
    session: Session,
    *,
    now: datetime,
    today: date,
    row: LoopRow,
    response_id: int,
    mailed_step_ids: Sequence[int] = (),
) -> None:
    """Write down that the resident of a locked case was told, once per response.

    Whoever is told is invited to the theme's next steps; `mailed_step_ids` are those that stood in
    the same mail.
    """
    if _kinds(session, row.submission_id, response_id) & set(DELIVERIES):
        return
    kind = EventKind.TOLD if row.told_on is None else EventKind.RETOLD
    append_event(
        session,
        row.submission_id,
        Event(kind=kind, on=today, actor=Actor.SYSTEM, lang=row.lang),
        at=now,
        links=Links(response_id=response_id),
    )
    if kind is EventKind.TOLD:
        _plan_reminder(session, row.submission_id, today)
    theme_id = session.get_one(Response, response_id).theme_id
    invite_told(
        session, now=now, today=today, case=row, theme_id=theme_id, mailed_step_ids=mailed_step_ids
    )


def _plan_reminder(session: Session, submission_id: int, today: date) -> None:
    """Whoever left an address may be reminded later to say whether the answer helps, once."""
    if session.get(Contact, submission_id) and not session.get(Reminder, submission_id):
        session.add(Reminder(submission_id=submission_id, due_on=today + REMIND_AFTER))


def _kinds(session: Session, submission_id: int, response_id: int) -> set[str]:
    return set(
        session.scalars(
            select(LoopEvent.kind).where(
                LoopEvent.submission_id == submission_id, LoopEvent.response_id == response_id
            )
        )
    )


def _responded(response: Response, today: date) -> Event:
    return Event(
        kind=EventKind.RESPONDED,
        on=today,
        actor=Actor.STAFF,
        outcome=Outcome(response.outcome),
        due_on=response.due_on,
        done_on=response.done_on,
    )
