"""What a receipt shows: the case, what happened to it, and the answers it got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from portal.domain.doors import is_first_hand
from portal.domain.loop import EventKind, Loop
from portal.domain.publication import quarter_of
from portal.domain.second_person import withdraws_at_once
from portal.follow.answers import Reader, list_answers
from portal.follow.together import Judged, list_invited, list_judged
from portal.models.case_work import Redaction
from portal.models.loops import LoopEvent, LoopRow, WithdrawalRequest
from portal.models.remarks import Remark
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.store.comments import list_redactions
from portal.store.coverage import newest_told
from portal.store.integrity.proofs import find_signed_day
from portal.store.invitations import get_next_use
from portal.store.loops import facts_of, list_events
from portal.store.next_steps import ShownStep
from portal.store.remarks import list_remarks, verdict_of
from portal.store.service_names import get_service_name
from portal.store.set_apart import Apart, find_apart
from portal.store.shown_answers import ShownAnswer
from portal.store.texts import InLanguage
from portal.store.verdicts import find_open_to_words, find_verdict
from portal.store.withdrawals import find_withdrawal_request

_RATED = aliased(Service)


@dataclass(frozen=True)
class Proof:
    """What proves that a rating was kept: its commitment, and the signed day that holds it.

    `service` is the short name of the service that was rated, `quarter_on` the first day of the
    quarter whose list holds it once that is over. `comment` is the commitment to the comment; with
    `salt` it can be made again from the words.
    """

    commitment: str
    service: str
    quarter_on: date
    signed_on: date | None
    comment: str | None
    salt: str | None


@dataclass(frozen=True)
class Sent:
    """What was sent, whether it is a case or a rating only. `is_in_use`: its service still is.

    `apart`: why its rating stands apart, where it does.
    """

    submission_id: int
    slug: str
    service: InLanguage[str]
    is_in_use: bool
    lang: str
    channel: str
    q0: int | None
    received_on: date
    apart: Apart | None
    is_verified: bool
    proof: Proof | None


@dataclass(frozen=True)
class Joined:
    """The theme that a resident joined: what its newest answer says that people said."""

    theme_id: int
    lang: str
    said: str
    is_outdated: bool


@dataclass(frozen=True)
class Case(Sent):
    """A case with its loop. `answers` begin with the newest; `free_on` as for invitations.

    `service` is the one that has the case now, `rated` the one that was rated where that is
    another, and `handed_to` names the services on the way by id.
    """

    comment: str | None
    comment_lang: str
    kind: str | None
    loop: Loop
    free_on: date | None
    events: Sequence[LoopEvent] = field(repr=False)
    answers: Sequence[ShownAnswer] = field(repr=False)
    is_joined: bool = False
    joined: Joined | None = None
    invited: Sequence[ShownStep] = ()
    judged: Sequence[Judged] = ()
    redactions: Sequence[Redaction] = ()
    is_redacted: bool = False
    remarks: Sequence[Remark] = ()
    withdrawal: WithdrawalRequest | None = None
    rated: InLanguage[str] | None = None
    handed_to: Mapping[int, InLanguage[str]] = field(default_factory=dict)

    @property
    def is_first_hand(self) -> bool:
        """Whether nobody but the resident has seen this receipt."""
        return is_first_hand(self.channel)

    @property
    def withdraws_at_once(self) -> bool:
        """Whether this receipt alone withdraws the message."""
        return withdraws_at_once(self.channel, self.q0)

    @property
    def is_asked_in_full(self) -> bool:
        """Whether the receipt leads to the full form of its service now."""
        is_told = self.loop.told_on is not None and self.loop.withdrawn_on is None
        is_own = self.is_first_hand and not self.is_joined
        return is_told and is_own and self.is_in_use and self.free_on is None

    @property
    def told_response(self) -> int | None:
        """The newest answer that the resident was told: their verdict is about it."""
        return newest_told(self.events)

    @property
    def _told_at(self) -> int:
        """The place of the answer that was told last; the newest one's before any was."""
        told = self.told_response
        places = (at for at, one in enumerate(self.answers) if one.response_id == told)
        return next(places, 0)

    @property
    def untold(self) -> Sequence[ShownAnswer]:
        """Answers after the one told last: they wait for the resident's language, or their mail."""
        return self.answers[: self._told_at]

    @property
    def answer(self) -> ShownAnswer | None:
        """The answer that the resident judges, which is the one told last, else the newest."""
        return self.answers[self._told_at] if self.answers else None

    @property
    def earlier(self) -> Sequence[ShownAnswer]:
        """The answers before that one."""
        return self.answers[self._told_at + 1 :]

    @property
    def verdict(self) -> str | None:
        """What the resident said to the newest answer."""
        return find_verdict(self.events)

    @property
    def open_verdict(self) -> str | None:
        """What the resident said to the newest answer, where what is missing may be added."""
        said = find_open_to_words(self.events)
        is_closed = self.loop.told_on is None or self.loop.withdrawn_on is not None
        if said is None or is_closed or self.has_words:
            return None
        return verdict_of(said, self.events)

    @property
    def has_words(self) -> bool:
        """Whether it was added."""
        said = find_open_to_words(self.events)
        return said is not None and any(one.event_id == said.id for one in self.remarks)

    def remarks_on(self, response_id: int) -> list[Remark]:
        """What the resident wrote to an answer, as far as it was not taken out."""
        return [one for one in self.remarks if one.response_id == response_id and one.text]


