"""Assessments: made today, kept, and made public in batches (METHOD.md 3.5, decision 13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import distinct, func, select, union
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.assess.queries_evidence import gather_evidence
from portal.domain.criteria import DEFAULTS, METHOD, Thresholds
from portal.domain.level import evaluate
from portal.domain.publication import evidence_hash, is_batch_due, publish
from portal.models.assessments import Assessment
from portal.models.loops import LoopEvent, LoopRow
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.store.clock import Clock
from portal.store.content import raise_content_version
from portal.store.engine import Store


@dataclass(frozen=True)
class Seen:
    """The newest submission and event that an assessment knows; news come after them."""

    submission_id: int
    event_id: int


def assess_service(
    session: Session,
    *,
    service_id: int,
    as_of: date,
    now: datetime,
    thresholds: Thresholds = DEFAULTS,
) -> Assessment:
    """Gather, judge and keep the evidence of one service; make it public when a batch is due."""
    seen = newest(session)
    evidence = gather_evidence(session, service_id, as_of, thresholds)
    result = evaluate(evidence, thresholds)
    row = session.scalar(
        select(Assessment)
        .where(Assessment.service_id == service_id, Assessment.as_of == as_of)
        .with_for_update()
    )
    if row is None:
        row = Assessment(service_id=service_id, as_of=as_of)
        session.add(row)
    row.method, row.thresholds = METHOD, dict(thresholds.raised)
    row.evidence, row.result, row.level = evidence, result, result["level"]
    row.created_at = now
    row.last_submission_id, row.last_event_id = seen.submission_id, seen.event_id
    row.evidence_hash = evidence_hash(row.public_evidence or evidence)
    if _is_due(session, service_id, as_of):
        _make_public(session, row, thresholds)
    session.flush()
    return row


def newest(session: Session) -> Seen:
    """What there is by now. Read before the evidence: news in between are seen again, not lost."""
    return Seen(
        session.scalar(select(func.max(Submission.id))) or 0,
        session.scalar(select(func.max(LoopEvent.id))) or 0,
    )


def _is_due(session: Session, service_id: int, today: date) -> bool:
    public = session.scalar(
        select(Assessment)
        .where(Assessment.service_id == service_id, Assessment.public_on.is_not(None))
        .order_by(Assessment.as_of.desc())
        .limit(1)
    )
    if public is None:
        return is_batch_due(None, today, 0)
    if public.as_of > today:  # assessing an earlier day by hand changes nothing public
        return False
    seen = Seen(public.last_submission_id, public.last_event_id)
    return is_batch_due(public.public_on, today, count_people_touched(session, service_id, seen))


def count_people_touched(session: Session, service_id: int, since: Seen) -> int:
    """How many submissions of the service are new or had something happen to them since."""
    new = select(Submission.id).where(
        Submission.service_id == service_id, Submission.id > since.submission_id
    )
    touched = (
        select(LoopEvent.submission_id)
        .join(LoopRow, LoopRow.submission_id == LoopEvent.submission_id)
        .where(LoopRow.service_id == service_id, LoopEvent.id > since.event_id)
    )
    both = union(new, touched).subquery()
    return session.scalar(select(func.count(distinct(both.c[0])))) or 0


def _make_public(session: Session, row: Assessment, thresholds: Thresholds) -> None:
    """The result is computed from what is published, so that anyone can compute it again."""
    row.public_evidence = publish(row.evidence, thresholds)
    row.public_result = evaluate(row.public_evidence, thresholds)
    row.public_level = row.public_result["level"]
    row.public_on = row.as_of
    row.evidence_hash = evidence_hash(row.public_evidence)
    raise_content_version(session)


def assess_due(
    store: Store, clock: Clock, progress: Callable[[int], None] = lambda _service_id: None
) -> int:
    """Assess services with news since their last assessment, and all once a day; how many.

    Each in a transaction of its own. Two workers may do the same service: the second finds the
    first one's row, and the same evidence gives the same result.
    """
    now = clock.now()
    today = clock.day(now)
    with store.read() as session:
        due = list_due(session, today)
    done = 0
    for service_id in due:
        try:
            store.write(assess_service, service_id=service_id, as_of=today, now=now)
        except IntegrityError:  # another worker was first with today's row
            continue
        done += 1
        progress(service_id)
    return done


def list_due(session: Session, today: date) -> list[int]:
    """Services without an assessment of today, or with news since."""
    latest = (
        select(
            Assessment.service_id,
            func.max(Assessment.last_submission_id).label("submission_id"),
            func.max(Assessment.last_event_id).label("event_id"),
        )
        .where(Assessment.as_of == today)
        .group_by(Assessment.service_id)
        .subquery()
    )
    due = set(
        session.scalars(
            select(Service.id)
            .outerjoin(latest, latest.c.service_id == Service.id)
            .where(Service.is_active, latest.c.service_id.is_(None))
        )
    )
    lowest = session.execute(
        select(func.min(latest.c.submission_id), func.min(latest.c.event_id))
    ).one()
    if lowest[0] is not None:
        due |= set(
            session.scalars(
                select(distinct(Submission.service_id))
                .join(latest, latest.c.service_id == Submission.service_id)
                .where(Submission.id > lowest[0], Submission.id > latest.c.submission_id)
            )
        )
        due |= set(
            session.scalars(
                select(distinct(LoopRow.service_id))
                .join(LoopEvent, LoopEvent.submission_id == LoopRow.submission_id)
                .join(latest, latest.c.service_id == LoopRow.service_id)
                .where(LoopEvent.id > lowest[1], LoopEvent.id > latest.c.event_id)
            )
        )
    return sorted(due)
