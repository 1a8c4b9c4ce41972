"""Cases whose resident called about an answer, until a new one or a word of their own."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.loop import EventKind, LoopState
from portal.models.loops import LoopEvent, LoopRow
from portal.models.remarks import Remark
from portal.models.services import Service
from portal.store.coverage import DELIVERIES
from portal.store.scope import Scope

_SPOKEN = (EventKind.CONFIRMED.value, EventKind.DISPUTED.value)


def has_called() -> ColumnElement[bool]:
    """For a query over `LoopRow`: what staff took down to the newest answer waits for somebody.

    A case that is open again waits anyway. One list of numbers, as few call: asking each case would
    read whatever was ever answered.
    """
    later = aliased(LoopEvent)
    is_settled = exists().where(
        later.submission_id == Remark.submission_id,
        later.id > Remark.event_id,
        or_(
            later.kind.in_(DELIVERIES),
            later.kind.in_(_SPOKEN) & (later.at > Remark.written_at),
        ),
    )
    waits = select(Remark.submission_id).where(
        Remark.taken_by.is_not(None), Remark.text.is_not(None), ~is_settled
    )
    return LoopRow.state.in_(
        (LoopState.TOLD.value, LoopState.CONFIRMED.value)
    ) & LoopRow.submission_id.in_(waits)


def count_called(session: Session, scope: Scope) -> int:
    """How many such cases stand at one's desk."""
    return (
        session.scalar(
            select(func.count())
            .select_from(LoopRow)
            .join(Service, Service.id == LoopRow.service_id)
            .where(
                Service.department_id.in_(scope.desk), LoopRow.is_imported.is_(False), has_called()
            )
        )
        or 0
    )
