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


def back_up(store: Store, today: date, file: Path) -> None:
    """Copy to `file`, which must not exist yet.

    SQLite: an SQLite file. PostgreSQL: an archive of pg_dump for pg_restore. Secrets of past
    90-day periods are destroyed first, so that no copy can link people across periods.
    Raises FileExistsError, or RuntimeError where pg_dump is missing or fails.
    """
    if file.exists():
        raise FileExistsError(f"{file} exists already; give another name")
    store.write(destroy_past_period_secrets, today)
    aside = file.with_name(f".{file.name}.part")
    aside.unlink(missing_ok=True)
    try:
        if store.engine.dialect.name == "sqlite":
            _copy_sqlite(store, today, aside)
        else:
            _dump_postgresql(store.engine.url, aside)
        aside.rename(file)
    finally:
        aside.unlink(missing_ok=True)


def _copy_sqlite(store: Store, today: date, target: Path) -> None:
    with store.engine.connect() as connection, closing(sqlite3.connect(target)) as copy:
        source = connection.connection.dbapi_connection
        assert isinstance(source, sqlite3.Connection)  # noqa: S101 - for the type checker
        source.backup(copy)
        # The copy began after they were destroyed, but freed pages may still hold them.
        copy.execute("DELETE FROM period_key WHERE period < ?", (period_of(today),))
        copy.commit()
        copy.execute("PRAGMA journal_mode=DELETE").close()
        copy.execute("VACUUM").close()


def _dump_postgresql(url: URL, target: Path) -> None:
    pg_dump = shutil.which("pg_dump")
    if pg_dump is None:
        raise RuntimeError("pg_dump is needed for a backup of PostgreSQL and was not found")
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
        raise RuntimeError(f"pg_dump failed: {done.stderr.strip()}")
