"""Deciding, as a second person, whether a case is withdrawn as its receipt asks."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.domain.second_person import REFUSALS
from portal.respond.act import Act
from portal.respond.rules import Conflict, Problem, Refusal
from portal.respond.scoped import get_case
from portal.store import audit
from portal.store.withdrawals import find_withdrawal_request, list_who_saw_receipt, withdraw


def decide_withdrawal(
    session: Session, *, act: Act, submission_id: int, refusal: str | None
) -> None:
    """Withdraw the case as its receipt asks, or let it stay for a reason that the receipt shows.

    Whoever has seen the receipt decides neither (else Refusal): the request may be their own.
    Raises Conflict where the receipt does not ask any more, or somebody has decided.
    """
    if refusal is not None and refusal not in REFUSALS:
        raise ValueError(f"no such reason: {refusal}")
    _row, submission = get_case(session, act.scope, submission_id, lock=True)
    request = find_withdrawal_request(session, submission_id)
    if request is None or request.refused_on is not None:
        raise Conflict
    if act.person_id in list_who_saw_receipt(session, submission):
        raise Refusal(("", Problem.SEEN_RECEIPT))
    if refusal is None:
        withdraw(session, submission_id, now=act.now, today=act.today)
    else:
        request.refused_on, request.refused_by = act.today, act.person_id
        request.reason = refusal
    action = "withdrawal_agreed" if refusal is None else "withdrawal_refused"
    audit.record(
        session, at=act.now, person_id=act.person_id, action=action, subject="submission",
        subject_id=submission_id, reason=refusal,
    )  # fmt: skip
