"""Keeps several commands of ours running together: `portal serve` and `portal work`."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

STOP_SECONDS = 9
_LOOK_SECONDS = 0.2
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_REFUSED = 2  # the exit status for bad input and bad settings (portal/cli.py)
_REST_SECONDS = 1  # a command that falls at once must not spin


class Supervisor:
    """Runs several commands of ours until one is told to stop; restarts those that fall."""

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        """`commands` are arguments of `portal`, e.g. `["serve"]`."""
        self._commands = [list(command) for command in commands]
        self._processes: list[subprocess.Popen[bytes]] = []
        self._is_stopping = False
        self._status = 0

    def run(self) -> int:
        """Start all, wait for SIGINT or SIGTERM, stop all; returns the exit status.

        A command that refuses its settings or input ends everything with its status: it said why,
        and would say the same again.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        self._processes = [_start(command) for command in self._commands]
        while not self._is_stopping:
            for place in range(len(self._processes)):
                self._look_after(place)
            time.sleep(_LOOK_SECONDS)
        self._end_all()
        return self._status

    def _look_after(self, place: int) -> None:
        status = self._processes[place].poll()
        if status is None or self._is_stopping:
            return
        if status == _REFUSED:
            self._status, self._is_stopping = status, True
            return
        _send(self._processes[place], signal.SIGKILL)  # children that it left behind
        time.sleep(_REST_SECONDS)
        if not self._is_stopping:
            self._processes[place] = _start(self._commands[place])

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    def _end_all(self) -> None:
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            _send(process, signal.SIGKILL)
            process.wait()


def end_with_parent() -> None:
    """Ask the system (Linux) to stop this process when the one that started it is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C in a terminal reaches us alone, and we stop them in order.
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "portal.cli", *command],
        start_new_session=True,
        preexec_fn=end_with_parent,  # noqa: PLW1509 - we have no threads
    )


def _send(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to the process and all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
