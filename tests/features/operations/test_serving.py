"""`portal serve` as a real process: it answers, heals itself, refuses and stops."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import ExitStack

import pytest

from tests.support.processes import Installation, Running, is_there

pytestmark = pytest.mark.slow(10)

FORM = "/en/services/pothole-repair/rate"


def test_it_answers_and_stops(installation: Installation) -> None:
    with installation.running("serve") as portal:
        portal.wait_for("/healthz")
        ready = portal.ask("/readyz")
        assert (ready.status, ready.text) == (200, "ready\n")
        family = portal.family()
        assert len(portal.web_workers()) == 2
        assert portal.stop(signal.SIGTERM) == 0
        assert not [pid for pid in family if is_there(pid)]
        assert "Traceback" not in portal.logged


def test_a_killed_web_process_comes_back_however_often(small_town: Installation) -> None:
    with small_town.running("serve") as portal:
        portal.wait_for("/healthz")
        for _ in range(4):  # quicker than granian's own patience allows
            before = set(portal.web_workers())
            os.kill(min(before), signal.SIGKILL)
            started = time.monotonic()
            while len(set(portal.web_workers()) - {min(before)}) < 2:
                assert time.monotonic() - started < 10
                time.sleep(0.05)
        portal.wait_for("/readyz")
        for pid in portal.web_workers():
            os.kill(pid, signal.SIGKILL)
        assert portal.wait_for("/readyz") < 10
        assert portal.process.poll() is None
        assert portal.stop(signal.SIGINT) == 0


def test_readiness_tells_of_a_database_that_is_away_or_not_migrated(
    empty_installation: Installation,
) -> None:
    with empty_installation.running("serve", PORTAL_WEB_WORKERS="1") as portal:
        portal.wait_for("/healthz")
        away = portal.ask("/readyz")
        assert (away.status, away.text) == (503, "database unreachable\n")
        assert "retry-after" in away.headers
        page = portal.ask("/en/")
        assert page.status == 503
        assert "retry-after" in page.headers
        assert empty_installation.run("init").status == 0
        assert portal.ask("/readyz").status == 200
        assert portal.ask("/en/").status == 200


def test_sixty_half_open_connections_do_not_stop_the_site(small_town: Installation) -> None:
    with small_town.running("serve") as portal:
        portal.wait_for("/readyz")
        with ExitStack() as halves:
            for number in range(60):
                halves.enter_context(_half_open(portal, number))
            time.sleep(0.5)
            assert portal.ask(FORM).status == 200
            assert portal.stop(signal.SIGTERM) == 0


def _half_open(portal: Running, number: int) -> socket.socket:
    """A third each: half a head, half a body, nothing at all."""
    connection = socket.create_connection(("127.0.0.1", portal.port), timeout=30)
    head = f"POST {FORM} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if number % 3 == 0:
        connection.sendall(head.encode())
    elif number % 3 == 1:
        more = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nq0="
        connection.sendall((head + more).encode())
    return connection


def test_one_web_process_withstands_sixty_half_sent_bodies(small_town: Installation) -> None:
    with small_town.running("serve", PORTAL_WEB_WORKERS="1") as portal:
        portal.wait_for("/readyz")
        with ExitStack() as halves:
            for _ in range(60):
                halves.enter_context(_half_open(portal, 1))
            assert portal.ask(FORM).status == 200


@pytest.mark.parametrize("command", ["serve", "up"])
def test_a_taken_port_is_refused_in_one_line(
    empty_installation: Installation, command: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = empty_installation.run(command, PORTAL_PORT=port)
    assert done.status == 2
    [line] = done.err.splitlines()
    assert f"port {port}" in line
    assert not (empty_installation.folder / "new.db").exists()


def test_a_second_portal_does_not_share_the_first_ones_port(small_town: Installation) -> None:
    with small_town.running("serve") as portal:
        portal.wait_for("/healthz")
        second = small_town.run("serve", PORTAL_PORT=str(portal.port))
        assert second.status == 2
        assert len(second.err.splitlines()) == 1
        assert portal.ask("/healthz").status == 200
