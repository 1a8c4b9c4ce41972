"""Forms of the sample that nobody typed a second time: stored as they were typed first.

The signed lists of days look a week back (decision 34): a form that waits longer could not be
stored under the day on which it arrived, and until it is stored nobody answers whoever wrote it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.doors import LATE_DAYS
from portal.models.doors import PaperBatch, PaperForm, PendingEntry
from portal.models.services import Service
from portal.respond.act import Act
from portal.respond.operations.entry import read_entry, store_entry
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.in_turn import do_in_turn
from portal.store.scope import Scope
from portal.store.secrets import Secrets

WAITS_DAYS = LATE_DAYS - 2
"""Days since it arrived after which a form waits for a second person no longer."""


def store_unchecked(store: Store, clock: Clock, secrets: Secrets, country: str) -> int:
    """Store every form that has waited long enough; returns how many. Each is stored once.

    One that cannot be stored keeps no other waiting.
    """
    now = clock.now()
    with store.read() as session:
        waiting = session.scalars(select(PendingEntry.form_id).order_by(PendingEntry.form_id)).all()
    return do_in_turn(
        waiting,
        lambda form_id: store.write(
            _store_one, form_id, now=now, today=clock.day(now), secrets=secrets, country=country
        ),
    )


def _store_one(
    session: Session, form_id: int, *, now: datetime, today: date, secrets: Secrets, country: str
) -> bool:
    form = session.get_one(PaperForm, form_id, with_for_update=True)
    pending = session.get(PendingEntry, form_id)
    if pending is None:  # a colleague was faster
        return False
    batch = session.get_one(PaperBatch, form.batch_id)
    entry = read_entry(secrets.decrypt(pending.answers), batch.lang, country)
    if entry.received_on > today - timedelta(days=WAITS_DAYS):
        return False
    dated = replace(entry, received_on=max(entry.received_on, today - timedelta(days=LATE_DAYS)))
    typist = Act(Scope(pending.entered_by, {}, is_administrator=False), now, today)
    service = session.get_one(Service, batch.service_id)
    store_entry(
        session, typist, service, dated, token=secrets.paper_token(form_id), secrets=secrets,
        seen_by={batch.printed_by},
    )  # fmt: skip
    form.entered_on = today
    session.delete(pending)
    return True
