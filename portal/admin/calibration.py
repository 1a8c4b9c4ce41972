"""The calibration report: two quarters' appraisals, judged again with thresholds moved and chance.

Reads frozen appraisals and computes; it stores nothing and changes no level.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.calibration import DRAWS, EASED, STRICTER, Move, Standing, draw_levels, stand
from portal.domain.criteria import CRITERIA, Thresholds
from portal.models.appraisals import Appraisal
from portal.models.services import Service
from portal.store.service_names import get_service_name
from portal.store.texts import InLanguage

QUARTERS = 2
_KEPT = 2048  # results of appraisals, which never change


@dataclass(frozen=True)
class ServiceReport:
    """How one service stands in a quarter. `drawn` counts the levels that chance alone gives."""

    slug: str
    name: InLanguage[str]
    people: int  # who rated it in 12 months; 0 for fewer than 10
    replied: int  # who said whether the answer helped
    asked: int  # who were asked
    standing: Standing
    drawn: Counter[int]

    @property
    def by_chance(self) -> float:
        """The share of draws that give another level."""
        return 1 - self.drawn[self.standing.level] / self.drawn.total()

    @property
    def decisive(self) -> list[Move]:
        """Thresholds that alone, moved one step, would give another level."""
        return [one for one in self.standing.moves if one.level != self.standing.level]


@dataclass(frozen=True)
class CriterionReport:
    """How many services one threshold moves: their verdict on it, and among them their level."""

    criterion_id: str
    eased: int
    stricter: int
    levels: int


@dataclass(frozen=True)
class QuarterReport:
    """All services of one quarter, in the order of their names."""

    quarter_on: date
    services: list[ServiceReport]

    def count(self, way: int = 0) -> list[int]:
        """How many services stand at level 0 to 4 with thresholds moved that way, or in force."""
        found = Counter(_level(one.standing, way) for one in self.services)
        return [found[level] for level in range(5)]

    def moved(self, way: int) -> int:
        """How many services stand elsewhere when all thresholds are moved that way."""
        return sum(_level(one.standing, way) != one.standing.level for one in self.services)

    @property
    def by_chance(self) -> float:
        """How many services chance alone puts at another level, on average."""
        return sum(one.by_chance for one in self.services)

    @property
    def criteria(self) -> list[CriterionReport]:
        """The criteria whose threshold moves anything."""
        rows = [self._row(criterion.id) for criterion in CRITERIA]
        return [row for row in rows if row.eased or row.stricter]

    def _row(self, criterion_id: str) -> CriterionReport:
        moves = [
            (one, move)
            for one in self.services
            for move in one.standing.moves
            if move.criterion_id == criterion_id
        ]
        return CriterionReport(
            criterion_id,
            eased=sum(move.way == EASED for _one, move in moves),
            stricter=sum(move.way == STRICTER for _one, move in moves),
            levels=len({one.slug for one, move in moves if move in one.decisive}),
        )


def _level(standing: Standing, way: int) -> int:
    return {EASED: standing.eased, STRICTER: standing.stricter}.get(way, standing.level)


def get_reports(session: Session, langs: Sequence[str]) -> list[QuarterReport]:
    """Reports on the newest two quarters that were appraised, the newest first."""
    quarters = session.scalars(
        select(Appraisal.quarter_on)
        .distinct()
        .order_by(Appraisal.quarter_on.desc())
        .limit(QUARTERS)
    ).all()
    return [_get_report(session, quarter_on, langs) for quarter_on in quarters]


def _get_report(session: Session, quarter_on: date, langs: Sequence[str]) -> QuarterReport:
    rows = session.execute(
        select(Service, Appraisal)
        .join(Appraisal, Appraisal.service_id == Service.id)
        .where(Service.is_active, Appraisal.quarter_on == quarter_on)
    )
    services = []
    for service, appraisal in rows:
        name = get_service_name(session, service.id, service.slug, langs[0], langs[1:])
        services.append(_report(service.slug, name, appraisal))
    return QuarterReport(quarter_on, sorted(services, key=lambda one: one.name.text.casefold()))


def _report(slug: str, name: InLanguage[str], appraisal: Appraisal) -> ServiceReport:
    evidence = appraisal.evidence
    confirmed = evidence.get("confirmed") or {}
    standing, drawn = _judge(
        json.dumps(evidence), json.dumps(appraisal.thresholds), appraisal.evidence_hash
    )
    return ServiceReport(
        slug=slug,
        name=name,
        people=evidence.get("raters", 0),
        replied=confirmed.get("n", 0),
        asked=confirmed.get("asked") or 0,
        standing=standing,
        drawn=drawn,
    )


@lru_cache(maxsize=_KEPT)
def _judge(evidence: str, thresholds: str, seed: str) -> tuple[Standing, Counter[int]]:
    """The seed is the evidence's hash, so that everybody gets the same draws."""
    found, in_force = json.loads(evidence), Thresholds(json.loads(thresholds))
    chance = random.Random(seed)  # noqa: S311 - a fixed seed is the point
    return stand(found, in_force), draw_levels(found, chance.random, in_force, DRAWS)