def find_sent(session: Session, receipt_hash: str, reader: Reader) -> Sent | Case | None:
    """What this receipt stands for: a Case, a rating only (Sent), or nothing known."""
    row = session.execute(
        select(
            Submission, Service.slug, LoopRow, Service.id.label("service_id"), Service.is_active,
            _RATED.slug.label("rated_slug"),
        )
        .outerjoin(LoopRow, LoopRow.submission_id == Submission.id)
        .join(Service, Service.id == func.coalesce(LoopRow.service_id, Submission.service_id))
        .join(_RATED, _RATED.id == Submission.service_id)
        .where(Submission.receipt_hash == receipt_hash)
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    sent = _sent(session, row, reader)
    loop_row: LoopRow | None = row[2]
    if loop_row is None:
        return Sent(**sent)
    return Case(**sent, **_case(session, row[0], loop_row, reader))


def _sent(session: Session, row: Row[*tuple[Any, ...]], reader: Reader) -> dict[str, Any]:
    """What every receipt stands for: which service was rated, how and when."""
    submission: Submission = row[0]
    return {
        "submission_id": submission.id,
        "slug": row.slug,
        "service": get_service_name(
            session, row.service_id, row.slug, reader.lang, reader.fallbacks
        ),
        "is_in_use": row.is_active,
        "lang": submission.lang,
        "channel": submission.channel,
        "q0": submission.q0,
        "received_on": submission.received_on,
        "apart": find_apart(session, submission),
        "is_verified": submission.is_verified,
        "proof": _find_proof(session, submission, row.rated_slug),
    }


def _case(session: Session, submission: Submission, row: LoopRow, reader: Reader) -> dict[str, Any]:
    """What a case has beside: words, events, answers, and what was done together."""
    events = list_events(session, submission.id)
    answers = list_answers(session, events, submission, reader)
    return {
        "comment": submission.comment,
        "comment_lang": submission.comment_lang or submission.lang,
        "kind": submission.kind,
        "loop": facts_of(row),
        "free_on": get_next_use(session, submission.id, reader.today),
        "events": events,
        "answers": answers,
        "is_joined": row.is_joined,
        "joined": _joined(submission, answers),
        "redactions": list_redactions(session, submission.id)
        if any(event.kind == EventKind.REDACTED for event in events)
        else (),
        "is_redacted": submission.is_redacted,
        "withdrawal": find_withdrawal_request(session, submission.id),
        "remarks": list_remarks(session, submission.id) if answers else (),
        **_together(session, row, events, reader, may_judge=is_first_hand(submission.channel)),
        **_on_its_way(session, submission, events, reader),
    }


def _on_its_way(
    session: Session, submission: Submission, events: Sequence[LoopEvent], reader: Reader
) -> dict[str, Any]:
    """The services that a case was handed to, and the one that was rated."""
    ids = {event.service_id for event in events if event.service_id is not None}
    if not ids:
        return {}
    names = {
        id_: get_service_name(session, id_, slug, reader.lang, reader.fallbacks)
        for id_, slug in session.execute(
            select(Service.id, Service.slug).where(Service.id.in_(ids | {submission.service_id}))
        )
    }
    return {"handed_to": names, "rated": names[submission.service_id]}


def _together(
    session: Session,
    row: LoopRow,
    events: Sequence[LoopEvent],
    reader: Reader,
    *,
    may_judge: bool,
) -> dict[str, Any]:
    was_invited = any(event.kind == EventKind.INVITED for event in events)
    if not was_invited or row.withdrawn_on is not None:
        return {}
    fallbacks = (row.lang, *reader.fallbacks)
    return {
        "invited": list_invited(session, row.submission_id, reader.lang, fallbacks, reader.today),
        "judged": list_judged(session, row.submission_id, reader.lang, fallbacks)
        if may_judge
        else (),
    }


def _find_proof(session: Session, submission: Submission, service: str) -> Proof | None:
    if submission.commitment is None:
        return None
    return Proof(
        submission.commitment,
        service,
        quarter_of(submission.received_on),
        find_signed_day(session, submission.id),
        submission.comment_commitment,
        submission.comment_salt,
    )


def _joined(submission: Submission, answers: Sequence[ShownAnswer]) -> Joined | None:
    if submission.joined_theme_id is None or not answers:
        return None
    newest = answers[0]
    return Joined(submission.joined_theme_id, newest.lang, newest.you_said, newest.is_outdated)
