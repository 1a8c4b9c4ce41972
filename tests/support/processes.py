"""The portal's own command as a real process, with an environment of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from portal.cli import main

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret of tests, a secret of tests"
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
START_SECONDS = 60  # on a machine that has other things to do


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass(frozen=True)
class Done:
    """A command that came to its end."""

    status: int
    out: str
    err: str


@dataclass
class Installation:
    """A portal as whoever runs it sees it: a folder, a database, settings, a command."""

    folder: Path
    database_url: str
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What the command gets; None of the settings of whoever runs the tests."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return {
            **kept,
            "PORTAL_SECRET_KEY": SECRET,
            "PORTAL_DATABASE_URL": self.database_url,
            "PORTAL_INSTANCE": str(self.folder / "instance"),
            "PORTAL_TIME_ZONE": "UTC",  # a day of the tests is a day of their city
            "PYTHONWARNINGS": "error::ResourceWarning",
            **self.settings,
        }

    def run(
        self,
        *arguments: str,
        typed: str = "",
        without: str | None = None,
        wait: float = START_SECONDS,
        **settings: str,
    ) -> Done:
        """Run `portal ARGUMENTS` to its end, with further settings, or without one."""
        environment = {**self.environment, **settings}
        environment.pop(without or "", None)
        done = subprocess.run(
            command(*arguments),
            cwd=ROOT,
            env=environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=wait,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def call(self, *arguments: str, typed: str = "", **settings: str) -> Done:
        """The same without a process of its own, for what a command refuses: many small cases.

        Commands that set the logs up belong to a process.
        """
        ours = {**self.environment, **settings}
        others = {name: None for name in os.environ if name.startswith("PORTAL_")}
        done = CliRunner().invoke(main, arguments, typed, {**others, **ours})
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    def modules_of(self, *arguments: str) -> set[str]:
        """The top packages that `portal ARGUMENTS` imports."""
        done = subprocess.run(
            [sys.executable, "-X", "importtime", *command(*arguments)[1:]],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=True,
        )
        lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
        return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}

    @contextmanager
    def running(self, *arguments: str, **settings: str) -> Iterator[Running]:
        """`portal ARGUMENTS` while the block lasts; it and all it started are killed after it."""
        port = free_port()
        log = self.folder / f"{arguments[0]}-{port}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(*arguments),
                cwd=ROOT,
                env={**self.environment, "PORTAL_PORT": str(port), **settings},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        running = Running(process, port, log)
        try:
            yield running
        finally:
            running.kill()


@dataclass
class Running:
    """A command that goes on."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def logged(self) -> str:
        """Everything it wrote so far."""
        return self.log.read_text()

    def log_lines(self) -> list[dict[str, Any]]:
        """Its JSON lines."""
        return [json.loads(line) for line in self.logged.splitlines() if line.startswith("{")]

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        wait: float = 30,
    ) -> Answer:
        """Send one request over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=wait)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            headers_got = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers_got, answer.read())
        finally:
            connection.close()

    def wait_for(self, path: str = "/healthz", status: int = 200) -> float:
        """Wait until the address answers with the status; returns the seconds it took."""
        started = time.monotonic()
        last: object = None
        while time.monotonic() - started < START_SECONDS:
            try:
                last = self.ask(path, wait=5).status
            except OSError as error:
                last = error
            if last == status:
                return time.monotonic() - started
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"{path}: {last!r}; {self.process.poll()=}\n{self.logged[-3000:]}")

    def wait_for_line(self, message: str, seconds: float = START_SECONDS) -> None:
        """Wait until it has written a line that holds the text."""
        started = time.monotonic()
        while message not in self.logged:
            if time.monotonic() - started > seconds:
                raise AssertionError(f"no {message!r} in\n{self.logged[-3000:]}")
            time.sleep(0.05)

    def wait_until(self, is_so: Callable[[], bool], seconds: float = START_SECONDS) -> None:
        """Wait until something is so."""
        started = time.monotonic()
        while True:
            with contextlib.suppress(AssertionError):
                if is_so():
                    return
            if time.monotonic() - started > seconds:
                raise AssertionError(f"it never was\n{self.logged[-3000:]}")
            time.sleep(0.05)

    def cpu_seconds(self) -> float:
        """Seconds of processor time that it and all that it started have used."""
        return sum(cpu_seconds_of(pid) for pid in [self.process.pid, *self.family()])

    def family(self) -> dict[int, str]:
        """Every process that it started, directly or not, with its command line."""
        found: dict[int, str] = {}
        parents = [self.process.pid]
        while parents:
            for child in children_of(parents.pop()):
                found[child] = command_line(child)
                parents.append(child)
        return found

    def part(self, name: str) -> int:
        """The process that runs `portal NAME`: this one, or the one that it supervises."""
        for pid in (self.process.pid, *children_of(self.process.pid)):
            if command_line(pid).endswith(f" {name}"):
                return pid
        raise AssertionError(f"nothing runs `portal {name}`")

    def web_workers(self) -> list[int]:
        """The processes that answer requests."""
        return children_of(self.part("serve"))

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 10) -> int:
        """Tell it to stop; returns its exit status. Fails when that takes too long."""
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """End it and all that it started."""
        for pid in [*self.family(), self.process.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()


def command(*arguments: str) -> list[str]:
    """The command line of `portal ARGUMENTS`."""
    return [sys.executable, "-m", "portal.cli", *arguments]


def children_of(pid: int) -> list[int]:
    """The processes that this one started and that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return sorted(found)


def cpu_seconds_of(pid: int) -> float:
    """User and system seconds of one process, those of children that have ended included."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def command_line(pid: int) -> str:
    """How the process was started; empty when it is gone."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return raw.rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")


def is_there(pid: int) -> bool:
    """Whether the process still runs."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def free_port() -> int:
    """A port on which nothing listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def in_threads(count: int, work: Any) -> list[Any]:
    """Run `work(number)` in threads; returns what they returned, raises what one raised."""
    results: list[Any] = [None] * count
    faults: list[BaseException] = []

    def run(number: int) -> None:
        try:
            results[number] = work(number)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return results
