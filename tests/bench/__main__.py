"""`make bench`: the portal's hot paths against bare Flask, same server, same database, one run.

Prints CPU of the server per request, latency (p50, p95) and the ratios against DESIGN.md's goals,
then what residents' pages weigh and how soon they are drawn on a slow phone.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import text

from portal.store.engine import Store
from portal.store.schema import migrate
from portal.store.secrets import Secrets
from portal.web.form_token import FormTokens
from tests.bench.assessing import DAYS, GOALS, RECORDS, fill_assessed, time_assessing
from tests.bench.desk import DESK_GOAL, OPEN, PAGES, fill_desk, sign_in
from tests.bench.overview import MANAGER, OVERVIEW, SERVICES, fill_overview
from tests.bench.pages import look_at_pages
from tests.support import cluster, postgres
from tests.support.city import City, make_city
from tests.support.processes import ROOT, SECRET, Installation, children_of, free_port

REQUESTS = 600
WARM = 80
DESK_REQUESTS, DESK_WARM = 100, 10  # dearer pages: fewer give as steady a mean
TICKS = os.sysconf("SC_CLK_TCK")
FORM_GOAL, RATING_GOAL = 3.0, 4.0
BODY = {"q0": "4", "q1": "5", "q2": "4", "q3": "2", "q4": "0", "q5": "3", "q6": "2"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Measured:
    """CPU milliseconds of the server per request, and latency in milliseconds."""

    cpu: float
    p50: float
    p95: float


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and all its children so far."""
    total = 0.0
    for one in (pid, *children_of(pid)):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def settle(pid: int) -> None:
    """Wait until a process that has just started is done with what it does once."""
    before, now = -1.0, cpu_of(pid)
    while now > before:
        time.sleep(1)
        before, now = now, cpu_of(pid)


def measure(
    pid: int,
    port: int,
    send: Callable[[http.client.HTTPConnection, int], None],
    requests: int = REQUESTS,
    warm: int = WARM,
) -> Measured:
    """Send requests one after another over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for number in range(warm):
        send(connection, number)
    before, latencies = cpu_of(pid), []
    for number in range(warm, warm + requests):
        started = time.perf_counter()
        send(connection, number)
        latencies.append((time.perf_counter() - started) * 1000)
    cpu = (cpu_of(pid) - before) * 1000 / requests
    connection.close()
    cuts = statistics.quantiles(latencies, n=20)
    return Measured(cpu, statistics.median(latencies), cuts[18])


def getting(path: str, cookie: str = "") -> Callable[[http.client.HTTPConnection, int], None]:
    """Fetch one address, as somebody who is signed in where there is a cookie."""
    headers = {"Cookie": cookie} if cookie else {}

    def send(connection: http.client.HTTPConnection, _number: int) -> None:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status

    return send


def posting(
    path: str, bodies: list[str], status: int
) -> Callable[[http.client.HTTPConnection, int], None]:
    """Send one body after another."""

    def send(connection: http.client.HTTPConnection, number: int) -> None:
        connection.request("POST", path, bodies[number], FORM)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status, answer.status

    return send


@contextlib.contextmanager
def bare_server(url: str) -> Iterator[tuple[int, int]]:
    """Bare Flask on the same server with the same threads; gives its process and port."""
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "1", "--blocking-threads", "64", "--log-level", "warning",
        "tests.bench.bare:application",
    ]  # fmt: skip
    environment = {**os.environ, "BENCH_DATABASE_URL": url}
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/")
                connection.getresponse().read()
                break
            time.sleep(0.05)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(20)


def ratings(service_id: int, count: int, **more: str) -> list[str]:
    """Filled-in forms, each with a token of its own that is old enough."""
    tokens = FormTokens(Secrets(SECRET).key("form-token"))
    issued = datetime.now(UTC) - timedelta(seconds=30)
    return [
        urlencode({**BODY, **more, "token": tokens.issue(f"rate:{service_id}", issued)})
        for _ in range(count)
    ]


def compare(url: str, folder: Path) -> None:
    """Measure the portal and bare Flask on one database and print the ratios."""
    store = Store(url)
    migrate(store.engine)
    city = store.write(make_city, datetime.now(UTC))
    kind = "BIGSERIAL" if store.engine.dialect.name == "postgresql" else "INTEGER"
    store.write(
        lambda session: session.execute(
            text(f"CREATE TABLE bench (id {kind} PRIMARY KEY, words TEXT)")
        )
    )
    store.dispose()
    count = WARM + REQUESTS
    with bare_server(url) as (pid, port):
        page = measure(pid, port, getting("/"))
        row = measure(pid, port, posting("/", [urlencode({"words": "x" * 80})] * count, 204))
    portal = Installation(
        folder,
        url,
        {
            "PORTAL_WEB_WORKERS": "1",
            "PORTAL_PREFIX_HOURLY_LIMIT": "1000000",
            "PORTAL_SERVICE_HOURLY_LIMIT": "1000000",
            "PORTAL_TOTAL_HOURLY_LIMIT": "1000000",
        },
    )
    address = "/en/services/pothole-repair/rate"
    with portal.running("serve") as running:
        running.wait_for("/readyz")
        pid, port = running.process.pid, running.port
        settle(pid)
        form = measure(pid, port, getting(address))
        rating = measure(pid, port, posting(address, ratings(city.potholes, count), 303))
        said = ratings(city.potholes, count, kind="problem", comment="A hole by the school.")
        case = measure(pid, port, posting(address, said, 303))
        desk = measure_desk(url, city, pid, port)
        overview = measure_overview(url, city, pid, port)
    report(url, page, row, {"form": form, "rating": rating, "case": case})
    report_desk(page, desk)
    report_overview(page, overview)
    measure_assessing(url, city)


def measure_assessing(url: str, city: City) -> None:
    """One large service, judged as the worker judges it every day."""
    store = Store(url)
    fill_assessed(store, city)
    seconds = time_assessing(store, city)
    goal = GOALS[store.engine.dialect.name]
    store.dispose()
    print(f"\nOne service with {RECORDS} submissions of {DAYS} days is assessed in")
    print(f"{seconds:.2f} s (goal < {goal:g} s)")


def measure_desk(url: str, city: City, pid: int, port: int) -> dict[str, Measured]:
    """The inbox with many open cases, and more that were answered long ago."""
    store = Store(url)
    fill_desk(store, city)
    store.dispose()
    cookie = sign_in(port)
    return {
        name: measure(pid, port, getting(path, cookie), DESK_REQUESTS, DESK_WARM)
        for name, path in PAGES.items()
    }


def measure_overview(url: str, city: City, pid: int, port: int) -> Measured:
    """What a manager who looks after many services sees first."""
    store = Store(url)
    fill_overview(store, city)
    store.dispose()
    cookie = sign_in(port, MANAGER)
    return measure(pid, port, getting(OVERVIEW, cookie), DESK_REQUESTS, DESK_WARM)


def report_overview(page: Measured, got: Measured) -> None:
    """The managers' overview against the bare page."""
    print(f"\nManagers' overview of {SERVICES} services, {DESK_REQUESTS} requests")
    ratio = f"{got.cpu / page.cpu:.0f}"
    print(f"{'overview':24}{got.cpu:8.2f}{got.p50:8.2f}{got.p95:8.2f}{ratio:>11}")


