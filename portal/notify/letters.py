"""What is mailed to whom: decided in the database just before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.operations import Outbox
from portal.models.partners import NextStep
from portal.models.responses import Response
from portal.models.services import ServiceText
from portal.models.submissions import Contact, Submission
from portal.notify.cases import is_mailable
from portal.settings import Settings
from portal.store import throttle
from portal.store.coverage import is_superseded, list_texts, told_languages
from portal.store.next_steps import find_open_step
from portal.store.secrets import Secrets, sha256
from portal.store.texts import in_language

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
DOMAIN_HOURLY_LIMIT = 300  # confirmation mails an hour to addresses of one domain
SILENCE = timedelta(days=30)  # no new confirmation mail after somebody unsubscribed


@dataclass(frozen=True)
class Letter:
    """One mail to one resident, before it is put into words."""

    to: str
    lang: str
    template: str  # notify/<template>.txt and .html
    context: dict[str, Any]
    key: str  # of the outbox: the Message-ID is made of it
    stop_link: str


@dataclass(frozen=True)
class Nothing:
    """No mail: why, and what becomes of the request."""

    why: str
    is_final: bool = True
    again_at: datetime | None = None


@dataclass(frozen=True)
class Desk:
    """What letters are made with."""

    secrets: Secrets
    settings: Settings

    def day(self, moment: datetime) -> date:
        """The city's day."""
        return moment.astimezone(self.settings.zone).date()

    def link(self, lang: str, path: str) -> str:
        """The public address of a page of ours."""
        tag = lang if lang in self.settings.languages else self.settings.default_language
        return f"{self.settings.base_url.rstrip('/')}/{tag}/{path}"


def prepare_confirmation(
    session: Session, *, now: datetime, desk: Desk, job_id: int
) -> Letter | Nothing:
    """The mail that asks whether an address is right: one per address a day (SECURITY.md T8).

    It holds nothing that a stranger could have written.
    """
    job = session.get_one(Outbox, job_id)
    contact = _lock_contact(session, job.submission_id)
    if contact is None or contact.email_encrypted is None or contact.email_hash is None:
        return Nothing("no address any more")
    if contact.confirmed_at or contact.unsubscribed_at or contact.bounced_at:
        return Nothing("decided already")
    email = desk.secrets.decrypt(contact.email_encrypted)
    refusal = _refuse_flood(session, now, desk, job, email)
    if refusal is not None:
        return refusal
    submission = session.get_one(Submission, contact.submission_id)
    link = _mail_link(desk, contact, submission.lang)
    context = {
        "service": _service_name(session, desk, submission.service_id, submission.lang),
        "received_on": submission.received_on,
        "link": link,
    }
    stop = f"{link}unsubscribe"
    return Letter(email, submission.lang, "mail_confirm", context, job.dedupe_key, stop)


def _refuse_flood(
    session: Session, now: datetime, desk: Desk, job: Outbox, email: str
) -> Nothing | None:
    """Count the mail once, however often it is tried; None where it may go."""
    email_hash = desk.secrets.email_hash(email)
    if job.detail.get("is_counted"):
        return None
    silenced = session.scalar(
        select(
            exists().where(
                Contact.email_hash == email_hash, Contact.unsubscribed_at > now - SILENCE
            )
        )
    )
    if silenced:
        return Nothing("unsubscribed")
    domain = desk.secrets.email_hash(email.rpartition("@")[2])
    sent = throttle.get_count(session, scope="confirm-domain", key=domain, now=now, length=HOUR)
    if sent >= DOMAIN_HOURLY_LIMIT:
        again_at = throttle.window_start(now, HOUR) + HOUR
        return Nothing("enough for this domain", is_final=False, again_at=again_at)
    count = throttle.count_one(
        session, scope="confirm-address", key=email_hash, now=now, length=DAY
    )
    if count > 1:
        return Nothing("asked today already")
    throttle.count_one(session, scope="confirm-domain", key=domain, now=now, length=HOUR)
    job.detail = {**job.detail, "is_counted": True}
    return None


def prepare_telling(
    session: Session, *, now: datetime, desk: Desk, job_id: int
) -> Letter | Nothing | None:
    """The mail that tells a resident; None where told rests on the receipt's page instead."""
    job = session.get_one(Outbox, job_id)
    row = session.get(LoopRow, job.submission_id)
    response = session.get(Response, job.response_id)
    if row is None or response is None or row.excluded or row.withdrawn_on:
        return Nothing("not to be told", is_final=False)
    if is_superseded(session, response.id):
        return Nothing("a later response tells", is_final=False)
    texts = list_texts(session, response.id)
    if row.lang not in told_languages(texts, response.source_lang):
        return Nothing("not reviewed", is_final=False, again_at=now + HOUR)
    contact = _lock_contact(session, job.submission_id)
    if contact is None or not is_mailable(contact) or contact.email_encrypted is None:
        return None
    link = _mail_link(desk, contact, row.lang)
    step = find_open_step(session, theme_id=response.theme_id, case=row, today=desk.day(now))
    # Telling it, once the mail is accepted, counts as inviting to this very step.
    job.detail = {**job.detail, "next_step_id": step.id if step else None}
    context = {
        "service": _service_name(session, desk, row.service_id, row.lang),
        "step": step,
        "text": texts[row.lang],
        "outcome": response.outcome,
        "due_on": response.due_on,
        "done_on": response.done_on,
        "receipt_link": desk.link(row.lang, "receipts/"),
        "link": link,
    }
    email = desk.secrets.decrypt(contact.email_encrypted)
    return Letter(email, row.lang, "mail_tell", context, job.dedupe_key, f"{link}unsubscribe")


def prepare_invitation(
    session: Session, *, now: datetime, desk: Desk, job_id: int
) -> Letter | Nothing | None:
    """The mail that invites somebody who was told before the next step had a name.

    None where the invitation rests on the receipt's page instead.
    """
    job = session.get_one(Outbox, job_id)
    row = session.get(LoopRow, job.submission_id)
    named = session.get(NextStep, job.detail.get("next_step_id"))
    if row is None or named is None or row.excluded or row.withdrawn_on:
        return Nothing("not to be invited", is_final=False)
    step = find_open_step(session, theme_id=named.theme_id, case=row, today=desk.day(now))
    if step is None or step.id != named.id:
        return Nothing("over, or invited already", is_final=False)
    contact = _lock_contact(session, job.submission_id)
    if contact is None or not is_mailable(contact) or contact.email_encrypted is None:
        return None
    link = _mail_link(desk, contact, row.lang)
    context = {
        "service": _service_name(session, desk, row.service_id, row.lang),
        "step": step,
        "receipt_link": desk.link(row.lang, "receipts/"),
        "link": link,
    }
    email = desk.secrets.decrypt(contact.email_encrypted)
    return Letter(email, row.lang, "mail_invite", context, job.dedupe_key, f"{link}unsubscribe")


def _lock_contact(session: Session, submission_id: int | None) -> Contact | None:
    return session.scalar(
        select(Contact).where(Contact.submission_id == submission_id).with_for_update()
    )


def _mail_link(desk: Desk, contact: Contact, lang: str) -> str:
    token = desk.secrets.mail_token(contact.submission_id)
    contact.token_hash = sha256(token)
    return desk.link(lang, f"mail/{token}/")


def _service_name(session: Session, desk: Desk, service_id: int, lang: str) -> str:
    rows = session.execute(
        select(ServiceText.lang, ServiceText.name).where(ServiceText.service_id == service_id)
    )
    found = in_language({row[0]: row[1] for row in rows}, lang, desk.settings.languages)
    return found.text if found else ""
