"""Claimed engage levels beside measured ones: the perception gap of METHOD.md section 5."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.self_assessment import is_review_suggested, open_quarter, perception_gap
from portal.models.appraisals import Appraisal
from portal.models.self_assessments import EngageClaim


@dataclass(frozen=True)
class Perception:
    """What was claimed for a quarter and what was measured; `measured` is None until then."""

    service_id: int
    quarter_on: date
    claimed: int
    claimed_on: date
    measured: int | None

    @property
    def gap(self) -> int | None:
        """Levels that the claim lies above (+) or below (−) what was measured."""
        return None if self.measured is None else perception_gap(self.claimed, self.measured)

    @property
    def needs_talk(self) -> bool:
        """Whether the gap is so wide that a review is suggested."""
        return self.gap is not None and is_review_suggested(self.gap)


def list_perceptions(session: Session, service_ids: Collection[int]) -> dict[int, list[Perception]]:
    """Every quarter that somebody claimed a level for, by service, newest first."""
    claims = session.scalars(
        select(EngageClaim)
        .where(EngageClaim.service_id.in_(service_ids))
        .order_by(EngageClaim.quarter_on.desc(), EngageClaim.id)
    )
    newest = {(one.service_id, one.quarter_on): one for one in claims}
    measured = {
        (row[0], row[1]): row[2]
        for row in session.execute(
            select(Appraisal.service_id, Appraisal.quarter_on, Appraisal.level).where(
                Appraisal.service_id.in_(service_ids)
            )
        )
    }
    found: dict[int, list[Perception]] = {number: [] for number in service_ids}
    for key, one in newest.items():
        found[one.service_id].append(
            Perception(one.service_id, one.quarter_on, one.level, one.claimed_on, measured.get(key))
        )
    return found


def newest_gaps(perceptions: dict[int, list[Perception]]) -> dict[int, Perception]:
    """The newest quarter of each service that has been claimed and measured."""
    found = {}
    for number, quarters in perceptions.items():
        known = [one for one in quarters if one.gap is not None]
        if known:
            found[number] = known[0]
    return found


def open_claim(quarters: list[Perception], today: date) -> Perception | None:
    """What has been claimed for the quarter that is open; None where nobody has."""
    quarter_on = open_quarter(today)
    return next((one for one in quarters if one.quarter_on == quarter_on), None)


def gap_counts(gaps: Collection[Perception]) -> list[tuple[int, int]]:
    """(gap, number of services) from the lowest to the highest, at least from −2 to +2."""
    counts = Counter(one.gap for one in gaps if one.gap is not None)
    if not counts:
        return []
    widest = max(2, *(abs(gap) for gap in counts))
    return [(gap, counts[gap]) for gap in range(-widest, widest + 1)]
