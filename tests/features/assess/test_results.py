"""Results move in batches, and stay once everybody in a quarter has had time to be answered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.assess.operations import assess_service
from portal.assess.results import keep_city_results, keep_results
from portal.domain.loop import Actor, Event, EventKind, Verdict
from portal.domain.results import Counted, publish_service
from portal.models.appraisals import CityResult, MonthlyFigure, ServiceResult
from portal.models.loops import LoopRow
from portal.models.services import Service
from portal.store.engine import Store
from tests.support.appraising import appraise_service
from tests.support.history import add_case, add_service, add_submission

QUARTER = date(2026, 1, 1)


def rate(session: Session, service_id: int, on: date, count: int) -> None:
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    for _number in range(count):
        add_submission(session, service_id, received_at=at)


def assess(store: Store, service_id: int, on: date) -> None:
    now = datetime(on.year, on.month, on.day, 15, tzinfo=UTC)
    store.write(assess_service, service_id=service_id, as_of=on, now=now)


def appraise(store: Store, service_id: int, on: date) -> None:
    now = datetime(on.year, on.month, on.day, 15, tzinfo=UTC)
    store.write(appraise_service, service_id=service_id, as_of=on, now=now)


def ratings(store: Store, service_id: int, quarter: date = QUARTER) -> tuple[date, int]:
    with store.read() as session:
        row = session.get_one(ServiceResult, (service_id, quarter))
        return row.batch_on, row.counts["ratings"]


def test_a_quarter_comes_out_when_it_has_ended_moves_once_more_and_settles(store: Store) -> None:
    service_id = store.write(add_service)
    store.write(rate, service_id, date(2026, 2, 3), 12)
    assess(store, service_id, date(2026, 2, 4))
    assess(store, service_id, date(2026, 4, 1))
    assert ratings(store, service_id) == (date(2026, 4, 1), 12)
    store.write(rate, service_id, date(2026, 3, 5), 20)  # entered late, from paper
    store.write(rate, service_id, date(2026, 4, 5), 20)
    assess(store, service_id, date(2026, 5, 2))  # other figures of the service move
    assert ratings(store, service_id) == (date(2026, 4, 1), 12)
    with store.read() as session:
        assert session.get(ServiceResult, (service_id, date(2026, 4, 1))) is None, "it goes on"
    assess(store, service_id, date(2026, 7, 1))  # ninety days after it ended
    store.write(rate, service_id, date(2026, 2, 7), 20)
    assess(store, service_id, date(2026, 10, 1))
    assert ratings(store, service_id) == (date(2026, 7, 1), 32)


def test_a_few_ratings_that_come_late_do_not_show(store: Store) -> None:
    service_id = store.write(add_service)
    store.write(rate, service_id, date(2026, 2, 3), 12)
    assess(store, service_id, date(2026, 4, 1))
    store.write(rate, service_id, date(2026, 3, 5), 9)
    assess(store, service_id, date(2026, 7, 1))
    assert ratings(store, service_id) == (date(2026, 7, 1), 12)


def test_a_quarter_moves_with_an_appraisal_on_its_day_alone(store: Store) -> None:
    service_id = store.write(add_service)
    store.write(rate, service_id, date(2026, 2, 3), 12)
    appraise(store, service_id, date(2026, 4, 1))
    assess(store, service_id, date(2026, 4, 1))
    assert ratings(store, service_id) == (date(2026, 4, 1), 12)
    store.write(rate, service_id, date(2026, 6, 5), 11)
    appraise(store, service_id, date(2026, 7, 1))
    assess(store, service_id, date(2026, 7, 4))  # the worker stood still for three days
    assert ratings(store, service_id) == (date(2026, 4, 1), 12)
    store.write(rate, service_id, date(2026, 7, 5), 11)
    assess(store, service_id, date(2026, 8, 1))
    assert ratings(store, service_id, date(2026, 4, 1)) == (date(2026, 8, 1), 11)


def test_the_first_batch_brings_all_quarters_that_are_counted(store: Store) -> None:
    service_id = store.write(add_service)
    store.write(rate, service_id, date(2025, 5, 3), 11)
    assess(store, service_id, date(2026, 2, 4))
    assert ratings(store, service_id, date(2025, 4, 1)) == (date(2026, 2, 4), 11)
    with store.read() as session:
        quarters = session.scalars(select(ServiceResult.quarter_on)).all()
    assert (min(quarters), max(quarters), len(quarters)) == (date(2024, 4, 1), date(2025, 10, 1), 7)


def test_months_counted_before_waits_were_hold_the_first_batch_back(store: Store) -> None:
    service_id = store.write(add_service)
    store.write(rate, service_id, date(2026, 2, 3), 12)
    assess(store, service_id, date(2026, 4, 4))
    store.write(forget_waits, service_id)
    store.write(keep_results, service_id, date(2026, 4, 4))
    with store.read() as session:
        assert session.scalars(select(ServiceResult)).all() == []
    assess(store, service_id, date(2026, 4, 5))
    assert ratings(store, service_id) == (date(2026, 4, 5), 12)


def forget_waits(session: Session, service_id: int) -> None:
    """As an earlier version of the portal had left it."""
    for row in session.scalars(select(MonthlyFigure)):
        row.counts = {name: value for name, value in row.counts.items() if name != "waits"}
    for result in session.scalars(select(ServiceResult)):
        session.delete(result)


def test_the_city_moves_once_a_quarter_when_the_services_have(store: Store) -> None:
    service_id = store.write(add_service)
    assert store.write(keep_city_results, date(2026, 4, 4)) == 0
    store.write(rate, service_id, date(2026, 2, 3), 12)
    assess(store, service_id, date(2026, 4, 4))
    assert store.write(keep_city_results, date(2026, 4, 4)) == 1
    store.write(rate, service_id, date(2026, 2, 10), 30)
    store.write(rate, service_id, date(2026, 5, 10), 30)
    for day in (date(2026, 5, 2), date(2026, 6, 2)):
        assess(store, service_id, day)
        assert store.write(keep_city_results, day) == 0
    assert store.write(keep_city_results, date(2026, 7, 2)) == 0, "services come first"
    assess(store, service_id, date(2026, 7, 1))
    assert store.write(keep_city_results, date(2026, 7, 1)) == 0, "perhaps not all have come"
    with store.read() as session:
        assert session.get_one(CityResult, QUARTER).figures["languages"]["n"] == 12
    assert store.write(keep_city_results, date(2026, 7, 2)) == 1
    with store.read() as session:
        figures = {row.quarter_on: row.figures for row in session.scalars(select(CityResult))}
    assert figures[QUARTER]["languages"]["n"] == 42
    assert figures[date(2026, 4, 1)]["languages"]["n"] == 30


def people_in_the_city(store: Store) -> int:
    with store.read() as session:
        count: int = session.get_one(CityResult, QUARTER).figures["languages"]["n"]
        return count


def test_a_small_service_that_goes_or_comes_between_batches_does_not_move_the_city(
    store: Store,
) -> None:
    services = [store.write(add_service) for _ in range(4)]
    for service_id, people in zip(services, (30, 6, 7, 8), strict=True):
        store.write(rate, service_id, date(2026, 2, 3), people)
        assess(store, service_id, date(2026, 4, 1))
    store.write(keep_city_results, date(2026, 4, 2))
    assert people_in_the_city(store) == 51
    store.write(take_out_of_use, services.pop())
    small = store.write(add_service)
    store.write(rate, small, date(2026, 2, 3), 7)  # imported, say
    for service_id in (*services, small):
        assess(store, service_id, date(2026, 7, 1))
    assert store.write(keep_city_results, date(2026, 7, 2)) == 1
    assert people_in_the_city(store) == 51


def test_a_service_that_comes_between_batches_with_ten_people_is_in_the_city(
    store: Store,
) -> None:
    first = store.write(add_service)
    store.write(rate, first, date(2026, 2, 3), 30)
    assess(store, first, date(2026, 4, 1))
    store.write(keep_city_results, date(2026, 4, 2))
    late = store.write(add_service)
    store.write(rate, late, date(2026, 2, 3), 12)
    for service_id in (first, late):
        assess(store, service_id, date(2026, 7, 1))
    store.write(keep_city_results, date(2026, 7, 2))
    assert people_in_the_city(store) == 42


def take_out_of_use(session: Session, service_id: int) -> None:
    session.execute(update(Service).where(Service.id == service_id).values(is_active=False))


def reply(session: Session, service_id: int, person: int, verdicts: str) -> None:
    """A person's cases of a month, each told of an answer; y, p or n is what they say of it."""
    words = {"y": Verdict.YES, "p": Verdict.PARTLY, "n": Verdict.NO}
    for number, letter in enumerate(verdicts):
        on = date(2026, 2, 3 + number)
        told = Event(kind=EventKind.TOLD, on=on, actor=Actor.SYSTEM, lang="en")
        said = Event(
            kind=EventKind.CONFIRMED, on=on, actor=Actor.RESIDENT, verdict=words.get(letter)
        )
        case = add_case(session, service_id, on, [told, said] if letter in words else [told])
        key = {"person_key": f"person {person}"}
        session.execute(update(LoopRow).where(LoopRow.submission_id == case).values(key))


