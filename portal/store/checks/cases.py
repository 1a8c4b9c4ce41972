"""Cases against their events, their services and what residents sent."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import case, distinct, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.loop import EventKind, fold
from portal.models.case_work import Redaction
from portal.models.loops import LoopEvent, LoopRow
from portal.models.submissions import Submission
from portal.store.evidence.hand_overs import IS_HAND_OVER
from portal.store.loops import event_of, projected
from portal.store.ratings import KIND_OF_CASE

_BATCH = 2000
# What a case takes over from what was sent, as it was when the case was opened.
_SENT = {
    "lang": Submission.lang,
    "kind": func.coalesce(Submission.kind, KIND_OF_CASE),
    "district": Submission.district,
    "person_key": Submission.person_key,
    "is_imported": Submission.import_id.is_not(None),
    "is_joined": Submission.joined_theme_id.is_not(None),
}


def check_sent(session: Session) -> Iterator[str]:
    """Every case says of its resident what they sent: all evidence reads it there."""
    differs = {name: getattr(LoopRow, name).is_distinct_from(sent) for name, sent in _SENT.items()}
    wrong = (
        select(LoopRow.submission_id, *(case((one, 1), else_=0) for one in differs.values()))
        .join(Submission, Submission.id == LoopRow.submission_id)
        .where(or_(*differs.values()))
    )
    for number, *found in session.execute(wrong.execution_options(yield_per=_BATCH)):
        names = ", ".join(name for name, is_wrong in zip(differs, found, strict=True) if is_wrong)
        yield f"case {number}: {names} differs from what was sent"


def check_loops(session: Session) -> Iterator[str]:
    """The projection of every case is what its events say when they are folded again."""
    last = 0
    while True:
        rows = session.scalars(
            select(LoopRow)
            .where(LoopRow.submission_id > last)
            .order_by(LoopRow.submission_id)
            .limit(_BATCH)
        ).all()
        if not rows:
            return
        ids = [row.submission_id for row in rows]
        events: dict[int, list[LoopEvent]] = {number: [] for number in ids}
        for event in session.scalars(
            select(LoopEvent)
            .where(LoopEvent.submission_id.between(ids[0], ids[-1]))
            .order_by(LoopEvent.id)
        ):
            events.setdefault(event.submission_id, []).append(event)
        for row in rows:
            yield from _compare(row, events[row.submission_id])
        last = ids[-1]
        session.expunge_all()


def _compare(row: LoopRow, events: list[LoopEvent]) -> Iterator[str]:
    loop = fold(event_of(event) for event in events)
    if loop.received_on != row.received_on:
        yield f"case {row.submission_id}: received_on differs from its events"
    for name, value in projected(loop).items():
        if getattr(row, name) != value:
            yield f"case {row.submission_id}: {name} is {getattr(row, name)}, events say {value}"


def check_holders(session: Session) -> Iterator[str]:
    """Every case is with the service that was rated, or that it was handed to last."""
    later = aliased(LoopEvent)
    handed_to = (
        select(LoopEvent.service_id)
        .where(
            LoopEvent.submission_id == LoopRow.submission_id,
            IS_HAND_OVER,
            ~select(later.id)
            .where(
                later.submission_id == LoopEvent.submission_id,
                later.kind == EventKind.TRANSFERRED.value,
                later.id > LoopEvent.id,
            )
            .exists(),
        )
        .scalar_subquery()
    )
    wrong = (
        select(LoopRow.submission_id)
        .join(Submission, Submission.id == LoopRow.submission_id)
        .where(LoopRow.service_id != func.coalesce(handed_to, Submission.service_id))
    )
    for number in session.scalars(wrong.execution_options(yield_per=_BATCH)):
        yield f"case {number}: is not with the service that its events say"


def check_cases(session: Session) -> Iterator[str]:
    """Whatever is a case has a loop, and nothing else has."""
    without_loop = (
        select(func.count())
        .select_from(Submission)
        .outerjoin(LoopRow, LoopRow.submission_id == Submission.id)
        .where(Submission.is_case, LoopRow.submission_id.is_(None))
    )
    without_case = (
        select(func.count())
        .select_from(LoopRow)
        .join(Submission, Submission.id == LoopRow.submission_id)
        .where(~Submission.is_case)
    )
    events_alone = (
        select(func.count(distinct(LoopEvent.submission_id)))
        .outerjoin(LoopRow, LoopRow.submission_id == LoopEvent.submission_id)
        .where(LoopRow.submission_id.is_(None))
    )
    for query, words in (
        (without_loop, "cases have no loop"),
        (without_case, "loops belong to submissions that are no cases"),
        (events_alone, "cases have events but no loop"),
    ):
        count = session.scalar(query)
        if count:
            yield f"{count} {words}"


def check_redactions(session: Session) -> Iterator[str]:
    """Words that are gone were taken out by somebody: there is a record of it."""
    recorded = exists().where(
        Redaction.submission_id == Submission.id,
        Redaction.remark_id.is_(None),
        Redaction.done_at.is_not(None),
    )
    for number in session.scalars(select(Submission.id).where(Submission.is_redacted, ~recorded)):
        yield f"submission {number}: nothing says who took words out of it, and why"


def check_left_out(session: Session) -> Iterator[str]:
    """Only a source of earlier records leaves a rating out: nobody here can."""
    left_out = Submission.is_rating_excluded & Submission.import_id.is_(None)
    for number in session.scalars(select(Submission.id).where(left_out)):
        yield f"submission {number}: its rating is left out, which nobody can do"
