"""What the public sees of levels: appraisals, and what holds until a service has its first one.

Nothing while the city is in shadow (`portal/store/publicity.py`). Of the appraisals made in shadow
only the newest becomes public with it: it says where each service stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import ScalarSelect, Select, select
from sqlalchemy.orm import Session, aliased

from portal.domain.publication import PublishedLevel
from portal.models.appraisals import Appraisal
from portal.models.assessments import Assessment
from portal.models.services import Service
from portal.store.publicity import get_public_since


@dataclass(frozen=True)
class PublicAssessment:
    """A published assessment: evidence and result in METHOD.md's shapes (A.4), made coarse (A.3).

    `level` is the published level. `state` is how it came about (METHOD.md 3.5); None before the
    first appraisal, when the level is provisional and simply what the evidence gives.
    `before` is the level of the appraisal before, where that is public. `public_on` is the day from
    which it could be read at the earliest, `made_at` the moment at which an appraisal was made.
    `evidence_hash` is the SHA-256 of `evidence` as canonical JSON; `thresholds` holds what the city
    made stricter than the method's defaults.
    """

    service_id: int
    as_of: date
    public_on: date
    level: int
    method: str
    thresholds: Mapping[str, Any]
    evidence: Mapping[str, Any]
    evidence_hash: str
    result: Mapping[str, Any]
    state: PublishedLevel | None = None
    before: int | None = None
    made_at: datetime | None = None

    @property
    def is_provisional(self) -> bool:
        """Whether no appraisal has confirmed the level yet."""
        return self.state is None


@dataclass(frozen=True)
class PublicLevel:
    """A service's published level in short. `next_status` says how far the level above is.

    `before` is the level of the appraisal before, where that is public.
    """

    service_id: int
    as_of: date
    public_on: date
    level: int
    next_status: str | None
    flag: str | None = None
    is_awaiting: bool = False
    before: int | None = None
    made_at: datetime | None = None
    is_provisional: bool = True

    @property
    def change(self) -> int:
        """How many levels up, or down where it is negative, since the appraisal before."""
        return 0 if self.before is None else self.level - self.before

    @property
    def doubt(self) -> int:
        """The level whose evidence is too close to call, or 0: the one held, else the next."""
        if self.flag is not None:
            return self.level
        if self.is_awaiting:  # `next_status` is about a level above the one that was reached once
            return 0
        return self.level + 1 if self.next_status == "in_doubt" else 0


def published_on(
    known: PublicAssessment | PublicLevel, city_day: Callable[[datetime], date]
) -> date:
    """The day on which it was published: nobody could read an appraisal before it was made."""
    if known.made_at is None:
        return known.public_on
    return max(known.public_on, city_day(known.made_at))


def get_public_assessment(session: Session, service_id: int) -> PublicAssessment | None:
    """What is published about a service now: its newest appraisal, else its newest figures.

    None in shadow, and where it has never been assessed.
    """
    since = get_public_since(session)
    if since is None:
        return None
    newest = session.scalars(_newest_first(service_id).limit(2)).all()
    return next(_of_appraisals(newest, since), None) or _get_figures(session, service_id)


def get_public_figures(session: Session, service_id: int) -> PublicAssessment | None:
    """The newest monthly batch of figures, with the level that they alone would give.

    None in shadow, and where there is none.
    """
    if get_public_since(session) is None:
        return None
    return _get_figures(session, service_id)


def _get_figures(session: Session, service_id: int) -> PublicAssessment | None:
    row = session.scalar(
        select(Assessment)
        .where(Assessment.service_id == service_id, Assessment.public_on.is_not(None))
        .order_by(Assessment.public_on.desc(), Assessment.id.desc())
        .limit(1)
    )
    if row is None or row.public_on is None or row.public_level is None:
        return None
    return PublicAssessment(
        service_id=row.service_id,
        as_of=row.as_of,
        public_on=row.public_on,
        level=row.public_level,
        method=row.method,
        thresholds=row.thresholds,
        evidence=row.public_evidence or {},
        evidence_hash=row.evidence_hash,
        result=row.public_result or {},
    )


def state_of(appraisal: Appraisal) -> PublishedLevel:
    """The state of METHOD.md 3.5 after an appraisal."""
    return PublishedLevel(
        level=appraisal.level,
        raw=appraisal.raw,
        flag=appraisal.flag,
        quarters_flagged=appraisal.quarters_flagged,
        awaiting_second_look=appraisal.awaiting_second_look,
    )


def list_public_appraisals(session: Session, service_id: int) -> list[PublicAssessment]:
    """Every published appraisal of a service, newest first; empty in shadow."""
    since = get_public_since(session)
    if since is None:
        return []
    return list(_of_appraisals(session.scalars(_newest_first(service_id)).all(), since))


def _newest_first(service_id: int) -> Select[Appraisal]:
    return (
        select(Appraisal)
        .where(Appraisal.service_id == service_id)
        .order_by(Appraisal.quarter_on.desc())
    )


def _of_appraisals(newest_first: Sequence[Appraisal], since: date) -> Iterator[PublicAssessment]:
    """Those that are public: of those made in shadow, the newest."""
    for row, earlier in zip_longest(newest_first, newest_first[1:]):
        is_last = _is_first_public(row.as_of, since)
        yield _of_appraisal(row, since, None if is_last or not earlier else earlier.level)
        if is_last:
            return


def _is_first_public(as_of: date, since: date) -> bool:
    """Whether no appraisal before one of this day is public."""
    return as_of <= since


def may_be_compared(as_of: date, since: date | None) -> bool:
    """Whether the appraisal before one of this day may stand beside it; in shadow it may."""
    return since is None or not _is_first_public(as_of, since)


def list_public_assessments(session: Session) -> dict[int, PublicLevel]:
    """The published level of every service in use that has one, by service id; empty in shadow.

    One look into the index per service, however many assessments there have been.
    """
    since = get_public_since(session)
    if since is None:
        return {}
    provisional = {row[0]: PublicLevel(*row) for row in session.execute(_provisional())}
    appraised = {
        row.service_id: replace(
            PublicLevel(*row),
            public_on=max(row.as_of, since),
            before=None if _is_first_public(row.as_of, since) else row.before,
            is_provisional=False,
        )
        for row in session.execute(_appraised())
    }
    return provisional | appraised


def _of_appraisal(row: Appraisal, since: date, before: int | None) -> PublicAssessment:
    return PublicAssessment(
        service_id=row.service_id,
        as_of=row.as_of,
        public_on=max(row.as_of, since),
        level=row.level,
        method=row.method,
        thresholds=row.thresholds,
        evidence=row.evidence,
        evidence_hash=row.evidence_hash,
        result=row.result,
        state=state_of(row),
        before=before,
        made_at=row.made_at,
    )


def _provisional() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Assessment.service_id,
            Assessment.as_of,
            Assessment.public_on,
            Assessment.public_level,
            Assessment.public_result["next_status"].as_string(),
        )
        .join(Service, Service.id == Assessment.service_id)
        .where(Service.is_active, Assessment.id == _newest_public())
    )


def _appraised() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Appraisal.service_id,
            Appraisal.as_of,
            Appraisal.as_of,
            Appraisal.level,
            Appraisal.result["next_status"].as_string(),
            Appraisal.flag,
            Appraisal.awaiting_second_look,
            level_before().label("before"),
            Appraisal.made_at,
        )
        .join(Service, Service.id == Appraisal.service_id)
        .where(Service.is_active, Appraisal.id == newest_appraisal())
    )


def _newest_public() -> ScalarSelect[int]:
    """Id of the newest public assessment of the service of the row at hand."""
    other = aliased(Assessment)
    return (
        select(other.id)
        .where(other.service_id == Service.id, other.public_on.is_not(None))
        .order_by(other.public_on.desc(), other.id.desc())
        .limit(1)
        .correlate(Service)
        .scalar_subquery()
    )


def level_before() -> ScalarSelect[int]:
    """The level of the appraisal before the one at hand."""
    other = aliased(Appraisal)
    return (
        select(other.level)
        .where(other.service_id == Appraisal.service_id, other.quarter_on < Appraisal.quarter_on)
        .order_by(other.quarter_on.desc())
        .limit(1)
        .correlate(Appraisal)
        .scalar_subquery()
    )


def newest_appraisal() -> ScalarSelect[int]:
    """Id of the newest appraisal of the service of the row at hand."""
    other = aliased(Appraisal)
    return (
        select(other.id)
        .where(other.service_id == Service.id)
        .order_by(other.quarter_on.desc())
        .limit(1)
        .correlate(Service)
        .scalar_subquery()
    )
