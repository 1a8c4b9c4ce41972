"""The demonstration city, made by its own command: once in a run, whoever asks first."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from tests.support.processes import Installation

PASSWORD = "marlow tries its portal"
ZONE = "America/Chicago"
BUILD_SECONDS = 300  # on a machine that has other things to do


def make_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the run's test processes made it. It is there to be copied."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "marlow"
    with (shared / "marlow.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "marlow.made").exists():
            folder.mkdir()
            done = settle_in(folder).run("demo", wait=BUILD_SECONDS)
            assert done.status == 0, done.err
            (shared / "marlow.made").touch()
    return folder


def settle_in(folder: Path) -> Installation:
    """The installation whose files lie in a folder: Marlow, or a copy of it."""
    settings = {"PORTAL_DEMO_PASSWORD": PASSWORD, "PORTAL_TIME_ZONE": ZONE}
    return Installation(folder, f"sqlite:///{folder / 'portal.db'}", settings)


def read_receipts(folder: Path) -> dict[str, str]:
    """The receipts that the command shows, by slug of the service."""
    lines = (folder / "instance" / "demo-receipts").read_text().split("\n")
    return dict(line.split(" ") for line in lines if line)
