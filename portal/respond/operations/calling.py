"""Taking down what a resident who calls finds missing from an answer (decision 64)."""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.doors import CALLED_BY
from portal.models.remarks import Remark
from portal.respond.act import Act
from portal.respond.rules import Conflict
from portal.respond.scoped import get_case
from portal.store import audit
from portal.store.coverage import DELIVERIES
from portal.store.loops import list_events
from portal.store.remarks import Written, remark_values


def take_down_missing(
    session: Session,
    act: Act,
    *,
    submission_id: int,
    written: Written,
    channel: str,
    seen: str | None = None,
) -> bool:
    """Keep a caller's words beside the answer that was told last, once for each telling.

    They are no verdict and no event: what the loop's record says stays as it is. Sending the same
    words twice is sending them once. `seen` is the number of the answer that was read out: nothing
    is kept where another one was told since, and False returned. Raises Conflict where there is no
    answer (any more) that they could be about, or other words to it were taken down before.
    """
    row, _submission = get_case(session, act.scope, submission_id, lock=True)
    if channel not in CALLED_BY:
        raise ValueError(f"no such channel: {channel}")
    told = [event for event in list_events(session, submission_id) if event.kind in DELIVERIES]
    if not told or row.told_on is None or row.withdrawn_on is not None or row.is_imported:
        raise Conflict
    if seen not in (None, str(told[-1].response_id)):
        return False
    known = session.scalar(select(Remark).where(Remark.event_id == told[-1].id))
    if known is not None:
        if known.text == written.text:
            return True
        raise Conflict
    session.add(
        Remark(
            submission_id=submission_id,
            event_id=told[-1].id,
            response_id=told[-1].response_id,
            channel=channel,
            taken_by=act.person_id,
            **remark_values(written, secrets.token_hex(), act.now),
        )
    )
    audit.record(
        session, at=act.now, person_id=act.person_id, action="missing_taken_down",
        subject="submission", subject_id=submission_id, channel=channel,
    )  # fmt: skip
    return True
