"""Jobs of the worker that go wrong: what else is done all the same, and when they run again."""

from __future__ import annotations

import logging
import sqlite3
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from portal.assess import appraisals, operations
from portal.assess.operations import judge_service
from portal.models.appraisals import Appraisal
from portal.models.assessments import Assessment
from portal.store.engine import Store
from portal.store.in_turn import do_in_turn
from portal.worker import Job
from portal.worker import _try as try_job
from tests.support.city import City
from tests.support.signed import StoppedClock

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
DISK_FULL = OperationalError("", None, psycopg.errors.DiskFull())
BROKEN = OperationalError("", None, psycopg.OperationalError("the connection is closed"))
BUSY = OperationalError("", None, psycopg.errors.LockNotAvailable())
TOO_LONG = OperationalError("", None, psycopg.errors.QueryCanceled())
DEADLOCK = OperationalError("", None, psycopg.errors.DeadlockDetected())  # 40P01
NOT_IN_A_ROW = OperationalError("", None, psycopg.errors.SerializationFailure())  # 40001
TOO_LARGE = OperationalError("", None, psycopg.errors.ProgramLimitExceeded())  # 54000
NO_MEMORY = OperationalError("", None, psycopg.errors.OutOfMemory())
SHUT_DOWN = OperationalError("", None, psycopg.errors.AdminShutdown())
OF_STATEMENT = [TOO_LONG, DEADLOCK, NOT_IN_A_ROW, TOO_LARGE, NO_MEMORY]
DOUBLE = IntegrityError("", None, psycopg.errors.UniqueViolation())


def _sqlite(kind: type[DBAPIError], name: str) -> DBAPIError:
    fault = sqlite3.DatabaseError()
    fault.sqlite_errorname = name
    return kind("", None, fault)


NO_FUNCTION = _sqlite(OperationalError, "SQLITE_ERROR")
FILE_FULL = _sqlite(OperationalError, "SQLITE_FULL")
FILE_BROKEN = _sqlite(DatabaseError, "SQLITE_CORRUPT_INDEX")


def test_one_that_goes_wrong_keeps_no_other_waiting() -> None:
    done: list[int] = []

    def do(number: int) -> int:
        if number % 2:
            raise ValueError(number)
        done.append(number)
        return number

    with pytest.raises(ValueError, match=r"^1$"):
        do_in_turn(range(5), do)
    assert done == [0, 2, 4]
    assert do_in_turn([2, 4], do) == 6


@pytest.mark.parametrize(
    ("fault", "tried"),
    [(fault, 1) for fault in (BROKEN, DISK_FULL, SHUT_DOWN, FILE_FULL, FILE_BROKEN)]
    + [(fault, 3) for fault in (BUSY, *OF_STATEMENT, DOUBLE, NO_FUNCTION)],
)
def test_a_database_that_is_away_is_not_asked_for_each(fault: DBAPIError, tried: int) -> None:
    asked: list[int] = []

    def do(number: int) -> int:
        asked.append(number)
        raise fault

    with pytest.raises(DBAPIError):
        do_in_turn(range(3), do)
    assert len(asked) == tried


@pytest.mark.parametrize(
    ("fault", "is_soon"),
    [(fault, True) for fault in (BROKEN, BUSY, SHUT_DOWN, FILE_FULL, FILE_BROKEN)]
    + [(fault, False) for fault in (*OF_STATEMENT, DOUBLE, NO_FUNCTION, KeyError("x"))],
)
def test_a_job_runs_again_at_once_only_where_that_can_help(
    fault: Exception, is_soon: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """What would go wrong again is said with its place, and costs no more than its usual turn."""

    def fail() -> int:
        raise fault

    job = Job("fails", fail, timedelta(hours=1))
    with caplog.at_level(logging.ERROR):
        assert try_job(job, NOW) == type(fault).__name__
    assert job.is_due(NOW + timedelta(seconds=5)) is is_soon
    assert [bool(record.exc_info) for record in caplog.records] == [not is_soon]


@pytest.fixture
def spoilt(city: City, monkeypatch: pytest.MonkeyPatch) -> int:
    """The id of a service that cannot be judged as of a day before April 2027."""

    def judge(session: Session, service_id: int, as_of: date, *others: Any, **more: Any) -> Any:
        if service_id == city.potholes and as_of < date(2027, 4, 1):
            raise ZeroDivisionError
        return judge_service(session, service_id, as_of, *others, **more)

    for module in (appraisals, operations):
        monkeypatch.setattr(module, "judge_service", judge)
    return city.potholes


def test_a_service_that_cannot_be_judged_keeps_no_other_waiting(
    store: Store, spoilt: int, city: City
) -> None:
    with pytest.raises(ZeroDivisionError):
        operations.assess_due(store, StoppedClock(NOW))
    with store.read() as session:
        assessed = set(session.scalars(select(Assessment.service_id)))
    assert assessed == {city.lights, city.pools}
    assert spoilt not in assessed


def test_a_quarter_that_cannot_be_appraised_is_not_passed_over(
    store: Store, spoilt: int, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next one would make it too late for good."""
    clock = StoppedClock(NOW + timedelta(days=200))
    with pytest.raises(ZeroDivisionError):
        appraisals.appraise_due(store, clock)
    with store.read() as session:
        rows = session.execute(select(Appraisal.service_id, Appraisal.quarter_on)).all()
    quarters = {date(2027, 1, 1), date(2027, 4, 1)}
    assert {(row[0], row[1]) for row in rows} == {
        (service_id, quarter) for service_id in (city.lights, city.pools) for quarter in quarters
    }
    monkeypatch.setattr(appraisals, "judge_service", judge_service)
    appraisals.appraise_due(store, clock)
    with store.read() as session:
        own = select(Appraisal.quarter_on).where(Appraisal.service_id == spoilt)
        assert set(session.scalars(own)) == quarters