def test_replies_are_people_however_many_cases_they_have(store: Store) -> None:
    service_id = store.write(add_service)
    for person in range(4):
        store.write(reply, service_id, person, "yyy")
    for person in range(4, 10):
        store.write(reply, service_id, person, "yn ")
    assess(store, service_id, date(2026, 4, 1))
    with store.read() as session:
        counts = session.get_one(ServiceResult, (service_id, QUARTER)).counts
    assert counts["cases"] == 30
    assert counts["verdicts"] == {"yes": 4, "partly": 0, "no": 6}, "the last reply of each"


def test_twelve_replies_of_four_people_are_not_published(store: Store) -> None:
    service_id = store.write(add_service)
    for person in range(4):
        store.write(reply, service_id, person, "yyy")
    assess(store, service_id, date(2026, 4, 1))
    with store.read() as session:
        counts = session.get_one(ServiceResult, (service_id, QUARTER)).counts
    published = publish_service(cast("Counted", counts))
    assert (published["waits"]["n"], published["verdicts"]) == (12, {"n": 0, "cells": {}})


def test_a_history_that_is_brought_in_after_the_first_batch_comes_with_the_next(
    store: Store,
) -> None:
    service_id, long_ago = store.write(add_service), date(2025, 1, 1)
    assess(store, service_id, date(2026, 2, 4))
    store.write(keep_city_results, date(2026, 2, 4))
    store.write(rate, service_id, date(2025, 2, 3), 40)
    for day in (date(2026, 4, 1), date(2026, 7, 1)):
        assess(store, service_id, day)
        assert store.write(keep_city_results, day + timedelta(days=1)) == 1
        assert ratings(store, service_id, long_ago) == (date(2026, 4, 1), 40), "and then it stays"
        with store.read() as session:
            city = session.get_one(CityResult, long_ago)
            assert (city.batch_on, city.figures["languages"]["n"]) == (date(2026, 4, 2), 40)
        store.write(rate, service_id, date(2025, 2, 3), 40)
