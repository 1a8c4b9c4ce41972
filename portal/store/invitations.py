"""The full form behind a receipt: after an answer, once in 90 days (METHOD.md 3.3, verified)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, func, insert, select
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.submissions import RatingInvitation

INVITED_AGAIN = timedelta(days=90)


def get_next_use(session: Session, case_id: int, today: date) -> date | None:
    """The day from which a receipt's full form may be used again, None when it may be used now."""
    used_on = session.scalar(
        select(func.max(RatingInvitation.used_on)).where(RatingInvitation.submission_id == case_id)
    )
    if used_on is None or used_on + INVITED_AGAIN <= today:
        return None
    return used_on + INVITED_AGAIN


def is_invited() -> ColumnElement[bool]:
    """For a query over `LoopRow`: its resident was told and did not take the case back."""
    return and_(LoopRow.told_on.is_not(None), LoopRow.withdrawn_on.is_(None))


def use_invitation(session: Session, case_id: int, today: date) -> bool:
    """Use it, if it may be used. The case is locked first, so that two at once are one."""
    told = session.scalar(
        select(is_invited()).where(LoopRow.submission_id == case_id).with_for_update()
    )
    if not told or get_next_use(session, case_id, today) is not None:
        return False
    session.execute(insert(RatingInvitation).values(submission_id=case_id, used_on=today))
    return True
