"""Whom a further answer would still reach by email: addresses go long before many promises are due.

An address is erased so many days after the last event of its case (store.retention); who has none
any more finds the answer on the page of the receipt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, case, func, literal, select
from sqlalchemy.orm import Session, aliased

from portal.models.loops import LoopEvent, LoopRow
from portal.models.responses import Response, ThemeCase
from portal.models.submissions import Contact
from portal.store.contacts import can_be_mailed
from portal.store.coverage import DELIVERIES, awaits, is_covered
from portal.store.retention import get_periods, is_over


@dataclass(frozen=True)
class Reach:
    """People with an address that works, and those who would still have it on the day."""

    now: int = 0
    then: int = 0


def count_reach(
    session: Session, due: Mapping[int, date], *, now: datetime, today: date
) -> dict[int, Reach]:
    """By response, whom of those who were told it an answer could be mailed, now and on its day.

    A further answer covers what its theme holds: not what was set aside or taken back meanwhile.
    Nothing else may happen in their cases until then; a day that has passed is now.
    """
    if not due:
        return {}
    keep = get_periods(session).contact
    before = {
        number: literal(now + timedelta(days=max((day - today).days, 0)) - keep, LoopEvent.at.type)
        for number, day in due.items()
    }
    told = aliased(LoopEvent)
    is_kept = ~is_over(case(before, value=told.response_id))
    rows = session.execute(
        select(
            told.response_id,
            func.count(LoopRow.person_key.distinct()),
            func.count(case((is_kept, LoopRow.person_key)).distinct()),
        )
        .join(LoopRow, LoopRow.submission_id == told.submission_id)
        .join(Response, Response.id == told.response_id)
        .join(
            ThemeCase,
            and_(
                ThemeCase.theme_id == Response.theme_id,
                ThemeCase.submission_id == told.submission_id,
            ),
        )
        .join(Contact, Contact.submission_id == told.submission_id)
        .where(told.response_id.in_(due), told.kind.in_(DELIVERIES), is_covered(), can_be_mailed())
        .group_by(told.response_id)
    )
    return {row[0]: Reach(row[1], row[2]) for row in rows if row[0] is not None}


def count_waiting_reach(session: Session, response_id: int) -> int:
    """How many of those who wait for a response can be mailed."""
    return (
        session.scalar(
            select(func.count(LoopRow.person_key.distinct()))
            .select_from(Response)
            .join(ThemeCase, ThemeCase.theme_id == Response.theme_id)
            .join(LoopRow, LoopRow.submission_id == ThemeCase.submission_id)
            .join(Contact, Contact.submission_id == LoopRow.submission_id)
            .where(Response.id == response_id, awaits(), can_be_mailed())
        )
        or 0
    )
