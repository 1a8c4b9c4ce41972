"""The calibration report: two quarters' appraisals, judged again with thresholds moved and chance.

The worker has computed it (`portal/store/calibrations.py`); here it is read and counted up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.calibration import EASED, STRICTER, Move, Standing
from portal.domain.criteria import CRITERIA
from portal.models.appraisals import Appraisal, Calibration
from portal.models.services import Service
from portal.store.calibrations import count_waiting, drawn_of, list_quarters, standing_of
from portal.store.names import service_names
from portal.store.texts import InLanguage

UNSURE = 0.1
"""Where chance gives another level more often than this, the service does not stand firm."""


@dataclass(frozen=True)
class ServiceReport:
    """How one service stands in a quarter, by this quarter's evidence alone.

    `published` is the level of METHOD.md 3.5, which earlier quarters decide too (in shadow: the
    one that would be). `drawn` counts the levels that chance alone gives.
    """

    slug: str
    name: InLanguage[str]
    people: int  # who rated it in 12 months; 0 for fewer than 10
    replied: int  # who said whether the answer helped
    asked: int  # who were asked
    standing: Standing
    published: int
    is_doubtful: bool  # whether the published level is held in doubt
    drawn: Counter[int]

    @property
    def by_chance(self) -> float:
        """The share of draws that give another level."""
        return 1 - self.drawn[self.standing.level] / self.drawn.total()

    @property
    def chances(self) -> list[tuple[int, float]]:
        """(level, share of draws that give it), the highest level first."""
        total = self.drawn.total()
        return [(level, n / total) for level, n in sorted(self.drawn.items(), reverse=True) if n]

    @property
    def decisive(self) -> list[Move]:
        """Thresholds that alone, moved one step, would give another level."""
        return [one for one in self.standing.moves if one.level != self.standing.level]

    @property
    def is_firm(self) -> bool:
        """Whether no threshold moved, one or all, and hardly any chance gives another level."""
        levels = {self.standing.level, self.standing.eased, self.standing.stricter}
        return len(levels) == 1 and not self.decisive and self.by_chance <= UNSURE


@dataclass(frozen=True)
class CriterionReport:
    """How many services one threshold moves: their verdict on it, and among them their level."""

    criterion_id: str
    eased: int
    stricter: int
    levels: int


@dataclass(frozen=True)
class QuarterReport:
    """All services of one quarter, in the order of their names, and when the last was computed."""

    quarter_on: date
    made_at: datetime
    services: list[ServiceReport]

    def count(self, way: int = 0) -> list[int]:
        """How many services stand at level 0 to 4 with thresholds moved that way, or in force."""
        found = Counter(_level(one.standing, way) for one in self.services)
        return [found[level] for level in range(5)]

    @property
    def unsteady(self) -> list[ServiceReport]:
        """The services that do not stand firm."""
        return [one for one in self.services if not one.is_firm]

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


@dataclass(frozen=True)
class Making:
    """How far the worker has come with the report on the newest quarters."""

    done: int
    all: int

    @property
    def is_done(self) -> bool:
        """Whether nothing waits."""
        return self.done == self.all


def _level(standing: Standing, way: int) -> int:
    return {EASED: standing.eased, STRICTER: standing.stricter}.get(way, standing.level)


def get_making(session: Session) -> Making:
    """Counted over all services of the quarters that the report is about."""
    wanted = session.scalar(
        select(func.count())
        .select_from(Appraisal)
        .join(Service, Service.id == Appraisal.service_id)
        .where(Service.is_active, Appraisal.quarter_on.in_(list_quarters(session)))
    )
    waiting = sum(count_waiting(session).values())
    return Making((wanted or 0) - waiting, wanted or 0)


def get_reports(session: Session, langs: Sequence[str]) -> list[QuarterReport]:
    """Reports on the newest two quarters that were appraised, the newest first.

    Quarters of which a service was never computed are left out. While a fresh report is made, the
    services that still wait stand as they were.
    """
    reports = (_get_report(session, quarter_on, langs) for quarter_on in list_quarters(session))
    return [report for report in reports if report is not None]


def _get_report(session: Session, quarter_on: date, langs: Sequence[str]) -> QuarterReport | None:
    rows = session.execute(
        select(
            Service.id,
            Service.slug,
            Appraisal.evidence["raters"],
            Appraisal.evidence["confirmed"],
            Appraisal.level,
            Appraisal.flag,
            Calibration,
        )
        .join(Appraisal, Appraisal.service_id == Service.id)
        .outerjoin(Calibration, Calibration.appraisal_id == Appraisal.id)
        .where(Service.is_active, Appraisal.quarter_on == quarter_on)
    ).all()
    if any(row[-1] is None for row in rows):
        return None
    names = service_names(session, [service_id for service_id, *_rest in rows], langs)
    services = [
        ServiceReport(
            slug=slug,
            name=names.get(service_id, InLanguage(langs[0], slug)),
            people=raters or 0,
            replied=(confirmed or {}).get("n") or 0,
            asked=(confirmed or {}).get("asked") or 0,
            standing=standing_of(calibration),
            published=level,
            is_doubtful=flag is not None,
            drawn=drawn_of(calibration),
        )
        for service_id, slug, raters, confirmed, level, flag, calibration in rows
    ]
    return QuarterReport(
        quarter_on,
        max(calibration.made_at for *_rest, calibration in rows),
        sorted(services, key=lambda one: one.name.text.casefold()),
    )
