"""Reminding a random half of those who were told and have not said whether it helps.

METHOD.md (appendix B, "C1 non-response") cannot know what silent people think: whoever is content
may reply more often. So one half is reminded once and both halves are compared. Who is in which
half follows from a keyed hash of the case, from the moment they are told: nobody can choose it.
Both halves are counted by the same rule on the same day, before anybody is reminded.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.domain.doors import is_first_hand
from portal.domain.loop import EventKind, Kind, Verdict
from portal.models.base import days_between
from portal.models.loops import LoopEvent, LoopRow
from portal.models.reminders import Reminder, ReminderSummary
from portal.models.services import Service
from portal.models.submissions import Contact
from portal.store import outbox
from portal.store.clock import Clock
from portal.store.contacts import is_mailable
from portal.store.engine import Store
from portal.store.integrity.seals import seal
from portal.store.secrets import Secrets
from portal.store.verdicts import get_channel

FOLLOW_UP = 30  # days in which a reply counts for the comparison
WINDOW = 365
CHUNK = 200


def remind_due(store: Store, clock: Clock, secrets: Secrets) -> int:
    """Remind whoever is due, and compare the halves; returns how many were looked at."""
    done = 0
    while settled := store.write(
        settle_next, now=clock.now(), today=clock.today(), secrets=secrets
    ):
        done += settled
    store.write(compare_halves, today=clock.today())
    return done


def settle_next(session: Session, *, now: datetime, today: date, secrets: Secrets) -> int:
    """Decide the next few that are due: who enters the comparison, and who of them is reminded.

    Several workers may do so at once: each takes other rows, or finds them settled.
    """
    due = session.scalars(
        select(Reminder)
        .where(Reminder.due_on <= today, ~Reminder.is_settled)
        .order_by(Reminder.due_on, Reminder.submission_id)
        .limit(CHUNK)
        .with_for_update(skip_locked=True)
    ).all()
    for row in due:
        row.is_settled = True
        if not _may_be_reminded(session, row.submission_id):
            continue
        row.chosen_on = today
        row.is_reminded = secrets.is_in_first_half("reminder", row.submission_id)
        if row.is_reminded:
            outbox.post(
                session, "remind", f"remind:{row.submission_id}", now=now,
                submission_id=row.submission_id,
            )  # fmt: skip
    return len(due)


def _may_be_reminded(session: Session, submission_id: int) -> bool:
    return (
        is_silent(session.get(LoopRow, submission_id))
        and is_mailable(session.get(Contact, submission_id))
        and is_first_hand(get_channel(session, submission_id))  # the others cannot say "yes"
    )


def is_silent(row: LoopRow | None) -> bool:
    """Whether a case was told and its resident has not reacted."""
    return (
        row is not None
        and row.kind != Kind.PRAISE
        and row.told_on is not None
        and row.verdict is None
        and row.disputed_on is None
        and row.excluded is None
        and row.withdrawn_on is None
    )


def compare_halves(session: Session, *, today: date) -> None:
    """Count both halves of every service anew; the newest counts replace those before."""
    has_replied = exists().where(
        LoopEvent.submission_id == Reminder.submission_id,
        LoopEvent.kind == EventKind.CONFIRMED,
        days_between(LoopEvent.happened_on, Reminder.chosen_on).between(0, FOLLOW_UP),
    )
    has_helped = and_(has_replied, LoopRow.verdict.in_((Verdict.YES, Verdict.PARTLY)))
    rows = session.execute(
        select(
            LoopRow.service_id,
            *_counts("reminded", Reminder.is_reminded.is_(True), has_replied, has_helped),
            *_counts("others", Reminder.is_reminded.is_(False), has_replied, has_helped),
        )
        .join(Reminder, Reminder.submission_id == LoopRow.submission_id)
        .where(
            Reminder.chosen_on > today - timedelta(days=WINDOW + FOLLOW_UP),
            Reminder.chosen_on <= today - timedelta(days=FOLLOW_UP),
            LoopRow.excluded.is_(None),
        )
        .group_by(LoopRow.service_id)
    ).mappings()
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    for row in rows:
        values = {**row, "as_of": today}
        session.execute(
            dialect.insert(ReminderSummary.__table__)
            .values(values)
            .on_conflict_do_update(index_elements=["service_id"], set_=values)
        )
    session.execute(delete(ReminderSummary).where(ReminderSummary.as_of < today))
    seal(session, today, "reminder_summary", session.scalars(select(Service.id)))


def _counts(
    half: str,
    is_in: ColumnElement[bool],
    has_replied: ColumnElement[bool],
    has_helped: ColumnElement[bool],
) -> list[ColumnElement[int]]:
    return [
        func.count().filter(is_in).label(half),
        func.count().filter(is_in, has_replied).label(f"{half}_replied"),
        func.count().filter(is_in, has_helped).label(f"{half}_helped"),
    ]
