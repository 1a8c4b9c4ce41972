"""Quarterly appraisals: the published level, frozen with its evidence (METHOD.md 3.5).

A quarter's appraisal is made once for each service: by the worker as of the quarter's first day
(also when it runs later, after a standstill), or by hand as of any day of the quarter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count, groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.assess.operations import Judged, judge_service, snapshot
from portal.domain.criteria import METHOD
from portal.domain.level import evaluate
from portal.domain.publication import (
    DAYS_APART,
    PublishedLevel,
    appraise,
    evidence_hash,
    is_apart,
    publish,
    quarter_after,
    quarter_of,
)
from portal.models.appraisals import Appraisal
from portal.models.services import Service
from portal.store.assessments import state_of
from portal.store.clock import Clock
from portal.store.content import raise_content_version
from portal.store.engine import Store
from portal.store.in_turn import do_in_turn
from portal.store.newest_days import get_figures_on
from portal.store.publicity import get_public_since, open_when_due
from portal.store.thresholds import get_thresholds
from portal.store.webhooks import announce


def appraise_by_hand(
    store: Store, clock: Clock, services: Sequence[int], as_of: date
) -> list[Appraisal]:
    """Appraise services for the quarter of a day, as of that day; those that have one keep it.

    Raises ValueError before anything is kept: where a later quarter has been appraised, where
    figures of a later day are out, or of less than 30 days before a day within the quarter, and
    where the next quarter's appraisal is due in less than 30 days.
    """
    with store.read() as session:
        for service_id in services:
            _require_in_time(session, service_id, as_of)
    return [_appraise(store, clock, service_id, as_of) for service_id in services]


def _require_in_time(session: Session, service_id: int, as_of: date) -> None:
    quarter_on = quarter_of(as_of)
    if _find_appraisal(session, service_id, quarter_on) is not None:
        return
    _require_none_later(session, service_id, quarter_on)
    next_on = quarter_after(as_of)
    if not is_apart(as_of, next_on):  # else the two would show what few people said in between
        raise ValueError(
            f"{_slug(session, service_id)}: the appraisal of {next_on} is due in less than"
            f" {DAYS_APART} days, so {as_of} is too late for one by hand"
        )
    figures_on = get_figures_on(session, service_id)
    if figures_on is None or is_apart(figures_on, as_of):
        return
    if figures_on > as_of or as_of != quarter_on:  # on that day the worker makes it anyway
        # Between the two, what few people answered in between would show.
        earliest = min(figures_on + timedelta(days=DAYS_APART), quarter_after(figures_on))
        raise ValueError(
            f"{_slug(session, service_id)}: figures of {figures_on} are out, so the next appraisal"
            f" by hand is possible as of {earliest} at the earliest"
        )


def _require_none_later(session: Session, service_id: int, quarter_on: date) -> Appraisal | None:
    """The newest appraisal. Raises ValueError where it is of a later quarter."""
    newest = _get_newest(session, service_id)
    if newest is not None and newest.quarter_on > quarter_on:
        raise ValueError(
            f"{_slug(session, service_id)}: the quarter of {newest.quarter_on} is appraised,"
            f" {quarter_on} is too late"
        )
    return newest


def _appraise(
    store: Store, clock: Clock, service_id: int, as_of: date, now: datetime | None = None
) -> Appraisal:
    """Gather without holding a lock, then keep what was found in a short transaction."""
    with snapshot(store) as session:
        thresholds = get_thresholds(session, as_of)
        judged = judge_service(session, service_id, as_of, thresholds, with_workload=False)
    return store.write(keep_appraisal, judged, now=now or clock.now())


def keep_appraisal(session: Session, judged: Judged, *, now: datetime) -> Appraisal:
    """Freeze what was judged as its quarter's appraisal; returns the one that is there, if any.

    Raises ValueError when a later quarter has been appraised: levels follow from each other.
    """
    session.execute(
        select(Service.id).where(Service.id == judged.service_id).with_for_update()
    ).one()
    quarter_on = quarter_of(judged.as_of)
    known = _find_appraisal(session, judged.service_id, quarter_on)
    if known is not None:  # by a quicker worker, who may be quarters ahead
        return known
    previous = _require_none_later(session, judged.service_id, quarter_on)
    evidence = publish(judged.evidence, judged.thresholds)
    result = evaluate(evidence, judged.thresholds)
    appraisal = Appraisal(
        service_id=judged.service_id,
        quarter_on=quarter_on,
        as_of=judged.as_of,
        made_at=now,
        method=METHOD,
        thresholds=dict(judged.thresholds.raised),
        evidence=evidence,
        result=result,
        evidence_hash=evidence_hash(evidence),
        **_appraise_after(previous, judged.as_of, result),
    )
    session.add(appraisal)
    session.flush()
    if get_public_since(session) is not None:
        announce(session, "level.published", appraisal.id, now=now)
    raise_content_version(session)
    return appraisal


def _appraise_after(
    previous: Appraisal | None, as_of: date, result: Mapping[str, Any]
) -> PublishedLevel:
    if previous is None:
        return appraise(None, result)
    return appraise(state_of(previous), result, (as_of - previous.as_of).days)


def appraise_due(
    store: Store,
    clock: Clock,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    made_at: Callable[[date], datetime] | None = None,
) -> int:
    """Appraise every quarter that has begun and has not been appraised, the earliest first.

    Each in a transaction of its own; a second worker finds it done. One that goes wrong keeps the
    service's later quarters waiting, which follow from it, and no other service. `made_at` says of
    a quarter's first day when it was appraised, for a past that is made up. Returns how many.
    """
    today = clock.today()
    store.write(open_when_due, today)
    with store.read() as session:
        due = list_due_appraisals(session, today, clock.day)
    done = count(1)

    def appraise_one(quarters: list[tuple[int, date]]) -> int:
        for service_id, quarter_on in quarters:
            _appraise(store, clock, service_id, quarter_on, made_at and made_at(quarter_on))
            progress(next(done), len(due))
        return len(quarters)

    by_service = groupby(due, key=itemgetter(0))
    return do_in_turn([list(quarters) for _, quarters in by_service], appraise_one)


def list_due_appraisals(
    session: Session, today: date, city_day: Callable[[datetime], date]
) -> list[tuple[int, date]]:
    """(service, first day of the quarter) that have begun and lack an appraisal, in order.

    A service's first one is that of the first quarter that began while it was there.
    """
    appraised = session.execute(
        select(Appraisal.service_id, func.max(Appraisal.quarter_on).label("quarter_on")).group_by(
            Appraisal.service_id
        )
    )
    newest = {row.service_id: row.quarter_on for row in appraised}
    services = session.execute(
        select(Service.id, Service.created_at).where(Service.is_active).order_by(Service.id)
    )
    return [
        (service_id, quarter_on)
        for service_id, created_at in services
        for quarter_on in _quarters(
            quarter_after(newest[service_id]) if service_id in newest else city_day(created_at),
            today,
        )
    ]


def _quarters(first: date, last: date) -> Iterator[date]:
    """First days of quarters from `first` to `last`, both included."""
    quarter_on = quarter_of(first) if quarter_of(first) == first else quarter_after(first)
    while quarter_on <= last:
        yield quarter_on
        quarter_on = quarter_after(quarter_on)


def _slug(session: Session, service_id: int) -> str:
    return session.get_one(Service, service_id).slug


def _find_appraisal(session: Session, service_id: int, quarter_on: date) -> Appraisal | None:
    return session.scalar(
        select(Appraisal).where(
            Appraisal.service_id == service_id, Appraisal.quarter_on == quarter_on
        )
    )


def _get_newest(session: Session, service_id: int) -> Appraisal | None:
    return session.scalar(
        select(Appraisal)
        .where(Appraisal.service_id == service_id)
        .order_by(Appraisal.quarter_on.desc())
        .limit(1)
    )
