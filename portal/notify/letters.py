"""What is mailed to whom: decided in the database just before it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.loop import Kind
from portal.models.loops import LoopRow
from portal.models.partners import NextStep
from portal.models.responses import Response
from portal.models.running import Outbox
from portal.models.services import Service
from portal.models.submissions import Contact, Submission
from portal.notify.bringing import is_copy
from portal.notify.caps import refuse_letter, refuse_question
from portal.notify.reminding import is_silent
from portal.notify.stationery import Letter, Nothing, Stationery
from portal.store.contacts import has_question_out, is_mailable
from portal.store.coverage import is_superseded, list_texts, told_languages
from portal.store.next_steps import OpenStep, list_open_steps, show_step
from portal.store.secrets import sha256
from portal.store.service_names import get_service_name

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ANSWER_TIME = timedelta(days=30)  # METHOD.md, L3.1


@dataclass(frozen=True)
class _Reader:
    """A resident whom mail may reach, and what every letter to them holds."""

    email: str
    lang: str
    reference: str
    context: Mapping[str, Any]

    def letter(self, template: str, context: Mapping[str, Any]) -> Letter:
        """The letter, with a link that stops all mail."""
        stop = f"{self.context['link']}unsubscribe"
        both = {**self.context, **context}
        return Letter(self.email, self.lang, template, both, self.reference, stop)


def prepare_confirmation(
    session: Session, *, now: datetime, stationery: Stationery, job_id: int
) -> Letter | Nothing:
    """The mail that asks whether an address is right: one per address a day (SECURITY.md T8).

    It also acknowledges the message, at once, and says by when it is to be answered. It holds
    nothing that a stranger could have written.
    """
    job = session.get_one(Outbox, job_id)
    contact = _lock_contact(session, job.submission_id)
    if contact is None or contact.email_encrypted is None or contact.email_hash is None:
        return Nothing("no address any more")
    if contact.confirmed_at or contact.unsubscribed_at or contact.bounced_at:
        return Nothing("decided already")
    email = stationery.secrets.decrypt(contact.email_encrypted)
    refusal = refuse_question(
        session, now=now, stationery=stationery, job=job, email=email,
        is_covered=partial(has_question_out, session, contact.email_hash),
    )  # fmt: skip
    if refusal is not None:
        return refusal
    submission = session.get_one(Submission, contact.submission_id)
    reader = _open_links(
        session, stationery=stationery, job=job, contact=contact, email=email, about=submission
    )
    row = session.get(LoopRow, submission.id)
    is_waiting = row is not None and row.told_on is None and row.excluded is None
    context = {
        "received_on": submission.received_on,
        "answer_by": _answer_by(submission) if is_waiting else None,
        "meant_by": _meant_by(row, stationery.day(now)) if is_waiting else None,
    }
    return reader.letter("mail_confirm", context)


def _answer_by(submission: Submission) -> date | None:
    """The day by which the resident should have been told; None where nobody has to be."""
    if not submission.is_case or submission.kind == Kind.PRAISE:
        return None
    return submission.received_on + ANSWER_TIME


def _meant_by(row: LoopRow | None, today: date) -> date | None:
    """The day by which the city means to answer; None where it has set none, or it has passed."""
    meant = row.target_on if row is not None else None
    return meant if meant is not None and meant >= today else None


def prepare_telling(
    session: Session, *, now: datetime, stationery: Stationery, job_id: int
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
    steps = list_open_steps(
        session, theme_id=response.theme_id, case=row, today=stationery.day(now),
        is_invited=is_copy(job),
    )  # fmt: skip
    _note_steps(job, steps)
    reader = _find_reader(session, now=now, stationery=stationery, job=job, row=row)
    if not isinstance(reader, _Reader):
        return reader
    context = {
        "steps": steps,
        "text": texts[row.lang],
        "outcome": response.outcome,
        "due_on": response.due_on,
        "done_on": response.done_on,
    }
    return reader.letter("mail_tell", context)


def _note_steps(job: Outbox, steps: Sequence[OpenStep]) -> None:
    """Once the mail is accepted, or rests on the receipt's page, it has invited to these very ones.

    That holds for this try: what an earlier one noted may be over by now.
    """
    job.detail = {**job.detail, "next_step_ids": [step.id for step in steps]}


def prepare_invitation(
    session: Session, *, now: datetime, stationery: Stationery, job_id: int
) -> Letter | Nothing | None:
    """The mail that invites somebody who was told before the next step had a name.

    It names every other one to which they were not invited yet, too. None where the invitation
    rests on the receipt's page instead.
    """
    job = session.get_one(Outbox, job_id)
    row = session.get(LoopRow, job.submission_id)
    named = session.get(NextStep, job.detail.get("next_step_id"))
    if row is None or named is None or row.excluded or row.withdrawn_on:
        return Nothing("not to be invited", is_final=False)
    _lock_contact(session, job.submission_id)
    # Asked first: once another mail is done, what it named is known as invited to.
    if _is_named_elsewhere(session, now, job, named.id):
        return Nothing("another invitation names it", is_final=False, again_at=now + MINUTE)
    steps = list_open_steps(session, theme_id=named.theme_id, case=row, today=stationery.day(now))
    if named.id not in {step.id for step in steps}:
        return Nothing("over, or invited already", is_final=False)
    _note_steps(job, steps)
    reader = _find_reader(session, now=now, stationery=stationery, job=job, row=row)
    if not isinstance(reader, _Reader):
        return reader
    return reader.letter("mail_invite", {"steps": steps})


def _is_named_elsewhere(session: Session, now: datetime, job: Outbox, step_id: int) -> bool:
    """Whether another invitation to the same resident that is on its way names this step too."""
    others = session.scalars(
        select(Outbox).where(
            Outbox.submission_id == job.submission_id,
            Outbox.kind == job.kind,
            Outbox.id != job.id,
            Outbox.done_at.is_(None),
            Outbox.dead_at.is_(None),
            (Outbox.locked_until >= now) | Outbox.detail["is_sent"].as_boolean(),
        )
    )
    return any(step_id in one.detail.get("next_step_ids", ()) for one in others)


def prepare_calling_off(
    session: Session, *, now: datetime, stationery: Stationery, job_id: int
) -> Letter | Nothing:
    """The mail that says that what somebody was invited to does not take place, and why."""
    job = session.get_one(Outbox, job_id)
    row = session.get(LoopRow, job.submission_id)
    step = session.get_one(NextStep, job.detail["next_step_id"])
    if row is None or row.withdrawn_on or step.happens_on < stationery.day(now):
        return Nothing("not to be told any more")
    reader = _find_reader(session, now=now, stationery=stationery, job=job, row=row)
    if not isinstance(reader, _Reader):
        return reader or Nothing("no address any more")
    shown = show_step(session, step, row.lang, stationery.settings.languages)
    return reader.letter("mail_call_off", {"step": shown})


def prepare_second_question(
    session: Session, *, now: datetime, stationery: Stationery, job_id: int
) -> Letter | Nothing:
    """The mail that asks once more whether the answer helps; never a second one."""
    job = session.get_one(Outbox, job_id)
    row = session.get(LoopRow, job.submission_id)
    if row is None or not is_silent(row):
        return Nothing("not to be reminded any more")
    reader = _find_reader(session, now=now, stationery=stationery, job=job, row=row)
    if not isinstance(reader, _Reader):
        return reader or Nothing("no address any more")
    return reader.letter("mail_remind", {"told_on": row.told_on})


def prepare_acknowledgement(
    session: Session, *, now: datetime, stationery: Stationery, job_id: int
) -> Letter | Nothing:
    """The mail that says what happens next, once the address is known to be right."""
    job = session.get_one(Outbox, job_id)
    row = session.get(LoopRow, job.submission_id)
    if row is None or row.told_on or row.excluded or row.withdrawn_on:
        return Nothing("nothing to acknowledge any more")
    reader = _find_reader(session, now=now, stationery=stationery, job=job, row=row)
    if not isinstance(reader, _Reader):
        return reader or Nothing("no address any more")
    context = {
        "received_on": row.received_on,
        "due_on": row.received_on + ANSWER_TIME,
        "is_late": row.received_on + ANSWER_TIME < stationery.day(now),
        "meant_by": _meant_by(row, stationery.day(now)),
        "is_praise": row.kind == Kind.PRAISE,
    }
    return reader.letter("mail_acknowledge", context)


def _find_reader(
    session: Session, *, now: datetime, stationery: Stationery, job: Outbox, row: LoopRow
) -> _Reader | Nothing | None:
    """The resident of a case, if mail may go there now; None where there is no such address."""
    contact = _lock_contact(session, job.submission_id)
    if contact is None or not is_mailable(contact) or contact.email_encrypted is None:
        return None
    email = stationery.secrets.decrypt(contact.email_encrypted)
    refusal = refuse_letter(session, now=now, stationery=stationery, job=job, email=email)
    if refusal is not None:
        return refusal
    return _open_links(
        session, stationery=stationery, job=job, contact=contact, email=email, about=row
    )


def _open_links(
    session: Session,
    *,
    stationery: Stationery,
    job: Outbox,
    contact: Contact,
    email: str,
    about: LoopRow | Submission,
) -> _Reader:
    """From now on the links of mail about this message lead somewhere."""
    lang, service_id = about.lang, about.service_id
    token = stationery.secrets.mail_token(contact.submission_id)
    contact.token_hash = sha256(token)
    slug = session.get_one(Service, service_id).slug
    context = {
        "service": get_service_name(session, service_id, slug, lang, stationery.settings.languages),
        "receipt_link": stationery.link(lang, "receipts/"),
        "link": stationery.link(lang, f"mail/{token}/"),
    }
    return _Reader(email, lang, stationery.reference(job.id), context)


def _lock_contact(session: Session, submission_id: int | None) -> Contact | None:
    return session.scalar(
        select(Contact).where(Contact.submission_id == submission_id).with_for_update()
    )
