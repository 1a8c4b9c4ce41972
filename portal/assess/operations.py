"""Assessing services: what is judged today, and when the public sees new figures.

Gathering reads from one snapshot and holds no lock. Writing is short: it is safe when two workers
assess the same service, because the one that knows less gives way, and when somebody changes what
was gathered, because then it is gathered again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.assess.monthly import CountedMonths, count_news, keep_months
from portal.assess.queries import list_due_services
from portal.assess.queries_evidence import gather_evidence
from portal.assess.queries_workload import count_workload
from portal.assess.results import keep_results
from portal.domain.criteria import DEFAULTS, METHOD, Thresholds
from portal.domain.level import evaluate
from portal.domain.publication import (
    K,
    evidence_hash,
    is_batch_due,
    publish,
    quarter_of,
    renew,
)
from portal.models.appraisals import Appraisal
from portal.models.assessments import Assessment
from portal.models.loops import LoopEvent
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.store.clock import Clock
from portal.store.content import raise_content_version
from portal.store.engine import Store
from portal.store.in_turn import do_in_turn
from portal.store.integrity.own_seals import seal_rows
from portal.store.integrity.seals import seal
from portal.store.reassessments import answer_request, find_request
from portal.store.thresholds import get_thresholds


class Outdated(Exception):
    """What was gathered rests on something that was changed meanwhile; the service stays due."""


@dataclass(frozen=True)
class Judged:
    """Evidence and result of a service on a day, and the newest records that they know.

    `workload` is what waits for the department (`queries_workload.py`), empty if nobody asked.
    `request` is the one that it answers (`store/reassessments.py`).
    """

    service_id: int
    as_of: date
    thresholds: Thresholds
    evidence: dict[str, Any]
    result: dict[str, Any]
    workload: dict[str, int]
    last_event_id: int
    last_submission_id: int
    request: str | None = None


def judge_service(
    session: Session,
    service_id: int,
    as_of: date,
    thresholds: Thresholds = DEFAULTS,
    *,
    with_workload: bool = True,
) -> Judged:
    """Gather and judge, writing nothing. The session should repeat its reads (`snapshot`).

    Appraisals have no use for the workload of days gone by.
    """
    # First of all: whatever comes while the rest is read is news to the next assessment.
    request = find_request(session, service_id)
    last_event_id = session.scalar(select(func.max(LoopEvent.id))) or 0
    last_submission_id = session.scalar(select(func.max(Submission.id))) or 0
    evidence = gather_evidence(session, service_id, as_of, thresholds)
    return Judged(
        service_id=service_id,
        as_of=as_of,
        thresholds=thresholds,
        evidence=evidence,
        result=evaluate(evidence, thresholds),
        workload=count_workload(session, service_id, as_of) if with_workload else {},
        last_event_id=last_event_id,
        last_submission_id=last_submission_id,
        request=request,
    )


def assess_service(
    session: Session,
    *,
    service_id: int,
    as_of: date,
    now: datetime,
) -> Assessment:
    """Judge a service on a day, keep the assessment, and publish it when a batch is due."""
    thresholds = get_thresholds(session, as_of)
    judged = judge_service(session, service_id, as_of, thresholds)
    counted = count_news(session, service_id, as_of)
    return keep_news(session, judged, counted, now=now)


def keep_news(
    session: Session, judged: Judged, counted: CountedMonths, *, now: datetime
) -> Assessment:
    """Store what was judged and the months counted with it, unless somebody knows more.

    Raises Outdated.
    """
    row = keep_assessment(session, judged, now=now)
    if not _knows_more(row, judged):
        keep_months(session, counted)
        keep_results(session, judged.service_id, judged.as_of)
    return row


def keep_assessment(session: Session, judged: Judged, *, now: datetime) -> Assessment:
    """Store what was judged, one row per service and day, and publish it when a batch is due.

    Raises Outdated.
    """
    session.execute(
        select(Service.id).where(Service.id == judged.service_id).with_for_update()
    ).one()
    row = session.scalar(
        select(Assessment)
        .where(Assessment.service_id == judged.service_id, Assessment.as_of == judged.as_of)
        .with_for_update()
    )
    # Only now: whoever asks takes the day's assessment back in the same transaction.
    if not answer_request(session, judged.service_id, judged.request):
        raise Outdated
    if row is not None and _knows_more(row, judged):
        return row
    if row is None:
        row = Assessment(service_id=judged.service_id, as_of=judged.as_of)
        session.add(row)
    row.method, row.thresholds = METHOD, dict(judged.thresholds.raised)
    row.evidence, row.result, row.level = judged.evidence, judged.result, judged.result["level"]
    row.workload, row.created_at = judged.workload, now
    row.last_event_id, row.last_submission_id = judged.last_event_id, judged.last_submission_id
    known = _find_known(session, judged.service_id)
    if _is_batch_due(session, judged, known):
        _publish(session, row, judged, known)
    elif row.public_on is None:
        row.evidence_hash = evidence_hash(judged.evidence)
    session.flush()
    seal_rows(session, Assessment.__tablename__, [row.id])
    if row.public_on is not None:
        seal(session, judged.as_of, Assessment.__tablename__, [row.id])
    return row


def _knows_more(row: Assessment, judged: Judged) -> bool:
    return (
        row.last_event_id > judged.last_event_id
        or row.last_submission_id > judged.last_submission_id
    )


@dataclass(frozen=True)
class _Known:
    """The newest figures of a service that are public already, or kept in shadow."""

    batch: Assessment | None
    appraisal: Appraisal | None

    @property
    def batch_on(self) -> date | None:
        return self.batch.public_on if self.batch else None

    @property
    def appraised_on(self) -> date | None:
        return self.appraisal.as_of if self.appraisal else None

    @property
    def as_of(self) -> date:
        return max(self.batch_on or date.min, self.appraised_on or date.min)

    @property
    def evidence(self) -> Mapping[str, Any]:
        """What was published last."""
        if self.appraisal and self.appraised_on == self.as_of:
            return self.appraisal.evidence
        return (self.batch and self.batch.public_evidence) or {}


def _find_known(session: Session, service_id: int) -> _Known:
    batch = (
        select(Assessment)
        .where(Assessment.service_id == service_id, Assessment.public_on.is_not(None))
        .order_by(Assessment.public_on.desc(), Assessment.id.desc())
    )
    appraisal = (
        select(Appraisal).where(Appraisal.service_id == service_id).order_by(Appraisal.as_of.desc())
    )
    return _Known(session.scalar(batch.limit(1)), session.scalar(appraisal.limit(1)))


def _is_batch_due(session: Session, judged: Judged, known: _Known) -> bool:
    if known.as_of > judged.as_of:
        return False  # judging an earlier day changes nothing that is public
    is_new = quarter_of(known.as_of) < quarter_of(judged.as_of)
    if not is_new and known.evidence.get("window_days") != judged.evidence["window_days"]:
        return False  # no table follows from one over another time
    raters = _count_new_raters(session, judged.service_id, known)
    return is_batch_due(known.batch_on, judged.as_of, raters, known.appraised_on)


def _publish(session: Session, row: Assessment, judged: Judged, known: _Known) -> None:
    evidence = publish(judged.evidence, judged.thresholds)
    if quarter_of(known.as_of) == quarter_of(judged.as_of):
        evidence = renew(known.evidence, evidence)
    result = evaluate(evidence, judged.thresholds)
    row.public_on, row.public_level = judged.as_of, result["level"]
    row.public_evidence, row.public_result = evidence, result
    row.public_last_event_id = judged.last_event_id
    row.public_last_submission_id = judged.last_submission_id
    row.evidence_hash = evidence_hash(evidence)
    raise_content_version(session)


def _count_new_raters(session: Session, service_id: int, known: _Known) -> int:
    """People with a counted rating that no public figures hold; K stands for K or more.

    Whoever sends ten forms is one: else they could tell what a neighbour's single one says. Of what
    came on the appraisal's own day, and of paper typed in later with an earlier one, nobody can
    tell whether the appraisal holds it: it is taken for known, so there may be more than these.
    """
    last_submission_id = (known.batch and known.batch.public_last_submission_id) or 0
    people = (
        select(Submission.person_key)
        .distinct()
        .where(
            Submission.service_id == service_id,
            Submission.id > last_submission_id,
            Submission.received_on > (known.appraised_on or date.min),
            Submission.is_rating,
            Submission.is_rating_excluded.is_(False),
            Submission.is_quarantined.is_(False),
        )
        .limit(K)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(people)) or 0


def assess_due(
    store: Store,
    clock: Clock,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> int:
    """Assess services with news since their last assessment, and every service once a day.

    Each in a transaction of its own, and one that goes wrong keeps no other waiting.
    `progress(done, all)` is told after each. Returns how many.
    """
    today = clock.today()
    with store.read() as session:
        due = list_due_services(session, today)
        thresholds = get_thresholds(session, today)

    def assess(place: tuple[int, int]) -> int:
        done, service_id = place
        with snapshot(store) as session:
            counted = count_news(session, service_id, today)
            judged = judge_service(session, service_id, today, thresholds)
        with suppress(Outdated):
            store.write(keep_news, judged, counted, now=clock.now())
        progress(done, len(due))
        return 1

    return do_in_turn(enumerate(due, start=1), assess)


@contextmanager
def snapshot(store: Store) -> Iterator[Session]:
    """A session for reading whose queries all see the same moment."""
    with store.read() as session:
        if store.engine.dialect.name == "postgresql":  # SQLite's readers always do
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session
