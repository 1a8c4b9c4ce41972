"""`portal check`: green on what the portal wrote itself, red on all that others did to it (T2)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from portal.models.assessments import Assessment
from portal.store import engine
from portal.store.check import check_installation
from portal.store.engine import Store
from portal.store.schema import downgrade
from portal.store.secrets import Secrets
from tests.support.cases import send_case, send_rating
from tests.support.city import City
from tests.support.processes import SECRET, Installation
from tests.support.soundness import CLOCK, find_problems

NOW = datetime.now(UTC) - timedelta(days=3)


@pytest.fixture
def sound(store: Store, city: City) -> Store:
    """Two cases and a bare rating, as the portal writes them."""
    for service_id in (city.potholes, city.pools):
        store.write(send_case, service_id, NOW, comment="The gate squeaks.")
    store.write(send_rating, city.lights, NOW)
    return store


def problems(store: Store) -> list[str]:
    return find_problems(store, SECRET)


def tamper(engine: Engine, *statements: str) -> None:
    """Do what nobody may, as somebody with the database's keys would: without its guards."""
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        guards = {}
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            found = connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            )
            guards = {row.name: row.sql for row in found}
            for name in guards:
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement))
        for sql in guards.values():
            connection.execute(text(sql))
        connection.commit()
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
    engine.dispose()


def test_a_sound_installation_is_green(installation: Installation, sound: Store) -> None:
    assert installation.run("work", "--once").status == 0
    done = installation.run("check")
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "All is well."
    del sound


def test_a_large_city_is_looked_through_however_long_it_takes(
    database_url: str, sound: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sound.engine.dialect.name == "sqlite":
        pytest.skip("has no limits of this kind")
    quick = "-c statement_timeout=2s -c idle_in_transaction_session_timeout=2s"
    monkeypatch.setattr(engine, "POSTGRES_TIMEOUTS", quick)
    hurried = Store(database_url)

    def look_long(session: Session) -> Iterator[str]:
        session.execute(text("SELECT pg_sleep(2.2)"))
        time.sleep(2.2)
        yield f"after {session.scalar(text('SELECT 4'))} seconds"

    found = check_installation(
        hurried,
        lambda _line: None,
        secrets=Secrets(SECRET),
        clock=CLOCK,
        recounts=[("slowly", look_long)],
    )
    assert found == ["after 4 seconds"]
    hurried.dispose()


def test_a_tampered_installation_is_red(installation: Installation, sound: Store) -> None:
    tamper(sound.engine, "UPDATE loop SET told_on = received_on, told_lang = 'en'")
    done = installation.run("check")
    assert done.status == 1
    lines = done.err.splitlines()
    assert all(line.startswith("PROBLEM: case ") for line in lines)
    assert any("told_on" in line for line in lines)


TAMPERING = {
    "a date moved": "UPDATE loop_event SET happened_on = '2020-01-01' WHERE kind = 'acknowledged'",
    "a case begun earlier": "UPDATE loop SET received_on = '2020-01-01'",
    "events deleted": "DELETE FROM loop_event WHERE kind = 'acknowledged'",
    "all events deleted": "DELETE FROM loop_event",
    "a projection deleted": "DELETE FROM loop",
    "the last projection deleted":
        "DELETE FROM loop WHERE submission_id = (SELECT max(submission_id) FROM loop)",
    "a case made a bare rating":
        "UPDATE submission SET is_case = false, comment = NULL, comment_salt = NULL, words = NULL,"
        " wants_answer = false",
    "a verdict invented": "UPDATE loop SET verdict = 'yes', verdict_on = received_on",
    "a case hidden": "UPDATE loop SET excluded = 'spam'",
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_shows(sound: Store, name: str) -> None:
    assert problems(sound) == []
    tamper(sound.engine, TAMPERING[name])
    assert problems(sound)


def test_a_result_that_does_not_follow_shows(installation: Installation, sound: Store) -> None:
    assert installation.run("work", "--once").status == 0
    with sound.engine.begin() as connection:
        row = connection.execute(select(Assessment.id, Assessment.result)).first()
        assert row is not None
        raised = {**row.result, "level": row.result["level"] + 1}
        connection.execute(update(Assessment).where(Assessment.id == row.id).values(result=raised))
    assert f"assessment {row.id}: its result does not follow from its evidence" in problems(sound)


def test_a_missing_or_blunted_guard_shows(sound: Store) -> None:
    blunted = (
        "DROP TRIGGER loop_event_no_update",
        "CREATE TRIGGER loop_event_no_update BEFORE UPDATE ON loop_event BEGIN SELECT 1; END",
    )
    if sound.engine.dialect.name == "postgresql":
        body = "LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
        blunted = (f"CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger {body}", "SELECT 1")
    with sound.engine.begin() as connection:
        for statement in blunted:
            connection.execute(text(statement))
    assert any("loop_event is not protected" in problem for problem in problems(sound))


def test_a_guard_switched_off_shows(sound: Store) -> None:
    statement = (
        "DROP TRIGGER audit_event_no_delete"
        if sound.engine.dialect.name == "sqlite"
        else "ALTER TABLE audit_event DISABLE TRIGGER audit_event_append_only"
    )
    with sound.engine.begin() as connection:
        connection.execute(text(statement))
    [problem] = problems(sound)
    assert "audit_event is not protected" in problem


def test_a_database_of_another_version_shows(make_store: Callable[[], Store]) -> None:
    store = make_store()
    downgrade(store.engine, "0001")
    [problem] = problems(store)
    assert "portal init" in problem
