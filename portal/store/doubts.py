"""A published level in doubt: because of what, since when, and when it goes (METHOD.md 3.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.publication import FLAGGED_AT_MOST, criteria_in_doubt, drops_on, quarter_after
from portal.models.appraisals import Appraisal


@dataclass(frozen=True)
class Doubt:
    """Why a level that is held is in doubt, as the newest appraisal found it.

    `criteria` are those that keep its evidence from showing the level. `since` is the appraisal
    that first found the doubt, `settles_on` the next one, and `drops_on` the one at which the
    level goes if it is in doubt still.
    """

    level: int
    flag: str
    appraisals: int
    since: date
    settles_on: date
    drops_on: date
    criteria: Sequence[Mapping[str, Any]]


def find_doubt(session: Session, service_id: int) -> Doubt | None:
    """The doubt about a service's published level; None where there is none."""
    rows = session.scalars(
        select(Appraisal)
        .where(Appraisal.service_id == service_id)
        .order_by(Appraisal.quarter_on.desc())
        .limit(FLAGGED_AT_MOST)
    ).all()
    newest = rows[0] if rows else None
    if newest is None or newest.flag is None:
        return None
    return Doubt(
        level=newest.level,
        flag=newest.flag,
        appraisals=newest.quarters_flagged,
        since=rows[newest.quarters_flagged - 1].as_of,
        settles_on=quarter_after(newest.as_of),
        drops_on=drops_on(newest.as_of, newest.quarters_flagged),
        criteria=criteria_in_doubt(newest.result, newest.level),
    )
