"""The portal as it runs in a city: commands and web workers as processes, and a clock to move."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from click.testing import CliRunner

from portal.cli import main
from portal.settings import load_settings
from portal.store.clock import Clock
from portal.store.command import Context
from portal.worker import work

ROOT = Path(__file__).resolve().parents[2]
ZONE = ZoneInfo("America/Chicago")
LANGUAGES = ("en", "es", "vi", "zh-Hans", "ar", "ko")
_START_SECONDS = 30
_STOP_SECONDS = 20
_COMMAND_SECONDS = 120


class MovableClock:
    """The clock of a test run: a file with the seconds to add, read by every process."""

    def __init__(self, file: Path) -> None:
        """Begin with the real time."""
        self._file = file
        self._clock = Clock(ZONE, file)

    def set(self, day: date, hour: int, minute: int = 0) -> None:
        """Go to that minute in the city. The file is replaced whole: nobody reads half of it."""
        moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
        self._write((moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())

    def move(self, step: timedelta) -> None:
        """Go forward."""
        self._write(float(self._file.read_text()) + step.total_seconds())

    def now(self) -> datetime:
        """The moment that every process sees now."""
        return self._clock.now()

    def today(self) -> date:
        """The city's day."""
        return self._clock.today()

    def _write(self, seconds: float) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(repr(seconds))
        new.replace(self._file)


@dataclass
class Site:
    """An installation in a folder of its own, on a database that is given."""

    folder: Path
    database_url: str
    port: int = field(init=False)
    clock: MovableClock = field(init=False)
    _server: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.port = _free_port()
        self.clock = MovableClock(self.folder / "clock")

    @property
    def address(self) -> str:
        """Where the site is reached, as its own settings say it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What the web processes wrote."""
        return self.folder / "web.log"

    def _environment(self) -> dict[str, str]:
        ours = {
            "SECRET_KEY": "replay-secret-replay-secret-replay",
            "DATABASE_URL": self.database_url,
            "INSTANCE": str(self.folder / "instance"),
            "BASE_URL": self.address,
            "CITY_NAME": "Marlow",
            "TIME_ZONE": ZONE.key,
            "LANGUAGES": " ".join(LANGUAGES),
            "TRUSTED_PROXIES": "127.0.0.1/32",
            "PORT": str(self.port),
            "WEB_WORKERS": "2",
            "IS_TESTING": "1",
            "CLOCK_FILE": str(self.folder / "clock"),
        }
        others = {key: value for key, value in os.environ.items() if not key.startswith("PORTAL_")}
        return others | {f"PORTAL_{name}": value for name, value in ours.items()}

    def run(self, *arguments: str | Path, typed: str | None = None) -> str:
        """Run a command of `portal` to its end and return what it printed; it must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "portal.cli", *map(str, arguments)],
            cwd=ROOT, env=self._environment(), input=typed, capture_output=True, text=True,
            timeout=_COMMAND_SECONDS, check=False,
        )  # fmt: skip
        command = " ".join(map(str, arguments))
        assert done.returncode == 0, f"portal {command}: {done.stderr[-2000:]}{done.stdout[-2000:]}"
        assert "Traceback" not in done.stderr, f"portal {command}: {done.stderr[-4000:]}"
        return done.stdout

    def call(self, *arguments: str | Path, typed: str | None = None) -> str:
        """The same in this process, which need not start: only from one thread at a time."""
        words = [str(word) for word in arguments]
        others: dict[str, str | None] = {
            name: None for name in os.environ if name.startswith("PORTAL_")
        }
        done = CliRunner().invoke(main, words, typed, {**others, **self._environment()})
        command = " ".join(words)
        assert done.exit_code == 0, f"portal {command}: {done.exception!r} {done.output[-2000:]}"
        return done.stdout

    def work(self) -> None:
        """A round of the worker in this process; it sets no logs up."""
        context = Context(lambda: load_settings(self._environment()))
        try:
            work(context, once=True)
        finally:
            context.close()

    def start(self) -> None:
        """Serve with two web workers; returns when the site is ready."""
        with self.log.open("wb") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "portal.cli", "serve"],
                cwd=ROOT, env=self._environment(), stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + _START_SECONDS
        while not self._is_ready():
            assert self._server.poll() is None, self.log.read_text()[-4000:]
            assert time.monotonic() < deadline, self.log.read_text()[-4000:]
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop serving, as an operator would; what does not stop is a failure."""
        if self._server is None:
            return
        self._server.terminate()
        try:
            self._server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._server.kill()
            raise
        finally:
            self._server = None

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
