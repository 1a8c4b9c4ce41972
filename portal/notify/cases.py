"""What telling, inviting and confirming share: cases under lock."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow


def lock_case(session: Session, submission_id: int) -> LoopRow | None:
    """The case, locked until the transaction ends; None where nobody is to be told any more."""
    return next(iter(lock_cases(session, [submission_id])), None)


def lock_cases(session: Session, submission_ids: Sequence[int]) -> Sequence[LoopRow]:
    """Those of these cases in which somebody is still to be told, locked in their order."""
    is_to_tell = LoopRow.submission_id.in_(submission_ids) & LoopRow.excluded.is_(None)
    return _lock(session, is_to_tell)


def lock_reached_case(session: Session, submission_id: int) -> LoopRow | None:
    """The case whose resident was just reached, also where it was set aside at that moment.

    None where it was withdrawn.
    """
    return next(iter(_lock(session, LoopRow.submission_id == submission_id)), None)


def _lock(session: Session, condition: ColumnElement[bool]) -> Sequence[LoopRow]:
    return session.scalars(
        select(LoopRow)
        .where(condition, LoopRow.withdrawn_on.is_(None))
        .order_by(LoopRow.submission_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
