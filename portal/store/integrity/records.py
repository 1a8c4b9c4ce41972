"""What enters the signed day files: commitments, and the hashes of records (docs/integrity.md).

Imported history stands apart: others kept it before, and it is dated before it came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, or_, select
from sqlalchemy.orm import Session

from portal.domain.commitments import leaf
from portal.domain.loop import EventKind
from portal.models import Base
from portal.models.loops import LoopEvent
from portal.models.responses import Response, ResponseCorrection, ResponseText
from portal.models.submissions import Submission
from portal.store.wordings import said_parts, wording_of

Entry = tuple[date, str, str]
"""The city's day on which something came in, its entry in a day file, and its table."""


@dataclass(frozen=True)
class Hashing:
    """How records are hashed and dated: the key of their leaves, the city's day of a moment."""

    key: bytes
    city_day: Callable[[datetime], date]


@dataclass(frozen=True)
class Kept:
    """Rows of a table that never change once `day` is set, and what of them is hashed.

    `day` is the column of the city's day, or of the moment that it follows from. The fields keep
    their order for ever. Where `is_later`, the files held no such rows at first. Columns that came
    later are `added`: they are hashed too where there is something in one of them.
    """

    table: str
    day: str
    fields: str
    is_later: bool = False
    added: str = ""

    @property
    def columns(self) -> list[ColumnElement[Any]]:
        """The hashed columns."""
        table = _table(self.table)
        return [table.c[name] for name in (*self.fields.split(), *self.added.split())]

    def hashed(self, values: Sequence[Any]) -> Sequence[Any]:
        """What is hashed of the values of these columns."""
        first = len(self.fields.split())
        return values if any(values[first:]) else values[:first]


# What a resident sent and nobody may change. Comments have commitments of their own, and whether
# a rating counts is decided later and shows in the quarter's list.
ANSWERS = (
    "id service_id instrument lang channel received_at received_on person_key q0 q1 q2 q3 q4 q5 q6"
    " kind wants_answer is_case district age_band is_rating is_verified receipt_hash token_hash"
    " commitment comment_commitment"
)
_STANDING = Kept("standing", "signed_on", "signed_on kept owner digest", is_later=True)
KEPT = (
    _STANDING,
    Kept("seal", "sealed_on", "id sealed_on kept owner digest", is_later=True),
    Kept(
        "loop_event",
        "happened_on",
        "id submission_id kind at happened_on actor person_id lang verdict reason outcome due_on"
        " done_on theme_id response_id service_id",
        added="target_on",
    ),
    Kept("audit_event", "at", "id at person_id action subject subject_id detail"),
    Kept(
        "appraisal",
        "made_at",
        "id service_id quarter_on as_of made_at method thresholds evidence_hash result level raw"
        " flag quarters_flagged awaiting_second_look",
    ),
    Kept(
        "target_change",
        "decided_at",
        "id service_id working_days from_on person_id decided_at",
        is_later=True,
    ),
    Kept("threshold_change", "decided_at", "id from_on raised reason person_id decided_at"),
    Kept(
        "response_correction",
        "corrected_at",
        "id response_id lang you_said we_did why_not reason person_id corrected_at",
        added="links pictures partners",
    ),
    Kept(
        "engage_claim",
        "claimed_at",
        "id service_id quarter_on level person_id claimed_at claimed_on",
        is_later=True,
    ),
    Kept(
        "self_assessment",
        "assessed_at",
        "id service_id dimension level note assessed_by assessed_at assessed_on valid_until",
        is_later=True,
    ),
    Kept("self_assessment", "reviewed_at", "id reviewed_by reviewed_at", is_later=True),
    Kept(
        "signature",
        "signed_at",
        "co_decision_id signed_at signed_on signer_name signer_role record_hash",
        is_later=True,
    ),
    Kept(
        "invitation",
        "invited_at",
        "next_step_id submission_id lang invited_at invited_on",
        is_later=True,
    ),
    Kept(
        "attestation",
        "attested_at",
        "id co_decision_id submission_id actor is_fair attested_at attested_on",
        is_later=True,
    ),
    Kept(
        "redaction",
        "done_at",
        "id submission_id reason pieces kinds requested_by requested_at decided_by done_at",
        is_later=True,
        added="remark_id",
    ),
    Kept(
        "remark",
        "written_at",
        "id submission_id event_id response_id lang written_at token_hash commitment",
        is_later=True,
        added="channel taken_by",
    ),
    Kept("reminder", "chosen_on", "submission_id due_on is_reminded chosen_on", is_later=True),
    Kept(
        "entry_check",
        "checked_on",
        "form_id first_by second_by checked_on fields differences",
        is_later=True,
    ),
    Kept("case_note", "written_at", "id submission_id person_id written_at", is_later=True),
    Kept(
        "paper_batch",
        "printed_at",
        "id service_id lang paper forms printed_by printed_at printed_on",
        is_later=True,
    ),
    Kept("paper_form", "entered_on", "id batch_id entered_on", is_later=True),
    Kept("rating_invitation", "used_on", "submission_id used_on", is_later=True),
    Kept("warning", "raised_on", "id service_id kind subject raised_on", is_later=True),
    Kept(
        "set_apart",
        "found_at",
        "id service_id hour_at cause ratings marked usual shared found_at",
        is_later=True,
        added="is_at_kiosks",
    ),
    Kept(
        "set_apart",
        "decided_at",
        "id reason asked_by asked_at decided_by decided_at",
        is_later=True,
    ),
)
LATER = frozenset(kept.table for kept in KEPT if kept.is_later)
_OUTCOME = (Response.outcome, Response.due_on, Response.done_on, Response.published_on)


