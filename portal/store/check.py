"""Is this installation sound? Everything that can be derived is derived again and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlalchemy import distinct, exists, func, select, text
from sqlalchemy.orm import Session, aliased

from portal.domain.criteria import METHOD, Thresholds
from portal.domain.level import evaluate
from portal.domain.loop import EventKind, fold
from portal.domain.publication import PublishedLevel, appraise, evidence_hash
from portal.models.appraisals import Appraisal
from portal.models.assessments import Assessment
from portal.models.case_work import Redaction
from portal.models.loops import LoopEvent, LoopRow
from portal.models.partners import CoDecision, Signature
from portal.models.responses import Response, ResponseService, Theme, ThemeCase
from portal.models.submissions import Submission
from portal.store.append_only import missing_triggers
from portal.store.assessments import state_of
from portal.store.assignments import check_assignments
from portal.store.calibrations import check_calibrations
from portal.store.clock import Clock
from portal.store.contacts import check_contacts
from portal.store.engine import Store
from portal.store.evidence.hand_overs import IS_HAND_OVER
from portal.store.integrity.check import (
    check_chain,
    check_commitments,
    check_lists,
    check_records,
)
from portal.store.integrity.records import Hashing
from portal.store.integrity.seals import check_seals
from portal.store.integrity.standing import check_standing
from portal.store.loops import event_of, projected
from portal.store.publicity import check_publicity
from portal.store.record_hash import hash_record
from portal.store.revision import current_revision, pinned_head
from portal.store.secrets import Secrets
from portal.store.set_apart import check_set_apart

APPEND_ONLY = (
    "loop_event",
    "audit_event",
    "response_correction",
    "appraisal",
    "threshold_change",
    "engage_claim",
    "attestation",
    "signed_day",
    "rating_list",
    "standing",
    "seal",
    "target_change",
)
_BATCH = 2000
Check = tuple[str, Callable[[Session], Iterable[str]]]
"""What is checked, in words, and what yields the problems."""


def check_installation(
    store: Store,
    progress: Callable[[str], None],
    *,
    secrets: Secrets,
    clock: Clock,
    recounts: Sequence[Check] = (),
) -> list[str]:
    """All problems found, in plain words; empty when all is well.

    `recounts` are checks of those who count figures, which the store cannot count itself.
    """
    revision = current_revision(store.engine)
    if revision != pinned_head():
        return [f"the database is at revision {revision}, not {pinned_head()}: run `portal init`"]
    with store.read() as session:
        if store.engine.dialect.name == "postgresql":  # SQLite's readers always see one moment
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return list_problems(session, progress, secrets=secrets, clock=clock, recounts=recounts)


def list_problems(
    session: Session,
    progress: Callable[[str], None],
    *,
    secrets: Secrets,
    clock: Clock,
    recounts: Sequence[Check] = (),
) -> list[str]:
    """All problems found in a database of this revision."""
    problems: list[str] = []
    hashing = Hashing(secrets.leaf_key, clock.day)
    for title, look in (
        ("append-only tables", _check_protection),
        ("database file", _check_integrity),
        ("cases against their events", _check_loops),
        ("cases against their services", _check_holders),
        ("submissions against cases", _check_cases),
        ("themes against cases", _check_themes),
        ("answers against the services that got them", _check_concerned),
        ("comments against redactions", _check_redactions),
        ("ratings set apart against their records", check_set_apart),
        ("assessments against their evidence", _check_assessments),
        ("appraisals against their evidence", _check_appraisals),
        ("signatures against what was signed", _check_signatures),
        ("the calibration report against the appraisals", check_calibrations),
        ("addresses against what they are known by", lambda one: check_contacts(one, secrets)),
        ("who looks after cases", check_assignments),
        ("since when levels are public", lambda one: check_publicity(one, clock.today())),
        ("ratings against what may be left out", _check_left_out),
        ("ratings and comments against their commitments", check_commitments),
        ("the chain of signed days", lambda session: check_chain(session, secrets)),
        ("the lists of ratings", check_lists),
        ("records against signed days", lambda session: check_records(session, hashing)),
        ("what was published", lambda session: check_seals(session, hashing.key)),
        ("what people set up", lambda session: check_standing(session, hashing.key)),
        *recounts,
    ):
        progress(f"Checking {title} …")
        problems += look(session)
    return problems


def _check_protection(session: Session) -> Iterator[str]:
    for table in APPEND_ONLY:
        if missing_triggers(session.connection(), table):
            yield f"the table {table} is not protected against changes"


def _check_integrity(session: Session) -> Iterator[str]:
    if session.get_bind().dialect.name != "sqlite":
        return
    for (line,) in session.execute(text("PRAGMA integrity_check")):
        if line != "ok":
            yield f"SQLite: {line}"
    for row in session.execute(text("PRAGMA foreign_key_check")):
        yield f"SQLite: a row of {row[0]} points to nothing"


def _check_loops(session: Session) -> Iterator[str]:
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


def _check_holders(session: Session) -> Iterator[str]:
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


def _check_cases(session: Session) -> Iterator[str]:
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


def _check_themes(session: Session) -> Iterator[str]:
    """No case is in a theme that it was not put in by an event, or that does not take it."""
    grouped = exists().where(
        LoopEvent.submission_id == ThemeCase.submission_id,
        LoopEvent.kind == EventKind.THEMED.value,
        LoopEvent.theme_id == ThemeCase.theme_id,
    )
    for number, theme_id in session.execute(
        select(ThemeCase.submission_id, ThemeCase.theme_id).where(~grouped)
    ):
        yield f"case {number}: no event says that it belongs to theme {theme_id}"
    strange = (
        select(ThemeCase.submission_id, ThemeCase.theme_id)
        .join(Theme, Theme.id == ThemeCase.theme_id)
        .join(LoopRow, LoopRow.submission_id == ThemeCase.submission_id)
        .where(LoopRow.service_id != Theme.service_id, Theme.is_shared.is_(False))
    )
    for number, theme_id in session.execute(strange):
        yield f"case {number}: theme {theme_id} takes no cases of its service"


def _check_concerned(session: Session) -> Iterator[str]:
    """A response shows at another service if a case of it got the response, and only then."""
    given = session.execute(
        select(LoopEvent.response_id, LoopRow.service_id)
        .join(LoopRow, LoopRow.submission_id == LoopEvent.submission_id)
        .join(Response, Response.id == LoopEvent.response_id)
        .where(
            LoopEvent.kind == EventKind.RESPONDED.value,
            LoopRow.service_id != Response.service_id,
            Response.import_id.is_(None),  # which shows nowhere, having no words
        )
        .distinct()
    )
    shown = session.execute(select(ResponseService.response_id, ResponseService.service_id))
    before, now = {tuple(row) for row in given}, {tuple(row) for row in shown}
    for response_id, service_id in sorted(before - now):
        yield f"response {response_id}: was given to service {service_id} and does not show there"
    for response_id, service_id in sorted(now - before):
        yield f"response {response_id}: shows at service {service_id}, which never got it"


def _check_redactions(session: Session) -> Iterator[str]:
    """Words that are gone were taken out by somebody: there is a record of it."""
    recorded = exists().where(
        Redaction.submission_id == Submission.id, Redaction.done_at.is_not(None)
    )
    for number in session.scalars(select(Submission.id).where(Submission.is_redacted, ~recorded)):
        yield f"submission {number}: nothing says who took words out of it, and why"


def _check_left_out(session: Session) -> Iterator[str]:
    """Only a source of earlier records leaves a rating out: nobody here can."""
    left_out = Submission.is_rating_excluded & Submission.import_id.is_(None)
    for number in session.scalars(select(Submission.id).where(left_out)):
        yield f"submission {number}: its rating is left out, which nobody can do"


def _check_signatures(session: Session) -> Iterator[str]:
    """What partners have signed is what stands there now, and is complete."""
    signed = (
        select(CoDecision, Signature)
        .join(Signature, Signature.co_decision_id == CoDecision.id)
        .where(Signature.signed_on.is_not(None))
    )
    for found, signature in session.execute(signed):
        completed_on, signed_on = found.completed_on, signature.signed_on
        is_complete = completed_on and signed_on and completed_on <= signed_on
        if not is_complete or hash_record(session, found) != signature.record_hash:
            yield f"co-decision {found.id}: its record is not the one that the partner signed"


def _check_assessments(session: Session) -> Iterator[str]:
    for row in session.scalars(select(Assessment).execution_options(yield_per=100)):
        name = f"assessment {row.id}"
        result = evaluate(row.evidence, Thresholds(row.thresholds))
        if row.method == METHOD and result != row.result:
            yield f"{name}: its result does not follow from its evidence"
        elif row.level != row.result["level"]:
            yield f"{name}: its level is not that of its result"
        if evidence_hash(row.public_evidence or row.evidence) != row.evidence_hash:
            yield f"{name}: its evidence is not the one that was hashed"
        if row.public_result and row.public_level != row.public_result["level"]:
            yield f"{name}: its public level is not that of its result"


def _check_appraisals(session: Session) -> Iterator[str]:
    """Each follows from its evidence and from the state that the quarter before left."""
    states: dict[int, PublishedLevel] = {}
    statement = select(Appraisal).order_by(Appraisal.service_id, Appraisal.quarter_on)
    for row in session.scalars(statement.execution_options(yield_per=100)):
        if evidence_hash(row.evidence) != row.evidence_hash:
            yield f"appraisal {row.id}: its evidence is not the one that was hashed"
        if row.method == METHOD:
            if evaluate(row.evidence, Thresholds(row.thresholds)) != row.result:
                yield f"appraisal {row.id}: its result does not follow from its evidence"
            if appraise(states.get(row.service_id), row.result) != state_of(row):
                yield f"appraisal {row.id}: its level does not follow from its result"
        states[row.service_id] = state_of(row)
