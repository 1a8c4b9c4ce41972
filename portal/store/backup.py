"""A consistent copy of the database while it is in use."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import date
from pathlib import Path

from sqlalchemy.engine import URL

from portal.store.engine import Store
from portal.store.secrets import destroy_past_period_secrets, period_of


class BackupError(OSError):
    """No copy was made; the message says why."""


def back_up(store: Store, today: date, file: Path) -> None:
    """Copy to `file`, which must not exist yet and which only its owner may read.

    SQLite: an SQLite file. PostgreSQL: an archive of pg_dump for pg_restore. Secrets of past
    90-day periods are destroyed first, so that no copy can link people across periods.
    Raises OSError; then there is no file.
    """
    if file.exists():
        raise BackupError(f"{file} exists already; give another name")
    aside = file.with_name(f".{file.name}.part")
    try:
        aside.unlink(missing_ok=True)
        os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:  # which names a file that nobody asked for
        raise BackupError(f"no copy can be made in {file.parent}: {error.strerror}") from error
    try:
        store.write(destroy_past_period_secrets, today)
        if store.engine.dialect.name == "sqlite":
            _copy_sqlite(store.engine.url, today, aside)
        else:
            _dump_postgresql(store.engine.url, aside)
        _reach_the_disk(aside)
        aside.rename(file)
        _reach_the_disk(file.parent)
    finally:
        aside.unlink(missing_ok=True)


def _copy_sqlite(url: URL, today: date, target: Path) -> None:
    with (
        closing(sqlite3.connect(url.database or "")) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
        # A period may end between their destruction and this copy.
        copy.execute("DELETE FROM period_key WHERE period < ?", (period_of(today),))
        copy.commit()
        copy.execute("PRAGMA journal_mode=DELETE").close()
        copy.execute("VACUUM").close()  # freed pages may still hold them


def _dump_postgresql(url: URL, target: Path) -> None:
    pg_dump = shutil.which("pg_dump")
    if pg_dump is None:
        raise BackupError("pg_dump is needed for a backup of PostgreSQL and was not found")
    plain = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = dict(os.environ)
    if url.password is not None:
        environment["PGPASSWORD"] = str(url.password)
    done = subprocess.run(  # noqa: S603 - found on PATH, arguments of our own
        [pg_dump, "--format=custom", "--no-owner", f"--file={target}", plain],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BackupError(f"pg_dump failed: {done.stderr.strip()}")


def _reach_the_disk(path: Path) -> None:
    """Wait until the file's, or the folder's, content is safe from a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
