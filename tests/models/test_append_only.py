"""What happened stays: the database itself refuses to change or lose it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.store import audit
from portal.store.engine import Store
from tests.support.cases import send_case
from tests.support.city import make_city
from tests.support.soundness import find_problems

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def filled(store: Store) -> Store:
    city = store.write(make_city, NOW)
    store.write(send_case, city.potholes, NOW, comment="Dark since Monday.")
    store.write(
        lambda session: audit.record(
            session, at=NOW, person_id=city.people["staff"], action="tried", subject="test"
        )
    )
    return store


TAMPERING = [
    "UPDATE loop_event SET happened_on = '2020-01-01'",
    "UPDATE loop_event SET kind = 'confirmed', verdict = 'yes', actor = 'resident'",
    "DELETE FROM loop_event",
    "DELETE FROM loop_event WHERE id = 1",
    "UPDATE audit_event SET action = 'nothing'",
    "DELETE FROM audit_event",
]
SQLITE_TAMPERING = [
    (
        "INSERT OR REPLACE INTO loop_event (id, submission_id, kind, at, happened_on, actor)"
        " SELECT id, submission_id, 'told', at, happened_on, actor FROM loop_event WHERE id = 1"
    ),
    (
        "REPLACE INTO audit_event (id, at, action, subject, detail)"
        " SELECT id, at, 'nothing', subject, detail FROM audit_event"
    ),
    "UPDATE OR REPLACE loop_event SET id = 2 WHERE id = 1",
]
POSTGRES_TAMPERING = [
    "TRUNCATE loop_event CASCADE",
    "TRUNCATE audit_event CASCADE",
    (
        "INSERT INTO loop_event (id, submission_id, kind, at, happened_on, actor)"
        " SELECT id, submission_id, kind, at, happened_on, actor FROM loop_event WHERE id = 1"
        " ON CONFLICT (id) DO UPDATE SET happened_on = '2020-01-01'"
    ),
]


def attempt(store: Store, statement: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(text(statement))


def history(store: Store) -> list[tuple[object, ...]]:
    with store.engine.connect() as connection:
        query = "SELECT id, kind, happened_on, actor FROM loop_event ORDER BY id"
        return [tuple(row) for row in connection.execute(text(query))]


@pytest.mark.parametrize("statement", TAMPERING)
def test_changing_and_deleting_is_refused(filled: Store, statement: str) -> None:
    before = history(filled)
    with pytest.raises(DBAPIError):
        attempt(filled, statement)
    assert history(filled) == before


@pytest.mark.parametrize("statement", SQLITE_TAMPERING)
def test_replacing_is_refused_on_sqlite(filled: Store, statement: str) -> None:
    if filled.engine.dialect.name != "sqlite":
        pytest.skip("SQLite's own words")
    before = history(filled)
    with pytest.raises(DBAPIError, match="append-only"):
        attempt(filled, statement)
    assert history(filled) == before


@pytest.mark.parametrize("statement", POSTGRES_TAMPERING)
def test_truncating_is_refused_on_postgresql(filled: Store, statement: str) -> None:
    if filled.engine.dialect.name != "postgresql":
        pytest.skip("PostgreSQL's own words")
    before = history(filled)
    with pytest.raises(DBAPIError, match="append-only"):
        attempt(filled, statement)
    assert history(filled) == before


def test_appending_is_allowed(filled: Store) -> None:
    city_case = history(filled)[0]
    statement = (
        "INSERT INTO loop_event (submission_id, kind, at, happened_on, actor)"
        f" SELECT submission_id, 'invited', at, happened_on, actor FROM loop_event"
        f" WHERE id = {city_case[0]}"
    )
    attempt(filled, statement)
    assert len(history(filled)) == 3


def test_a_projection_that_was_tampered_with_turns_the_check_red(filled: Store) -> None:
    assert find_problems(filled) == []
    attempt(filled, "UPDATE loop SET told_on = received_on, told_lang = 'en', state = 'told'")
    problems = find_problems(filled)
    assert any("told_on" in problem for problem in problems)


def test_a_dropped_trigger_turns_the_check_red(filled: Store) -> None:
    if filled.engine.dialect.name == "sqlite":
        attempt(filled, "DROP TRIGGER loop_event_no_update")
    else:
        attempt(filled, "ALTER TABLE loop_event DISABLE TRIGGER loop_event_append_only")
    problems = find_problems(filled)
    assert problems == ["the table loop_event is not protected against changes"]
