"""Deliveries that failed after the mail server had accepted them: `told` stays honest.

METHOD.md counts as told what was delivered and not bounced. What bounces has told nobody, so that
is undone by an event of its own; and since the resident can be reached by mail no more, they are
told on the receipt's page from the day on which the city learned it (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.domain.loop import Actor, Event, EventKind
from portal.models.loops import LoopEvent, LoopRow
from portal.models.running import Outbox
from portal.models.submissions import Contact
from portal.notify.bringing import is_copy
from portal.notify.cases import lock_case
from portal.notify.mailboxes import read_mailbox
from portal.notify.news import drop_refused
from portal.notify.reports import Report, read_report
from portal.settings import Settings
from portal.store.clock import Clock
from portal.store.contacts import ask_anew
from portal.store.coverage import DELIVERIES
from portal.store.engine import Store
from portal.store.loops import Links, append_event, has_reacted, list_events
from portal.store.partner_links import end_returned
from portal.store.secrets import Secrets


def read_reports(store: Store, clock: Clock, secrets: Secrets, settings: Settings) -> int:
    """Read the mailbox of reports, if there is one; returns how many messages were new."""
    if not settings.bounce_mailbox:
        return 0

    def take(raw: bytes) -> bool:
        report = read_report(raw)
        outbox_id = _find_ours(secrets, report) if report else None
        if report is None or outbox_id is None:
            return False
        if report.status:
            store.write(
                record_bounce, now=clock.now(), today=clock.today(), outbox_id=outbox_id,
                report=report,
            )  # fmt: skip
        return True  # also that a mail is late: it may hold the letter, and its link

    return read_mailbox(settings.bounce_mailbox, take)


def _find_ours(secrets: Secrets, report: Report) -> int | None:
    ids = (secrets.read_mail_reference(reference) for reference in report.references)
    return next((outbox_id for outbox_id in ids if outbox_id is not None), None)


def record_bounce(
    session: Session, *, now: datetime, today: date, outbox_id: int, report: Report
) -> None:
    """A mail did not arrive: that is noted, the contact marked, and who was told was not told.

    The same report twice changes nothing the second time.
    """
    job = session.get(Outbox, outbox_id, with_for_update=True)
    if job is None or "bounced" in job.detail:
        return
    if report.is_about_address:
        drop_refused(session, job_id=job.id)
    job.detail = {**job.detail, "bounced": report.status}
    job.last_error = f"bounced: {report.status}"
    if job.kind == "partner_link":
        end_returned(session, job.detail["co_decision_id"], now=now, key=job.dedupe_key)
    if job.submission_id is None:
        return
    mark_bounced(session, now, job.submission_id, is_gone=report.is_about_address)
    row = lock_case(session, job.submission_id)
    is_telling = job.kind == "tell" and not is_copy(job)
    if is_telling and row is not None and job.response_id is not None:
        _undo_told(session, now=now, today=today, row=row, response_id=job.response_id)


def mark_bounced(session: Session, now: datetime, submission_id: int, *, is_gone: bool) -> None:
    """Write no more to this contact; nor to others with its address, where there is none such.

    Where there is one, a question that came back may have stood for the others.
    """
    contact = session.get(Contact, submission_id)
    if contact is None:
        return
    is_same = Contact.submission_id == submission_id
    if is_gone and contact.email_hash is not None:
        is_same = Contact.email_hash == contact.email_hash
    session.execute(
        update(Contact).where(is_same, Contact.bounced_at.is_(None)).values(bounced_at=now)
    )
    if not is_gone and contact.confirmed_at is None and contact.email_hash is not None:
        ask_anew(session, [contact.email_hash], now=now)


def _undo_told(
    session: Session, *, now: datetime, today: date, row: LoopRow, response_id: int
) -> None:
    """Undo the delivery where the facts rest on it, and tell on the receipt's page instead.

    What the resident has reacted to has arrived, whatever a report says.
    """
    events = list_events(session, row.submission_id)
    if has_reacted(events) or _find_decisive(events) != response_id:
        return
    lang, links = row.lang, Links(response_id=response_id)
    kind = EventKind.TOLD if row.disputed_on is None else EventKind.RETOLD
    for event in (
        Event(kind=EventKind.BOUNCED, on=today, actor=Actor.SYSTEM),
        Event(kind=kind, on=today, actor=Actor.SYSTEM, lang=lang),
    ):
        append_event(session, row.submission_id, event, at=now, links=links)


def _find_decisive(events: Sequence[LoopEvent]) -> int | None:
    """The response whose delivery the facts rest on: the first one since the last dispute."""
    decisive: int | None = None
    for event in events:
        if event.kind in {EventKind.DISPUTED, EventKind.BOUNCED}:
            decisive = None
        elif event.kind in DELIVERIES and decisive is None:
            decisive = event.response_id
    return decisive
