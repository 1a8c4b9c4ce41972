"""The figures of co-decisions on a day, in the shape of METHOD.md's evidence (A.1).

Those of earlier history are what their source gave. Our own are counted here, from rows that
staff cannot write for others: the partner's signature, the system's invitations, the residents'
attestations. Shared by the evidence and by the page that says what is still missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    and_,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from portal.domain.loop import EventKind
from portal.models.loops import LoopEvent
from portal.models.partners import (
    Attestation,
    CoDecision,
    CoDecisionCase,
    Invitation,
    NextStep,
    Partner,
    Signature,
)
from portal.models.responses import ThemeCase
from portal.store.evidence.known_cases import counted_now
from portal.store.joining import origins


def list_figures(
    session: Session, wanted: Iterable[ColumnElement[bool]], cases: FromClause, as_of: date
) -> dict[int, dict[str, Any]]:
    """The co-decisions that fit `wanted` by id, in its order, as they were known on the day.

    `cases` are the cases as known on the day, with the projection's columns and without "me too"
    (`evidence.known_cases`). Our own count from the day on which they were first written down.
    """
    statement = (
        select(
            CoDecision,
            Partner.name.label("partner_name"),
            Partner.is_external,
            _is_signed(as_of).label("is_signed"),
            _count_linked(cases, CoDecisionCase.added_on <= as_of).label("linked"),
            _is_everybody_invited(cases, as_of).label("is_everybody_invited"),
            _count_attesting(cases, as_of, is_fair=True).label("fair"),
            _count_attesting(cases, as_of, is_fair=False).label("unfair"),
        )
        .outerjoin(Partner, Partner.id == CoDecision.partner_id)
        .where(
            *wanted,
            or_(CoDecision.created_on.is_(None), CoDecision.created_on <= as_of),
        )
        .order_by(CoDecision.id)
    )
    return {row[0].id: _figures(row, as_of) for row in session.execute(statement)}


def count_linked(session: Session, co_decision_id: int) -> int:
    """The linked cases that count as things stand."""
    statement = select(_count_linked(counted_now())).where(CoDecision.id == co_decision_id)
    return session.scalars(statement).one()


def _figures(row: Any, as_of: date) -> dict[str, Any]:
    found: CoDecision = row[0]
    decided_at = found.decided_on.isoformat() if found.decided_on else None
    if found.import_id is not None:
        return {
            "partner": found.partner,
            "partner_external": found.partner_external,
            "partner_signed": found.partner_signed,
            "linked_submissions": found.linked_submissions,
            "invited_all": found.invited_all,
            "decision_record": found.decision_record,
            "attest_fair": found.attest_fair,
            "attest_unfair": found.attest_unfair,
            "decided_at": decided_at,
        }
    return {
        "partner": row.partner_name,
        "partner_external": bool(row.is_external),
        "partner_signed": bool(row.is_signed),
        "linked_submissions": row.linked,
        "invited_all": bool(row.is_everybody_invited),
        "decision_record": found.completed_on is not None and found.completed_on <= as_of,
        "attest_fair": row.fair,
        "attest_unfair": row.unfair,
        "decided_at": decided_at,
    }


def _is_signed(as_of: date) -> ColumnElement[bool]:
    return exists().where(
        Signature.co_decision_id == CoDecision.id, Signature.signed_on <= as_of
    )  # fmt: skip


def _count_linked(cases: FromClause, *wanted: ColumnElement[bool]) -> ScalarSelect[int]:
    """Linked cases that the service still has and that nobody has set aside."""
    return (
        select(func.count())
        .select_from(CoDecisionCase)
        .join(cases, cases.c.submission_id == CoDecisionCase.submission_id)
        .where(
            CoDecisionCase.co_decision_id == CoDecision.id,
            *wanted,
            cases.c.service_id == CoDecision.service_id,
            cases.c.excluded.is_(None),
        )
        .correlate(CoDecision)
        .scalar_subquery()
    )


def _is_everybody_invited(cases: FromClause, as_of: date) -> ColumnElement[bool]:
    """Somebody had been told in the theme by the decision, and everybody of them was invited.

    Whichever service they wrote about: a shared theme holds cases of several. METHOD.md asks for
    those with a contact only. Those without one are invited on their receipt's page, so that they
    are asked for too: it can only be harder. Who came into the theme after the decision was not
    told in it by then, wherever else they were; but where the theme itself is younger, it is those
    who are in it. The next step may be one of a theme that was merged into this one; one that was
    called off has invited nobody (decision 68).
    """
    way = origins()
    was_in_theme = (
        exists()
        .where(
            LoopEvent.submission_id == cases.c.submission_id,
            LoopEvent.kind == EventKind.THEMED.value,
            LoopEvent.theme_id == CoDecision.theme_id,
            LoopEvent.happened_on <= CoDecision.decided_on,
        )
        .correlate(cases, CoDecision)
    )
    was_there = (
        exists()
        .where(
            ThemeCase.theme_id == CoDecision.theme_id,
            LoopEvent.submission_id == ThemeCase.submission_id,
            LoopEvent.kind == EventKind.THEMED.value,
            LoopEvent.theme_id == CoDecision.theme_id,
            LoopEvent.happened_on <= CoDecision.decided_on,
        )
        .correlate(CoDecision)
    )
    told = (
        select(cases.c.submission_id)
        .join(ThemeCase, ThemeCase.submission_id == cases.c.submission_id)
        .where(
            ThemeCase.theme_id == CoDecision.theme_id,
            cases.c.told_on <= CoDecision.decided_on,
            cases.c.excluded.is_(None),
            or_(was_in_theme, ~was_there),
        )
        .correlate(CoDecision)
    )
    is_invited = (
        exists()
        .where(
            Invitation.submission_id == cases.c.submission_id,
            Invitation.invited_on <= as_of,
            NextStep.id == Invitation.next_step_id,
            or_(NextStep.called_off_on.is_(None), NextStep.called_off_on > as_of),
            NextStep.theme_id == way.c.origin_id,
            way.c.theme_id == CoDecision.theme_id,
        )
        .correlate(cases, CoDecision)
    )
    return and_(told.exists(), ~told.where(~is_invited).exists())


def _latest_attestations(cases: FromClause, as_of: date) -> Select[Any]:
    """What each person last said of the co-decision, however many cases they have.

    What was said of a case that is set aside does not count any more.
    """
    latest = func.row_number().over(partition_by=cases.c.person_key, order_by=Attestation.id.desc())
    return (
        select(Attestation.is_fair, latest.label("place"))
        .join(cases, cases.c.submission_id == Attestation.submission_id)
        .where(
            Attestation.co_decision_id == CoDecision.id,
            Attestation.attested_on <= as_of,
            cases.c.excluded.is_(None),
        )
        .correlate(CoDecision)
    )


def _count_attesting(cases: FromClause, as_of: date, *, is_fair: bool) -> ScalarSelect[int]:
    said = _latest_attestations(cases, as_of).subquery()
    counted = case((and_(said.c.place == 1, said.c.is_fair == is_fair), 1))
    return select(func.count(counted)).select_from(said).scalar_subquery()
