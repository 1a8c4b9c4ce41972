"""`portal backup` while residents write: whole, consistent, without the secrets of past periods."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, make_url, select

from portal.models.loops import LoopRow
from portal.models.submissions import PeriodKey, Submission
from portal.store.engine import Store
from portal.store.secrets import get_period_secret, period_of, sha256
from tests.support import postgres
from tests.support.cases import send_case
from tests.support.city import City
from tests.support.processes import Installation
from tests.support.soundness import find_problems

PAST_SECRET = b"the secret of a period that is over!"


class Writing:
    """Somebody who sends cases without a pause; `receipts` were acknowledged."""

    def __init__(self, store: Store, service_id: int) -> None:
        self.receipts: list[str] = []
        self._store, self._service_id = store, service_id
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> Writing:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        while not self._stop.wait(0.002):
            receipt = sha256(uuid.uuid4().hex)
            now = datetime.now(UTC)
            self._store.write(
                send_case, self._service_id, now, comment="Words.", receipt_hash=receipt
            )
            self.receipts.append(receipt)


@pytest.fixture
def past(store: Store) -> int:
    """A period that is over and whose secret was not destroyed yet, and the present one."""
    today = datetime.now(UTC).date()
    number = period_of(today) - 1
    with store.engine.begin() as connection:
        connection.execute(insert(PeriodKey).values(period=number, secret=PAST_SECRET))
    store.write(get_period_secret, today)
    return number


@pytest.fixture
def restored(installation: Installation, request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty database beside the installation's own, dropped at the end."""
    if installation.database_url.startswith("sqlite"):
        yield Store(f"sqlite:///{installation.folder / 'restored.db'}")
        return
    server = postgres.cluster_url(request.config) or ""
    name = f"restored_{uuid.uuid4().hex[:12]}"
    store = Store(postgres.create_database(server, name))
    yield store
    store.dispose()
    postgres.drop_database(server, name)


def test_a_backup_while_writing_is_whole(
    installation: Installation, make_store: object, store: Store, city: City, past: int,
    restored: Store,
) -> None:  # fmt: skip
    del make_store, past
    file = installation.folder / "copy"
    with Writing(store, city.potholes) as writing:
        while len(writing.receipts) < 50:
            threading.Event().wait(0.01)
        before = set(writing.receipts)
        done = installation.run("backup", str(file))
        assert (done.status, done.err) == (0, "")
        assert len(writing.receipts) > len(before)
    assert file.stat().st_mode & 0o077 == 0
    assert PAST_SECRET not in file.read_bytes()
    restore(file, restored)
    with restored.read() as session:
        receipts = set(session.scalars(select(Submission.receipt_hash)))
        assert before <= receipts <= set(writing.receipts)
        assert len(session.scalars(select(LoopRow.submission_id)).all()) == len(receipts)
        [period] = session.scalars(select(PeriodKey.period))
        assert period == period_of(datetime.now(UTC).date())
    assert find_problems(restored) == []


def restore(file: Path, target: Store) -> None:
    """As the handbook says: the file put in place, or pg_restore into an empty database."""
    url = target.engine.url
    if url.get_backend_name() == "sqlite":
        shutil.copy(file, url.database or "")
        return
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run(
        ["pg_restore", "--no-owner", "--exit-on-error", f"--dbname={plain}", file], check=True
    )


def test_the_running_database_forgets_past_secrets_too(
    installation: Installation, store: Store, past: int
) -> None:
    assert installation.run("backup", str(installation.folder / "copy")).status == 0
    with store.read() as session:
        assert past not in session.scalars(select(PeriodKey.period)).all()


def test_a_copy_needs_no_log_beside_it(small_town: Installation) -> None:
    file = small_town.folder / "copy.db"
    assert small_town.run("backup", str(file)).status == 0
    assert [path.name for path in file.parent.glob("*copy.db*")] == ["copy.db"]
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM service").fetchall() == [(3,)]


def test_a_failed_backup_leaves_nothing(installation: Installation, store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("pg_dump")
    file = installation.folder / "copy"
    done = installation.run("backup", str(file), PATH="/nowhere")
    assert (done.status, len(done.err.splitlines())) == (2, 1)
    assert "pg_dump" in done.err
    wrong = make_url(installation.database_url).set(database="nowhere")
    url = wrong.render_as_string(hide_password=False)
    assert installation.run("backup", str(file), PORTAL_DATABASE_URL=url).status == 2
    assert not list(installation.folder.glob("*copy*"))
