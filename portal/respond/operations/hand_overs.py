"""Handing a case to the service it belongs to."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.second_person import is_low
from portal.models.loops import LoopEvent
from portal.models.services import Service
from portal.respond.act import Act
from portal.respond.operations.cases import move_case, request_exclusion
from portal.respond.rules import MAX_HAND_OVERS, Problem, Refusal
from portal.respond.scoped import find_moving_problem, get_case
from portal.store.evidence.hand_overs import IS_HAND_OVER, WRONG_SERVICE


def hand_over(session: Session, *, act: Act, submission_id: int, slug: str) -> bool:
    """Hand a case to another service, of whichever department; its clock goes on from day one.

    A second person has to agree where the rating is low, as for setting aside, and whenever the
    case was handed over before: else two desks could pass it to and fro. Returns whether it was
    done at once. Raises Refusal for what cannot be, Conflict where it is asked for already.
    """
    row, submission = get_case(session, act.scope, submission_id, lock=True)
    problem = find_moving_problem(session, row)
    if problem is not None:
        raise Refusal(("service", problem))
    target = session.scalar(select(Service.id).where(Service.slug == slug, Service.is_active))
    if target is None or target == row.service_id:
        raise Refusal(("service", Problem.NO_SERVICE))
    before = count_hand_overs(session, submission_id)
    if before >= MAX_HAND_OVERS:
        raise Refusal(("service", Problem.HANDED_ENOUGH))
    if before or is_low(submission.q0):
        request_exclusion(session, act, submission_id, WRONG_SERVICE, target)
        return False
    move_case(session, act, row, target)
    return True


def count_hand_overs(session: Session, submission_id: int) -> int:
    """How often the case was handed over so far."""
    found: int = session.scalar(
        select(func.count())
        .select_from(LoopEvent)
        .where(LoopEvent.submission_id == submission_id, IS_HAND_OVER)
    )  # type: ignore[assignment]
    return found
