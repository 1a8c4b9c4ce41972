"""Engines for both databases, the one place where writes happen, and what may be tried again."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session, sessionmaker

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

SQLITE_BUSY_SECONDS = 10
POSTGRES_TIMEOUTS = (
    "-c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
)
CONNECT_SECONDS = 5
TRIES = 5
# A writer that has waited for SQLite's lock as long as it allows need not wait again.
TRY_AGAIN_SECONDS = 5
# Serialization failure, deadlock, and a row that somebody else has stored since it was looked for,
# as by a double click or, in a long list, a while ago: whoever looks again finds it (PostgreSQL and
# engines that speak its protocol; on SQLite writers wait before they look).
_RETRIED_STATES = {"40001", "40P01", "23505"}
_WRITES = "portal_writes"
SEALING_KEY = "sealing_key"
"""Where a session keeps its store's key (`Session.info`)."""


def make_engine(url: str) -> Engine:
    """An engine with the durability, timeouts and foreign keys that the portal relies on.

    Raises ArgumentError for an address that is neither an SQLite file nor a PostgreSQL database.
    """
    address = make_url(url)
    backend = address.get_backend_name()
    if not address.database or backend not in {"sqlite", "postgresql"}:
        raise ArgumentError("an SQLite file or a PostgreSQL database is needed")
    if backend == "sqlite":
        return _make_sqlite_engine(address)
    return create_engine(
        address.set(drivername="postgresql+psycopg"),
        hide_parameters=True,  # an error that is logged must not hold what residents wrote
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=60,
        connect_args={"connect_timeout": CONNECT_SECONDS, "options": POSTGRES_TIMEOUTS},
    )


def _make_sqlite_engine(address: URL) -> Engine:
    # `mode=rw`: an address that is mistyped must not become a new, empty database. `migrate` alone
    # makes the file.
    file = f"{Path(address.database or '').absolute().as_uri()}?mode=rw"
    engine = create_engine(
        address,
        hide_parameters=True,
        creator=lambda: sqlite3.connect(
            file, uri=True, timeout=SQLITE_BUSY_SECONDS, check_same_thread=False
        ),
    )
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not begin transactions on its own: `_begin_sqlite` does, of the right kind.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what was taken out does not stay behind in free pages
        "temp_store=MEMORY",
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer half-way cannot wait for its turn; a writer says so at once.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def make_sessions(engine: Engine, key: bytes | None = None) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after commit and which never flush by surprise.

    They know the key that figures are sealed with (`portal/store/integrity/seals.py`).
    """
    info = {} if key is None else {SEALING_KEY: key}
    return sessionmaker(engine, expire_on_commit=False, autoflush=False, info=info)


class Store:
    """The database of one process: short reads, and writes tried again where they may be."""

    def __init__(self, url: str, key: bytes | None = None) -> None:
        """Prepare; nothing is connected before it is needed.

        Whoever puts figures out needs the key that they are sealed with (`Secrets.leaf_key`).
        """
        self.engine = make_engine(url)
        self.sessions = make_sessions(self.engine, key)

    def read(self) -> Session:
        """A new session for reading; the caller closes it. It must not commit."""
        return self.sessions()

    def write(
        self,
        operation: Callable[Concatenate[Session, Parameters], Result],
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        """Run `operation(session, …)` in one transaction and commit.

        What the database asks to be tried again (`_RETRIED_STATES`) is, from the start, so an
        operation must have no effects beside the database. When it returns, the change is durable.
        """
        started = time.monotonic()
        for attempt in range(TRIES):
            try:
                with self.sessions() as session, session.begin():
                    session.connection(execution_options={_WRITES: True})
                    return operation(session, *args, **kwargs)
            except DBAPIError as error:
                waited = time.monotonic() - started
                if attempt == TRIES - 1 or not _may_try_again(error, waited):
                    raise
                time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - no secret
        raise AssertionError("unreachable")

    def refresh_statistics(self) -> None:
        """Tell the query planner what the tables hold, after much was stored at once.

        Until it is told, it plans for empty tables: a hundred times slower on PostgreSQL.
        """
        with self.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("ANALYZE")

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _may_try_again(error: DBAPIError, waited: float) -> bool:
    original: Any = error.orig
    if getattr(original, "sqlstate", None) in _RETRIED_STATES:
        return True
    is_locked = isinstance(original, sqlite3.OperationalError) and "locked" in str(original)
    return is_locked and waited <= TRY_AGAIN_SECONDS
