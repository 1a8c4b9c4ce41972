"""`portal up`, `portal work`: started, healed, stopped, and patient with a database."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from portal.store.engine import Store
from tests.support.city import City
from tests.support.processes import Installation, Running, is_there

pytestmark = pytest.mark.slow(10)


def wait_until_both_run(portal: Running) -> None:
    portal.wait_for("/readyz")
    portal.part("work")


def test_one_signal_stops_web_and_worker(installation: Installation) -> None:
    with installation.running("up") as portal:
        wait_until_both_run(portal)
        family = portal.family()
        assert len(family) >= 4  # serve, two web processes, work
        started = time.monotonic()
        assert portal.stop(signal.SIGINT) == 0
        assert time.monotonic() - started < 10
        assert not [pid for pid in family if is_there(pid)]
        assert "Traceback" not in portal.logged
        assert f"http://127.0.0.1:{portal.port}/" in portal.logged


def test_ctrl_c_in_a_terminal_reaches_the_whole_group(small_town: Installation) -> None:
    with small_town.running("up") as portal:
        wait_until_both_run(portal)
        family = portal.family()
        os.killpg(portal.process.pid, signal.SIGINT)
        assert portal.process.wait(10) == 0
        assert not [pid for pid in family if is_there(pid)]


@pytest.mark.parametrize("part", ["work", "serve"])
def test_what_is_killed_is_started_again(small_town: Installation, part: str) -> None:
    with small_town.running("up") as portal:
        wait_until_both_run(portal)
        killed = portal.part(part)
        orphans = portal.web_workers() if part == "serve" else []
        os.kill(killed, signal.SIGKILL)
        portal.wait_until(lambda: portal.part(part) != killed)
        portal.wait_for("/readyz")
        assert not [pid for pid in orphans if is_there(pid)]
        assert portal.stop() == 0


def test_up_makes_a_database_and_starts_quickly_the_second_time(
    empty_installation: Installation,
) -> None:
    for _ in range(2):
        with empty_installation.running("up") as portal:
            portal.wait_for("/readyz")
            assert portal.ask("/en/").status == 200
            used = portal.cpu_seconds()
            assert portal.stop() == 0
    # Seconds on the clock depend on what else the machine does; the work itself is bounded.
    assert used < 10


def test_a_setting_that_only_the_parts_refuse_ends_all(empty_installation: Installation) -> None:
    """A language without catalogue is seen when the application is made."""
    done = empty_installation.run("up", PORTAL_LANGUAGES="en fr")
    assert done.status == 2
    assert "fr" in done.err
    assert "Traceback" not in done.err


def test_killing_the_supervisor_leaves_nothing_behind(small_town: Installation) -> None:
    with small_town.running("up") as portal:
        wait_until_both_run(portal)
        family = portal.family()
        os.kill(portal.process.pid, signal.SIGKILL)
        portal.wait_until(lambda: not [pid for pid in family if is_there(pid)], 15)


def test_the_worker_ends_its_round_and_stops(installation: Installation) -> None:
    with installation.running("work", PORTAL_WORKER_SECONDS="1") as worker:
        worker.wait_for_line('"working"')
        assert worker.stop() == 0
        assert worker.log_lines()[-1]["message"] == "stopped"


def test_web_and_worker_wait_for_a_database_that_is_away(
    installation: Installation, store: Store, city: City
) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("an SQLite file that is open cannot be taken away")
    del city
    with installation.running("up", PORTAL_WORKER_SECONDS="1") as portal:
        wait_until_both_run(portal)
        assert portal.ask("/en/services/").status == 200
        portal.wait_for_line('"assess"')
        store.dispose()
        with away(installation.database_url):
            portal.wait_for("/readyz", 503)
            answer = portal.ask("/en/services/?q=pothole")
            assert (answer.status, answer.headers["retry-after"]) == (503, "10")
            assert portal.ask("/healthz").status == 200
            portal.wait_for_line('"database unavailable", "job"')
        assert portal.wait_for("/readyz") < 10
        assert portal.ask("/en/services/?q=pothole").status == 200
        portal.wait_for_line("works again", 15)
        assert "Traceback" not in portal.logged
        assert portal.stop() == 0


@contextmanager
def away(url: str) -> Iterator[None]:
    """The database refuses everybody, those who are connected included."""
    address = make_url(url)
    server = create_engine(
        address.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    name = address.database
    with server.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": name},
        )
    try:
        yield
    finally:
        with server.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
