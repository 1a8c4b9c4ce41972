"""How a service of Marlow decides together with others: next steps, invitations, co-decisions.

Planned with the history, so that what happens to cases stands among their events; stored after it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.demo.records import SubmissionRecord
from portal.domain.loop import Actor, Event, EventKind
from portal.models.partners import (
    Attestation,
    CoDecision,
    CoDecisionCase,
    CoDecisionText,
    Invitation,
    NextStep,
    NextStepText,
    Partner,
    PartnerContact,
    Signature,
)
from portal.store.record_hash import hash_record
from portal.store.secrets import Secrets, new_token, sha256

_MEETS_EVERY = timedelta(days=91)
_NEXT_MEETING = timedelta(days=33)
_WRITTEN_BEFORE = timedelta(days=10)  # the record was begun before the decision
_SIGNED_AFTER = timedelta(days=8)
_LINKED = 6  # cases of each co-decision
_ATTESTING = 9
_UNFAIR = 1  # of those who attest
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Together:
    """One co-decision: its text, its day, the cases that it came from and who attests to it."""

    content: Mapping[str, Any]
    decided_on: date
    linked: Sequence[SubmissionRecord]
    attestations: Sequence[tuple[SubmissionRecord, date, bool]]  # who, when, is it fair

    @property
    def signed_on(self) -> date:
        """When the partner signed."""
        return self.decided_on + _SIGNED_AFTER


@cache
def load_partnership() -> dict[str, Any]:
    """Texts of the next step and of the co-decisions, in six languages."""
    path = Path(__file__).parent / "data" / "partnership.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def plan_partnership(
    random: Random, submissions: Iterable[SubmissionRecord], today: date
) -> list[Together]:
    """Invite whoever was told, on that day, and let some attest; adds to the records' events."""
    told = [
        (record, on)
        for record in submissions
        if not record.is_joined and (on := told_on(record)) is not None
    ]
    for record, on in told:
        _happen(record, EventKind.INVITED, on, Actor.SYSTEM)
    return [_decide(random, told, content, today) for content in load_partnership()["co_decisions"]]


def told_on(record: SubmissionRecord) -> date | None:
    """The day on which the resident was told."""
    return next((event.on for event, _ in record.events if event.kind is EventKind.TOLD), None)


def _decide(
    random: Random,
    told: Sequence[tuple[SubmissionRecord, date]],
    content: Mapping[str, Any],
    today: date,
) -> Together:
    decided_on = today - timedelta(days=content["decided_days_ago"])
    # One case of each person: of several that one person has, their latest word counts.
    invited = {
        record.person_key: record
        for record, on in told
        if record.theme == content["theme"] and on <= decided_on - _WRITTEN_BEFORE
    }
    people = list(invited.values())
    attestations = []
    for place, record in enumerate(random.sample(people, min(_ATTESTING, len(people)))):
        on = decided_on + _SIGNED_AFTER + timedelta(days=random.randint(1, 14))
        _happen(record, EventKind.ATTESTED, on, Actor.RESIDENT)
        attestations.append((record, on, place >= _UNFAIR))
    return Together(content, decided_on, people[-_LINKED:], attestations)


def _happen(record: SubmissionRecord, kind: EventKind, on: date, actor: Actor) -> None:
    record.events.append((Event(kind=kind, on=on, actor=actor), None))
    record.events.sort(key=lambda pair: pair[0].on)


