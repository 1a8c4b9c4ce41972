"""Printing forms, and typing in what came on paper, by phone, at a counter or by letter."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.data import INSTRUMENT_ID
from portal.domain.doors import TYPED_TWICE
from portal.models.base import MAX_ID
from portal.models.doors import EntryCheck, PaperBatch, PaperForm, PendingEntry
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.respond.act import Act
from portal.respond.scoped import get_service
from portal.store import audit
from portal.store.personal_data import find_personal_data
from portal.store.ratings import QUESTIONS, Answers, Result, Sent, send_rating
from portal.store.scope import NotAllowed
from portal.store.secrets import Secrets, sha256


class AlreadyEntered(Exception):
    """This form was typed in before; its answers are stored and stay as they are."""


class OwnEntry(Exception):
    """The same person may not type a form of the sample a second time."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What somebody said, as staff typed it; `received_on` is when it reached the city."""

    lang: str
    channel: str
    received_on: date
    answers: Answers


@dataclass(frozen=True)
class Differs:
    """The second typing is not the first: (field, first, second) where they differ."""

    fields: tuple[tuple[str, object, object], ...]


def print_forms(
    session: Session, act: Act, *, service_id: int, lang: str, paper: str, forms: int
) -> int:
    """Number so many forms of a service; returns the batch."""
    get_service(session, act.scope, service_id)
    batch = PaperBatch(
        service_id=service_id,
        lang=lang,
        paper=paper,
        forms=forms,
        printed_by=act.person_id,
        printed_at=act.now,
        printed_on=act.today,
    )
    session.add(batch)
    session.flush()
    session.add_all(PaperForm(batch_id=batch.id) for _ in range(forms))
    audit.record(
        session,
        at=act.now,
        person_id=act.person_id,
        action="forms_printed",
        subject="service",
        subject_id=service_id,
        forms=forms,
        lang=lang,
    )
    return batch.id


def take_down(
    session: Session, act: Act, *, service_id: int, entry: Entry, token: str, secrets: Secrets
) -> Result:
    """Store what somebody said on the phone, at a counter or in a letter; once per token."""
    service = get_service(session, act.scope, service_id)
    return store_entry(session, act, service, entry, token=token, secrets=secrets)


def type_in(
    session: Session,
    act: Act,
    *,
    form_id: int,
    entry: Entry,
    secrets: Secrets,
    is_decided: bool = False,
) -> Differs | None:
    """Store a paper form, or keep it until a colleague has typed it too (one in ten).

    Where the two typings differ nothing is stored: returns how. `is_decided` says that the second
    person has looked at the paper again; then theirs counts. Raises AlreadyEntered and OwnEntry.
    """
    form, service = get_paper_form(session, act, form_id, lock=True)
    if form.entered_on is not None:
        raise AlreadyEntered
    pending = session.get(PendingEntry, form_id)
    if pending is None and secrets.is_typed_twice(form_id, TYPED_TWICE):
        kept = secrets.encrypt(_written(entry))
        session.add(
            PendingEntry(
                form_id=form_id, entered_by=act.person_id, entered_at=act.now, answers=kept
            )
        )
        return None
    if pending is not None:
        differs = _compare(act, pending, entry, secrets)
        if differs.fields and not is_decided:
            return differs
        _keep_check(session, act, pending, len(differs.fields))
    seen_by = {session.get_one(PaperBatch, form.batch_id).printed_by}
    if pending is not None:
        seen_by.add(pending.entered_by)
    store_entry(
        session, act, service, entry, token=secrets.paper_token(form_id), secrets=secrets,
        seen_by=seen_by,
    )  # fmt: skip
    form.entered_on = act.today
    return None


def is_waiting(session: Session, form_id: int) -> bool:
    """Whether the form is to be typed by a second person."""
    return session.get(PendingEntry, form_id) is not None


def get_paper_form(
    session: Session, act: Act, form_id: int, *, lock: bool = False
) -> tuple[PaperForm, Service]:
    """A printed form and its service. Raises NotAllowed when it is another department's."""
    query = select(PaperForm).where(PaperForm.id == min(form_id, MAX_ID))
    form = session.scalar(query.with_for_update() if lock else query)
    if form is None:
        raise NotAllowed
    batch = session.get_one(PaperBatch, form.batch_id)
    return form, get_service(session, act.scope, batch.service_id)


def store_entry(
    session: Session,
    act: Act,
    service: Service,
    entry: Entry,
    *,
    token: str,
    secrets: Secrets,
    seen_by: Collection[int] = (),
) -> Result:
    """As the form on the web does; no person behind it is known twice, so each counts as one.

    `seen_by` are others who have seen the receipt. Where it is a case they are written down, as
    they may not decide whether its receipt takes it back.
    """
    days_ago = act.today - entry.received_on
    sent = Sent(
        service_id=service.id,
        slug=service.slug,
        lang=entry.lang,
        instrument=INSTRUMENT_ID,
        token=token,
        answers=entry.answers,
        identity=f"entry:{token}",
        channel=entry.channel,
        # Who filled in a printed form tore its receipt off; everybody else gets theirs now.
        acknowledged_on=None if entry.channel == "paper" else act.today,
    )
    result = send_rating(
        session,
        sent=sent,
        bounds=(),  # people type, and their names stand in the audit trail
        secrets=secrets,
        now=act.now - timedelta(days=days_ago.days),
        on=entry.received_on,
    )
    number = None
    if entry.answers.is_case:
        number = session.scalar(select(Submission.id).where(Submission.token_hash == sha256(token)))
    others = {} if number is None else {"case": number, "seen_by": sorted(seen_by)}
    audit.record(
        session, at=act.now, person_id=act.person_id, action="entered", subject="service",
        subject_id=service.id, channel=entry.channel, result=result.value, **others,
    )  # fmt: skip
    return result


def _said(entry: Entry) -> dict[str, object]:
    """What two typings are compared by, field by field."""
    said = asdict(entry.answers)
    del said["has_personal_data"]
    questions = said.pop("q")
    every = {f"q{number}": questions.get(f"q{number}") for number in range(7)}
    return {**every, **said, "received_on": entry.received_on.isoformat()}


def _written(entry: Entry) -> str:
    return json.dumps(_said(entry), ensure_ascii=False)


def read_entry(written: str, lang: str, country: str) -> Entry:
    """The first typing of a printed form, as it is kept."""
    said = json.loads(written)
    arrived = date.fromisoformat(said.pop("received_on"))
    asked = {name: said.pop(name) for name in QUESTIONS}
    words = said["comment"]
    answers = Answers(
        q={name: answer for name, answer in asked.items() if answer is not None},
        has_personal_data=bool(words and find_personal_data(words, country)),
        **said,
    )
    return Entry(lang=lang, channel="paper", received_on=arrived, answers=answers)


def _compare(act: Act, pending: PendingEntry, entry: Entry, secrets: Secrets) -> Differs:
    if pending.entered_by == act.person_id:
        raise OwnEntry
    first, second = json.loads(secrets.decrypt(pending.answers)), _said(entry)
    return Differs(
        tuple((name, first[name], second[name]) for name in second if first[name] != second[name])
    )


def _keep_check(session: Session, act: Act, pending: PendingEntry, differences: int) -> None:
    fields = 7 + 6 + 1  # the questions, what else there is to answer, and the day
    session.add(
        EntryCheck(
            form_id=pending.form_id,
            first_by=pending.entered_by,
            second_by=act.person_id,
            checked_on=act.today,
            fields=fields,
            differences=differences,
        )
    )
    session.delete(pending)
