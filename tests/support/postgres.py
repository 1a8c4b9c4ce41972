"""PostgreSQL databases for tests, on the server that is named or on a throw-away cluster.

`PORTAL_TEST_POSTGRES_URL` names a server on which databases may be made and dropped. Without it
one cluster is started from the server programs that are installed, when the first test asks for
it, shared by all test processes, and removed when the run ends, however it ends. Where there are no
such programs the tests that need them are skipped, and one line says so; with `CI=true` they fail.
"""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import URL, make_url

from tests.support import cluster

GIVEN = "PORTAL_TEST_POSTGRES_URL"
_HAS_STRATEGIES = 15_00_00  # as the server numbers its version


def is_missing() -> bool:
    """Whether there is neither a named server nor the programs to start one."""
    return not os.environ.get(GIVEN) and cluster.find_programs() is None


def cluster_url(config: pytest.Config) -> str | None:
    """The address of a PostgreSQL server on which databases may be made.

    None where there is none, after which the caller skips; with `CI=true` the test fails instead.
    """
    given = os.environ.get(GIVEN)
    if given:
        return given
    if cluster.find_programs() is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is missing, and in CI nothing may be left untested")
        return None
    home = config.stash[cluster.HOME]
    cluster.start(home)
    return address_in(home)


def address_in(home: Path) -> str:
    """The address of the cluster that runs in a folder."""
    return URL.create(
        "postgresql+psycopg", "portal", database="postgres", query={"host": str(home)}
    ).render_as_string(hide_password=False)


def create_database(url: str, name: str, template: str | None = None) -> str:
    """Make the database `name` (a copy of `template`, to which nobody may be connected).

    Returns its address. `url` is the server's, from `cluster_url`.
    """
    with _server(url) as connection:
        copy = _copy_of(template, connection) if template else SQL("")
        connection.execute(SQL("CREATE DATABASE {}{}").format(Identifier(name), copy))
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _copy_of(template: str, connection: psycopg.Connection) -> Composed:
    """Copying files takes half the time of logging them, where a server leaves the choice."""
    way = SQL(" STRATEGY file_copy" if connection.info.server_version >= _HAS_STRATEGIES else "")
    return SQL(" TEMPLATE {}{}").format(Identifier(template), way)


def drop_database(url: str, name: str) -> None:
    """Remove the database `name`, whoever is still connected to it."""
    with _server(url) as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def _server(url: str) -> psycopg.Connection:
    """There are thousands of these in a run, so they go past SQLAlchemy."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)
