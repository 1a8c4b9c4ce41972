"""Quarterly results for the public: what of the monthly figures is out, and since when.

A quarter is out once it has ended, with the first batch of the service's public figures in the next
one, on the day of an appraisal as a rule (decision 13). It moves once more a quarter later, when
everybody in it has had 90 days to be answered; then it stays. The city's quarters follow, from the
services'. In between nothing moves, so that nobody can subtract (METHOD.md 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.assess.monthly import KEPT_FRESH
from portal.domain.monthly import months_until
from portal.domain.publication import quarter_of
from portal.domain.results import (
    Counted,
    Published,
    count_quarter,
    is_empty,
    publish_city,
    renew,
    settles_on,
    shows_nothing,
)
from portal.models.appraisals import CityResult, MonthlyFigure, ServiceResult
from portal.store.clock import Clock
from portal.store.content import raise_content_version
from portal.store.engine import Store
from portal.store.integrity.seals import seal
from portal.store.newest_days import get_appraised_on, get_figures_on


def keep_results(session: Session, service_id: int, today: date) -> None:
    """Put a batch of results out if the service's figures have moved for the first time in a
    quarter."""
    newest = select(func.max(ServiceResult.batch_on)).where(ServiceResult.service_id == service_id)
    batch_on, public_on = session.scalar(newest), _get_public_on(session, service_id, today)
    if public_on is None or (batch_on and quarter_of(batch_on) >= quarter_of(public_on)):
        return
    figures = _list_figures(session, service_id, today)
    if not all("waits" in figure.counts for figure in figures):
        return  # counted before waits were: tomorrow they all are
    known = {
        row.quarter_on: row
        for row in session.scalars(
            select(ServiceResult).where(ServiceResult.service_id == service_id)
        )
    }
    with_city = set(session.scalars(select(CityResult.quarter_on)))
    for quarter in _list_quarters(today):
        row = known.get(quarter)
        if quarter == quarter_of(today) or (row and _is_settled(row)):
            continue
        counted = _count(quarter, figures)
        before = row.counts if row else _count(quarter, ()) if quarter in with_city else None
        if before is not None:  # what comes late moves the city's sum by ten people, too, or not
            counted = renew(cast("Counted", before), counted)
        if row is None:
            row = ServiceResult(service_id=service_id, quarter_on=quarter)
            session.add(row)
        row.batch_on, row.counts = today, dict(counted)
    seal(session, today, "service_result", [service_id])
    raise_content_version(session)


def _get_public_on(session: Session, service_id: int, today: date) -> date | None:
    """The day on which figures that results may stand beside became public.

    An appraisal is one of its own day only: results of a later day would show beside it what was
    answered in between.
    """
    if get_appraised_on(session, service_id) == today:
        return today
    return get_figures_on(session, service_id)


def publish_city_results(store: Store, clock: Clock) -> int:
    """Put the city's results out unless it was done this quarter; returns 1 if it was done now."""
    return store.write(keep_city_results, clock.today())


def keep_city_results(session: Session, today: date) -> int:
    """Sum the services' newest batches, each quarter until it settles. Returns 1 if it was due.

    That is once a quarter, and not on its first day, on which the services' batches come out.
    Services that went out of use since are in the sum as before: without them, the difference
    would show what the few people of a small one answered.
    """
    newest = session.scalar(select(func.max(CityResult.batch_on)))
    batch_on = session.scalar(select(func.max(ServiceResult.batch_on)))
    begun = quarter_of(today)
    if newest and (newest >= begun or today == begun or batch_on is None or batch_on < begun):
        return 0
    services: dict[date, list[Counted]] = {}
    for quarter, counts in session.execute(select(ServiceResult.quarter_on, ServiceResult.counts)):
        services.setdefault(quarter, []).append(counts)
    known = {row.quarter_on: row for row in session.scalars(select(CityResult))}
    due = [
        quarter
        for quarter in services
        if quarter not in known
        or known[quarter].batch_on < settles_on(quarter)
        or shows_nothing(cast("Published", known[quarter].figures))
    ]
    for quarter in due:
        figures = dict(publish_city(services[quarter]))
        session.merge(CityResult(quarter_on=quarter, batch_on=today, figures=figures))
    if not due:
        return 0
    seal(session, today, "city_result", due)
    raise_content_version(session)
    return 1


def list_verdicts(session: Session, service_id: int, today: date) -> list[dict[str, int]]:
    """What residents replied by quarter, as a batch of today would have it."""
    rows = session.scalars(select(ServiceResult).where(ServiceResult.service_id == service_id))
    settled = {row.quarter_on: row.counts["verdicts"] for row in rows if _is_settled(row)}
    figures = _list_figures(session, service_id, today)
    current = {quarter: _count(quarter, figures)["verdicts"] for quarter in _list_quarters(today)}
    return list({**current, **settled}.values())


def _is_settled(row: ServiceResult) -> bool:
    is_late = row.batch_on >= settles_on(row.quarter_on)
    return is_late and not is_empty(cast("Counted", row.counts))


def _list_figures(session: Session, service_id: int, today: date) -> Sequence[MonthlyFigure]:
    begin = months_until(today, KEPT_FRESH)[0]
    return session.scalars(
        select(MonthlyFigure)
        .where(
            MonthlyFigure.service_id == service_id,
            MonthlyFigure.month_on >= begin,
            MonthlyFigure.breakdown.in_(("all", "lang")),
        )
        .order_by(MonthlyFigure.month_on, MonthlyFigure.instrument)
    ).all()


def _list_quarters(today: date) -> list[date]:
    """The quarters whose months are all kept fresh, and the one that has not ended."""
    months = months_until(today, KEPT_FRESH)
    return [month for month in months if quarter_of(month) == month]


def _count(quarter: date, figures: Sequence[MonthlyFigure]) -> Counted:
    own = [figure for figure in figures if quarter_of(figure.month_on) == quarter]
    return count_quarter(
        [(one.instrument, one.counts) for one in own if one.breakdown == "all"],
        [(one.value, one.counts) for one in own if one.breakdown == "lang"],
    )
