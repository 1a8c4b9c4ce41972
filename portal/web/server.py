"""Serving with granian, and keeping web and worker running together."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from granian import Granian
from granian.constants import Interfaces

from portal.settings import Settings

# With one thread, two half-sent bodies would stop the site (DESIGN.md section 9).
BLOCKING_THREADS = 64
_BACKLOG = 1024
_STOP_SECONDS = 15
_ROOT = Path(__file__).resolve().parents[2]


def serve(settings: Settings) -> None:
    """Serve until told to stop; workers that die are started again."""
    Granian(
        "wsgi:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        blocking_threads=BLOCKING_THREADS,
        backlog=_BACKLOG,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_SECONDS,
        working_dir=_ROOT,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
        websockets=False,
    ).serve()


class Supervisor:
    """Runs several commands of ours until one is told to stop; restarts those that fall."""

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        """`commands` are arguments of `portal`, e.g. `["serve"]`."""
        self._commands = [list(command) for command in commands]
        self._processes: list[subprocess.Popen[bytes]] = []
        self._stopping = False

    def run(self) -> None:
        """Start all, wait for SIGINT or SIGTERM, stop all."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        self._processes = [self._start(command) for command in self._commands]
        while not self._stopping:
            for place, process in enumerate(self._processes):
                if process.poll() is not None and not self._stopping:
                    time.sleep(1)  # a command that falls at once must not spin
                    self._processes[place] = self._start(self._commands[place])
            time.sleep(0.2)
        self._end_all()

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C in a terminal reaches us alone, and we stop them in order.
        return subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "portal.cli", *command], start_new_session=True
        )

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _end_all(self) -> None:
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        for process in self._processes:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
