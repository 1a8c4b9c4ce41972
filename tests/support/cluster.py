"""A throw-away PostgreSQL cluster: its own folder, a socket in it, no port, nothing kept."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HOME = pytest.StashKey[Path]()
_PREFIX = "portal-postgres-"
_INITDB_OPTIONS = "--username=portal --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync"
_SERVER_OPTIONS = "-c listen_addresses='' -c unix_socket_directories={home} -c max_connections=200"
# The data die with the run, so nothing need reach the disk.
_HASTE = " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def choose_home(below: Path | None = None) -> Path:
    """A new folder for this run's cluster; its name holds the run's process id.

    It is short, for a socket's address has room for 107 characters.
    """
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=below))


def find_programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, the newest there is."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    folders = sorted((path.parent for path in found), key=lambda path: float(path.parent.name))
    if not folders or (_is_root() and _server_user() is None):
        return None
    return folders[-1]


def _is_root() -> bool:
    return os.geteuid() == 0


def _server_user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return None


def _as_server_user(command: list[str]) -> list[str]:
    """The server refuses to run as root, so root becomes the user that came with it."""
    return ["runuser", "-u", "postgres", "--", *command] if _is_root() else command


def start(home: Path, *, is_durable: bool = False) -> None:
    """Start the cluster in `home` unless one of the run's processes has.

    A durable one waits for the disk at every commit, as in production.
    """
    programs = find_programs()
    if programs is None:
        pytest.fail("no PostgreSQL server programs are installed")
    with _locked(home):
        if not (home / "data" / "postmaster.pid").exists():
            _make_and_start(programs, home, is_durable=is_durable)


def _make_and_start(programs: Path, home: Path, *, is_durable: bool) -> None:
    user = _server_user()
    if _is_root() and user is not None:
        os.chown(home, user.pw_uid, user.pw_gid)
    data, log = home / "data", home / "server.log"
    initdb = [str(programs / "initdb"), f"--pgdata={data}", *_INITDB_OPTIONS.split()]
    start = [str(programs / "pg_ctl"), "start", "--wait", f"--pgdata={data}", f"--log={log}"]
    options = _SERVER_OPTIONS.format(home=home) + ("" if is_durable else _HASTE)
    start.append(f"--options={options}")
    for command in (initdb, start):
        done = subprocess.run(
            _as_server_user(command),
            cwd="/",
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            written = log.read_text() if log.exists() else ""
            pytest.fail(f"{command[0]} failed:\n{done.stderr}{written}")


def stop(home: Path) -> None:
    """Stop the cluster in `home` if it runs, and remove the folder."""
    programs = find_programs()
    if programs is not None and (home / "data" / "postmaster.pid").exists():
        data = str(home / "data")
        command = [str(programs / "pg_ctl"), "stop", "--mode=immediate", f"--pgdata={data}"]
        subprocess.run(_as_server_user(command), cwd="/", check=False, capture_output=True)
    shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    with (home / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def remove_abandoned(*below: Path) -> None:
    """Remove clusters of runs that were killed before they could."""
    for home in (home for folder in below for home in folder.glob(f"{_PREFIX}*")):
        run = home.name.removeprefix(_PREFIX).split("-")[0]
        if run.isdigit() and not _is_running(int(run)):
            stop(home)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