@dataclass(frozen=True)
class PartnershipRecorder:
    """Stores what was planned for one service. `moment` is an hour of a day of the city."""

    session: Session
    service_id: int
    theme_ids: Sequence[int]
    author_id: int
    colleague_id: int  # who has the partner sign what the author wrote
    secrets: Secrets
    moment: Callable[[date, int], datetime]
    today: date

    def record(
        self, planned: Sequence[Together], cases: Sequence[tuple[int, SubmissionRecord]]
    ) -> None:
        """`cases` are the stored ones with their ids."""
        ids = {id(record): number for number, record in cases}
        self._invite(cases)
        for together in planned:
            self._decide(together, ids)

    def _invite(self, cases: Sequence[tuple[int, SubmissionRecord]]) -> None:
        """To the meeting that was the next one when they were told."""
        steps: dict[tuple[int, date], int] = {}
        rows: list[dict[str, object]] = []
        for number, record in cases:
            on = told_on(record)
            if on is None or record.theme is None:
                continue
            place = (record.theme, self._meeting_after(on))
            if place not in steps:
                steps[place] = self._name_step(*place)
            rows.append(
                {
                    "next_step_id": steps[place],
                    "submission_id": number,
                    "lang": record.lang,
                    "invited_at": self.moment(on, 22),
                    "invited_on": on,
                }
            )
        self.session.execute(insert(Invitation), rows)

    def _meeting_after(self, day: date) -> date:
        newest = self.today + _NEXT_MEETING
        return newest - _MEETS_EVERY * ((newest - day) // _MEETS_EVERY)

    def _name_step(self, theme: int, happens_on: date) -> int:
        named_at = self.moment(happens_on - _MEETS_EVERY + _DAY, 9)
        step = NextStep(
            theme_id=self.theme_ids[theme],
            happens_on=happens_on,
            author_id=self.author_id,
            created_at=named_at,
        )
        self.session.add(step)
        self.session.flush()
        texts = load_partnership()["step"]
        for lang, what in texts["what"].items():
            self.session.add(
                NextStepText(
                    next_step_id=step.id,
                    lang=lang,
                    what=what,
                    place=texts["place"][lang],
                    author_id=self.author_id,
                    updated_at=named_at,
                )
            )
        return step.id

    def _decide(self, together: Together, ids: Mapping[int, int]) -> None:
        begun_on = together.decided_on - _WRITTEN_BEFORE
        partner = Partner(
            name=together.content["partner"],
            is_external=True,
            author_id=self.author_id,
            created_at=self.moment(begun_on, 9),
        )
        self.session.add(partner)
        self.session.flush()
        self._name_mailbox(partner.id, together.content["email"])
        decision = CoDecision(
            service_id=self.service_id,
            theme_id=self.theme_ids[together.content["theme"]],
            partner_id=partner.id,
            source_lang="en",
            decided_on=together.decided_on,
            completed_on=together.decided_on,
            author_id=self.author_id,
            created_at=self.moment(begun_on, 10),
            created_on=begun_on,
        )
        self.session.add(decision)
        self.session.flush()
        self._write(together, decision.id)
        for record in together.linked:
            self.session.add(
                CoDecisionCase(
                    co_decision_id=decision.id,
                    submission_id=ids[id(record)],
                    person_id=self.author_id,
                    added_on=together.decided_on,
                )
            )
        self.session.flush()
        self._sign(together, decision)
        for record, on, is_fair in together.attestations:
            self.session.add(
                Attestation(
                    co_decision_id=decision.id,
                    submission_id=ids[id(record)],
                    actor=Actor.RESIDENT.value,
                    is_fair=is_fair,
                    attested_at=self.moment(on, 22),
                    attested_on=on,
                )
            )
        self.session.flush()

    def _name_mailbox(self, partner_id: int, email: str) -> None:
        self.session.add(
            PartnerContact(
                partner_id=partner_id,
                email_encrypted=self.secrets.encrypt(email),
                email_hash=self.secrets.email_hash(email),
                lang="en",
                set_by=self.colleague_id,
                set_at=self.moment(self.today - _DAY, 9),
            )
        )

    def _write(self, together: Together, decision_id: int) -> None:
        for lang, (proposed, decided, changed) in together.content["record"].items():
            self.session.add(
                CoDecisionText(
                    co_decision_id=decision_id,
                    lang=lang,
                    proposed=proposed,
                    decided=decided,
                    changed=changed,
                    author_id=self.author_id,
                    updated_at=self.moment(together.decided_on, 15),
                )
            )

    def _sign(self, together: Together, decision: CoDecision) -> None:
        name, role = together.content["signer"]
        made_at = self.moment(together.decided_on, 16)
        self.session.add(
            Signature(
                co_decision_id=decision.id,
                token_hash=sha256(new_token()),
                person_id=self.colleague_id,
                is_mailed=True,
                made_at=made_at,
                expires_at=made_at + timedelta(days=14),
                signed_at=self.moment(together.signed_on, 14),
                signed_on=together.signed_on,
                signer_name=name,
                signer_role=role,
                record_hash=hash_record(self.session, decision),
            )
        )