def list_entries(session: Session, first: date, last: date, hashing: Hashing) -> Iterator[Entry]:
    """Everything that came in from the first to the last of these days, in no special order."""
    found = (
        *_submissions(session, first, last, hashing.key),
        *_withdrawals(session, first, last),
        *(entry for kept in KEPT for entry in _rows(session, kept, first, last, hashing)),
        *list_texts(session, hashing, since=first),
    )
    return (entry for entry in found if first <= entry[0] <= last)


def find_ratings(session: Session, first: date, last: date) -> dict[str, int]:
    """The submissions that may have come in on these days, by the commitments to their ratings."""
    table = _table("submission")
    statement = select(table.c.commitment, table.c.id).where(
        table.c.commitment.is_not(None), _within(table.c.received_at, first, last)
    )
    return {row.commitment: row.id for row in session.execute(statement)}


def list_texts(session: Session, hashing: Hashing, since: date | None = None) -> Iterator[Entry]:
    """The wordings that ever were published, each with the outcome of its response."""
    for statement in (_wordings(since), _earlier_wordings(since)):
        for *moments, row, outcome, due, done, on in session.execute(statement):
            day = max(hashing.city_day(moment) for moment in moments)
            said = said_parts(wording_of(row))
            values = (row.response_id, row.lang, *said, outcome, due, done, on)
            yield day, leaf(hashing.key, "response_text", values), "response_text"


def leaf_of_standing(key: bytes, row: Mapping[str, Any]) -> str:
    """The entry of a row of `standing` that is about to be kept."""
    return leaf(key, _STANDING.table, [row[name] for name in _STANDING.fields.split()])


def _submissions(session: Session, first: date, last: date, key: bytes) -> Iterator[Entry]:
    table = _table("submission")
    statement = select(
        table.c.received_on,
        table.c.commitment,
        table.c.comment_commitment,
        *(table.c[name] for name in ANSWERS.split()),
    ).where(Submission.import_id.is_(None), _within(table.c.received_at, first, last))
    for day, commitment, comment_commitment, *values in session.execute(statement):
        yield day, leaf(key, "submission", values), "submission"
        for published in (commitment, comment_commitment):
            if published is not None:
                yield day, published, "submission"


def _withdrawals(session: Session, first: date, last: date) -> Iterator[Entry]:
    """Withdrawals stand in the files in plain sight: the rating's commitment stays where it is."""
    statement = (
        select(LoopEvent.happened_on, Submission.commitment)
        .join(Submission, Submission.id == LoopEvent.submission_id)
        .where(
            LoopEvent.kind == EventKind.WITHDRAWN,
            LoopEvent.happened_on.between(first, last),
            Submission.commitment.is_not(None),
        )
    )
    for day, commitment in session.execute(statement):
        yield day, f"withdrawn {commitment}", "loop_event"


def _rows(
    session: Session, kept: Kept, first: date, last: date, hashing: Hashing
) -> Iterator[Entry]:
    table = _table(kept.table)
    column = table.c[kept.day]
    is_day = kept.day.endswith("_on")
    within = column.between(first, last) if is_day else _within(column, first, last)
    statement = select(column, *kept.columns).where(within)
    if "import_id" in table.c:
        statement = statement.where(table.c.import_id.is_(None))
    for when, *values in session.execute(statement):
        day = when if is_day else hashing.city_day(when)
        yield day, leaf(hashing.key, kept.table, kept.hashed(values)), kept.table


def _wordings(since: date | None) -> Select[*tuple[Any, ...]]:
    text = ResponseText
    moments: Sequence[Any] = (text.reviewed_at, Response.published_at)
    statement = (
        select(*moments, text)
        .add_columns(*_OUTCOME)
        .join(Response, Response.id == text.response_id)
        .where(
            Response.import_id.is_(None),
            Response.status == "published",
            text.status == "reviewed",
        )
    )
    if since is not None:
        statement = statement.where(or_(*(moment >= _begin(since) for moment in moments)))
    return statement


def _earlier_wordings(since: date | None) -> Select[*tuple[Any, ...]]:
    old = ResponseCorrection
    statement = (
        select(old.corrected_at, old)
        .add_columns(*_OUTCOME)
        .join(Response, Response.id == old.response_id)
        .where(Response.import_id.is_(None))
    )
    return statement if since is None else statement.where(old.corrected_at >= _begin(since))


def _within(moment: ColumnElement[Any], first: date, last: date) -> ColumnElement[bool]:
    """Moments that may belong to these days, whatever the time zone; the day itself decides."""
    return and_(moment >= _begin(first), moment < _begin(last + timedelta(days=3)))


def _begin(day: date) -> datetime:
    return datetime.combine(day - timedelta(days=1), time(), UTC)


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
