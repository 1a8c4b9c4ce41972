"""How the city's own target was kept, for managers: beside the level, and no part of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.assess.operations import assess_service
from portal.assess.recounting import check_months
from portal.domain.loop import Actor, Event, EventKind, Outcome
from portal.manage.queries.own_target import OwnMonth, find_own_target
from portal.models.appraisals import MonthlyFigure
from portal.models.assessments import Assessment
from portal.models.loops import LoopRow
from portal.store.engine import Store
from portal.store.loops import Links, append_event
from portal.store.targets import add_target
from tests.support.answers import send
from tests.support.city import City
from tests.support.managers import ManagersDesk
from tests.support.moment import this_day, this_moment

DAYS = timedelta(days=1)


def month() -> date:
    """The first day of a month that is over, and all of it due."""
    return (this_day().replace(day=1) - 40 * DAYS).replace(day=1)


def monday() -> date:
    """Its first Monday."""
    return month() + DAYS * ((7 - month().weekday()) % 7)


def tell(store: Store, city: City, case: int, on: date) -> None:
    links = Links(person_id=city.people["staff"])
    answered = Event(kind=EventKind.RESPONDED, on=on, actor=Actor.STAFF, outcome=Outcome.ANSWERED)
    told = Event(kind=EventKind.TOLD, on=on, actor=Actor.SYSTEM, lang="en")
    store.write(append_event, case, answered, at=this_moment(), links=links)
    store.write(append_event, case, told, at=this_moment())


def keep(store: Store, city: City, days: int | None = 10) -> None:
    first = month() if days else this_day()
    store.write(
        add_target, service_id=None, working_days=days, from_on=first, person_id=None,
        today=first, now=this_moment(),
    )  # fmt: skip


def three_cases(store: Store, city: City) -> None:
    """Of that month: one told by its day, one a day late, and thanks. Of today: one that waits."""
    moment = datetime.combine(monday(), time(12), UTC)
    target = monday() + 14 * DAYS  # ten working days later
    for on in (target, target + DAYS):
        tell(store, city, send(store, city.potholes, moment), on)
    send(store, city.potholes, moment, kind="praise")
    send(store, city.potholes, this_moment())


def assess(store: Store, city: City) -> None:
    store.write(assess_service, service_id=city.potholes, as_of=this_day(), now=this_moment())


def test_figures_are_counted_by_the_month_in_which_cases_came(store: Store, city: City) -> None:
    keep(store, city)
    three_cases(store, city)
    assess(store, city)
    with store.read() as session:
        figures = session.scalars(
            select(MonthlyFigure)
            .where(MonthlyFigure.breakdown == "all")
            .order_by(MonthlyFigure.month_on)
        ).all()
        counts = [(one.counts["own_met"], one.counts["own_due"], one.counts["own"])
                  for one in figures]  # fmt: skip
        assert counts == [(1, 2, 2), (0, 0, 1)]
        own = find_own_target(session, city.potholes, this_day())
        assert own is not None
        assert (own.working_days, own.months) == (10, [OwnMonth(month(), 1, 2, 0)])
        assert list(check_months(session)) == []


def test_without_a_target_there_are_no_figures_of_it(
    app: Flask, store: Store, desk_city: City
) -> None:
    three_cases(store, desk_city)
    assess(store, desk_city)
    with store.read() as session:
        assert all("own" not in one.counts for one in session.scalars(select(MonthlyFigure)))
        assert find_own_target(session, desk_city.potholes, this_day()) is None
    page = ManagersDesk(app).get("services/pothole-repair/")
    assert "own target" not in page.words()


def test_a_manager_reads_the_share_and_that_it_is_no_part_of_the_level(
    app: Flask, store: Store, desk_city: City
) -> None:
    keep(store, desk_city)
    three_cases(store, desk_city)
    assess(store, desk_city)
    words = ManagersDesk(app).get("services/pothole-repair/").words()
    assert "Residents are to be answered within 10 working days." in words
    assert "No part of the level: no criterion reads it." in words


def test_no_evidence_and_no_level_reads_a_target(store: Store, city: City) -> None:
    """The same records with and without one give the same assessment."""
    keep(store, city)
    three_cases(store, city)
    assess(store, city)
    with store.read() as session:
        before = session.scalars(select(Assessment)).one()
    keep(store, city, None)

    def forget(session: Session) -> None:
        session.execute(update(LoopRow).values(target_on=None))

    store.write(forget)
    assess(store, city)
    with store.read() as session:
        after = session.scalars(select(Assessment)).one()
    for name in ("evidence", "result", "level", "evidence_hash", "workload"):
        assert getattr(before, name) == getattr(after, name), name
