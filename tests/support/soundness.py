"""`portal check` as tests call it, with the keys and the time zone of the test installation."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.assess.recounting import RECOUNTS
from portal.store.check import check_installation, list_problems
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.secrets import Secrets

CLOCK = Clock(ZoneInfo("America/Chicago"))
TEST_SECRET = "test-secret-test-secret-test-secret"


def find_problems(store: Store, secret: str = TEST_SECRET, clock: Clock = CLOCK) -> list[str]:
    """All problems that the check finds."""
    return check_installation(
        store, _say_nothing, secrets=Secrets(secret), clock=clock, recounts=RECOUNTS
    )


def find_problems_after(store: Store, statement: str) -> list[str]:
    """What the check finds after a statement run past the guards, which is then taken back."""
    with store.engine.connect() as connection:
        guards = {}
        if store.engine.dialect.name == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            found = connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            )
            guards = {row.name: row.sql for row in found}
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for name in guards:
            connection.execute(text(f"DROP TRIGGER {name}"))
        done = connection.execute(text(statement))
        assert done.rowcount, "nothing was tampered with"
        for sql in guards.values():
            connection.execute(text(sql))
        with Session(connection) as session:
            problems = list_problems(
                session,
                _say_nothing,
                secrets=Secrets(TEST_SECRET),
                clock=CLOCK,
                recounts=RECOUNTS,
            )
        connection.rollback()
    return problems


def _say_nothing(_line: str) -> None:
    pass
