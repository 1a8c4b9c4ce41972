"""What telling, inviting and confirming share: cases under lock."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow


def lock_case(session: Session, submission_id: int) -> LoopRow | None:
    """The case, locked until the transaction ends; None where nobody is to be told any more."""
    return next(iter(lock_cases(session, [submission_id])), None)


def lock_cases(session: Session, submission_ids: Sequence[int]) -> Sequence[LoopRow]:
    """Those of these cases in which somebody is still to be told, locked in their order."""
    return session.scalars(
        select(LoopRow)
        .where(
            LoopRow.submission_id.in_(submission_ids),
            LoopRow.excluded.is_(None),
            LoopRow.withdrawn_on.is_(None),
        )
        .order_by(LoopRow.submission_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