def report_desk(page: Measured, desk: dict[str, Measured]) -> None:
    """The dearest pages of the desk, each against the bare page."""
    print(
        f"\nInbox with {OPEN} open cases, {DESK_REQUESTS} requests each"
        f" (goal: CPU < {DESK_GOAL} ms)"
    )
    for name, got in desk.items():
        ratio = f"{got.cpu / page.cpu:.0f}"
        print(f"{name:24}{got.cpu:8.2f}{got.p50:8.2f}{got.p95:8.2f}{ratio:>11}")


def report(url: str, page: Measured, row: Measured, portal: dict[str, Measured]) -> None:
    """Print one table."""
    print(f"\n{url.partition(':')[0]}: {REQUESTS} requests each, one after another")
    print(f"{'':24}{'CPU ms':>8}{'p50 ms':>8}{'p95 ms':>8}{'CPU ratio':>11}{'goal':>7}")
    lines: list[tuple[str, Measured, Measured | None, float | None]] = [
        ("bare page", page, None, None),
        ("empty rating form", portal["form"], page, FORM_GOAL),
        ("bare durable INSERT", row, None, None),
        ("posting a rating", portal["rating"], row, RATING_GOAL),
        ("posting a case", portal["case"], row, None),
    ]
    for name, got, against, goal in lines:
        ratio = f"{got.cpu / against.cpu:.2f}" if against and against.cpu else ""
        aim = f"<= {goal:g}" if goal else ""
        print(f"{name:24}{got.cpu:8.2f}{got.p50:8.2f}{got.p95:8.2f}{ratio:>11}{aim:>7}")


def main() -> None:
    """Measure on SQLite, on PostgreSQL where there is one, then look at the pages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "sqlite").mkdir()
        compare(f"sqlite:///{folder / 'bench.db'}", folder / "sqlite")
        given = os.environ.get(postgres.GIVEN)
        home = None if given else cluster.choose_home()
        try:
            if given or cluster.find_programs():
                (folder / "postgresql").mkdir()
                server = given or start_cluster(home)
                database = postgres.create_database(server, f"portal_bench_{os.getpid()}")
                compare(database, folder / "postgresql")
                postgres.drop_database(server, f"portal_bench_{os.getpid()}")
        finally:
            if home is not None:
                cluster.stop(home)
        look_at_pages(folder)


def start_cluster(home: Path | None) -> str:
    """A throw-away PostgreSQL; returns its address."""
    assert home is not None
    cluster.start(home, is_durable=True)
    return postgres.address_in(home)


if __name__ == "__main__":
    main()
