"""The outbox's bookkeeping: what comes first, and whose a message is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NoReturn

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.running import OUTBOX_KINDS, Outbox
from portal.notify import operations
from portal.notify.bounces import record_bounce
from portal.notify.operations import RANKS, Job
from portal.notify.reports import Report
from portal.store import outbox
from portal.store.engine import Store
from portal.store.retrying import LEASE, TRIES
from tests.features.notify.conftest import Mailbox, StoppedClock, Worker
from tests.support.answers import NOW, TODAY, Office

Send = Callable[..., int]
LATER = NOW + LEASE + timedelta(seconds=1)


def test_every_kind_of_message_has_one_rank() -> None:
    assert sorted(kind for kinds in RANKS for kind in kinds) == sorted(OUTBOX_KINDS)


def _post(session: Session, /, kind: str, minutes: int) -> None:
    key = f"{kind}:test:{minutes}"
    outbox.post(session, kind, key, now=NOW - timedelta(hours=1) + timedelta(minutes=minutes))


def test_what_somebody_waits_for_comes_before_a_mass_of_older_mail(
    store: Store,
) -> None:
    order = [kind for kinds in RANKS for kind in kinds]
    for minutes, kind in enumerate(reversed(order)):  # the least urgent are the oldest
        for more in range(2):
            store.write(_post, kind, 2 * minutes + more)
    taken: list[str] = []
    while jobs := store.write(operations.claim_due, now=NOW, kinds=OUTBOX_KINDS, limit=5):
        taken += [job.kind for job in jobs]
    ranks = {kind: rank for rank, kinds in enumerate(RANKS) for kind in kinds}
    assert len(taken) == 2 * len(order)
    assert [ranks[kind] for kind in taken] == sorted(ranks[kind] for kind in taken)
    oldest_first = [kind for kind in reversed(RANKS[0]) for _each in range(2)]
    assert taken[: len(oldest_first)] == oldest_first, "the oldest of a rank first"


def test_a_question_is_not_behind_a_telling_of_many(
    worker: Worker, send: Send, mailbox: Mailbox, office: Office
) -> None:
    office.answer([send("en", f"p{n}@mail.example") for n in range(25)])
    worker.run(smtp_url="")
    worker.wait(minutes=5)
    send("en", "waits@mail.example", is_confirmed=False)
    worker.run()
    assert mailbox.to()[0] == "waits@mail.example"
    assert len(mailbox.messages) == 26


class Ticking(StoppedClock):
    """A clock that is a second on at each look."""

    def now(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


@pytest.fixture
def mail(store: Store, send: Send, office: Office, worker: Worker) -> int:
    """A mail that waits; returns its id."""
    office.answer([send("en", "ana@mail.example")])
    worker.run(smtp_url="")
    with store.read() as session:
        return session.scalars(select(Outbox.id).where(Outbox.kind == "tell")).one()


def _claim(store: Store, *, later: bool = False) -> Job:
    now = LATER if later else NOW
    (job,) = store.write(operations.claim_due, now=now, kinds=["tell"], limit=5)
    return job


def _row(store: Store, mail: int) -> Outbox:
    with store.read() as session:
        return session.get_one(Outbox, mail)


def _fail(store: Store, job: Job) -> None:
    store.write(operations.fail, now=LATER, job=job, error="too slow")


def _fail_for_good(store: Store, job: Job) -> None:
    job.attempts = TRIES
    _fail(store, job)


def _postpone(store: Store, job: Job) -> None:
    store.write(operations.postpone, job=job, until=LATER, note="not now")


def _drop(store: Store, job: Job) -> None:
    store.write(operations.drop, job=job)


ENDINGS = [_fail, _fail_for_good, _postpone, _drop]


@pytest.mark.parametrize("end", ENDINGS)
def test_a_worker_that_stalled_brings_no_mail_back_that_another_has_sent(
    store: Store, mail: int, end: Callable[[Store, Job], None]
) -> None:
    stalled, other = _claim(store), _claim(store, later=True)
    store.write(operations.finish, now=LATER, job_id=other.id)
    end(store, stalled)
    row = _row(store, mail)
    assert (row.done_at, row.dead_at, row.last_error) == (LATER, None, None)


@pytest.mark.parametrize("end", ENDINGS)
def test_a_worker_that_stalled_takes_no_mail_away_from_another(
    store: Store, mail: int, end: Callable[[Store, Job], None]
) -> None:
    stalled, other = _claim(store), _claim(store, later=True)
    end(store, stalled)
    row = _row(store, mail)
    assert (row.locked_until, row.attempts, row.dead_at) == (other.lease, 2, None)
    assert store.write(operations.hold, now=LATER, job=stalled) is None
    assert store.write(operations.hold, now=LATER, job=other) == LATER + LEASE


def test_what_a_stalled_worker_has_sent_after_all_is_sent(store: Store, mail: int) -> None:
    stalled, other = _claim(store), _claim(store, later=True)
    _fail_for_good(store, other)
    assert _row(store, mail).dead_at is not None
    store.write(operations.finish, now=LATER, job_id=stalled.id)
    row = _row(store, mail)
    assert (row.done_at, row.dead_at) == (LATER, None)


def test_a_failure_counts_though_the_mail_was_held_since_it_was_claimed(
    store: Store, mail: int, worker: Worker, mailbox: Mailbox
) -> None:
    mailbox.is_failing = True
    worker.clock = Ticking(worker.settings.zone)
    worker.run()
    row = _row(store, mail)
    assert (row.attempts, row.locked_until) == (1, None)
    assert row.last_error == "the recipient refused: SMTP 451"


def test_a_mail_that_came_back_before_it_was_written_down_as_sent_has_come_back(
    store: Store, mail: int
) -> None:
    """The report waits for nobody; what failed after sending fails while it is written down."""
    job = _claim(store)
    job.is_sent = True
    is_read = threading.Event()

    def read_report(session: Session) -> None:
        record_bounce(
            session, now=NOW, today=TODAY, outbox_id=mail, report=Report((), "5.1.1"),
        )  # fmt: skip
        session.flush()
        is_read.set()
        time.sleep(0.5)

    reading = threading.Thread(target=store.write, args=(read_report,))
    reading.start()
    is_read.wait(10)
    _fail(store, job)
    reading.join()
    row = _row(store, mail)
    assert (row.detail["bounced"], row.detail["is_sent"]) == ("5.1.1", True)
    assert row.last_error == "bounced: 5.1.1"
    store.write(operations.finish, now=LATER, job_id=mail)
    with store.read() as session:
        assert outbox.find_mailed(session, row.dedupe_key) == outbox.Mailed.REFUSED


def test_a_worker_that_comes_back_from_a_stall_leaves_what_another_has_told(
    store: Store, mail: int, worker: Worker, mailbox: Mailbox
) -> None:
    """Its own try breaks off after another one has sent the mail."""
    other = Worker.__new__(Worker)
    other.__dict__.update(worker.__dict__, clock=type(worker.clock)(worker.settings.zone))

    def stall(_template: str, _lang: str, _context: dict[str, Any]) -> NoReturn:
        worker.wait(minutes=20)
        other.clock.moment = worker.clock.moment
        other.run()
        raise RuntimeError("broke off")

    worker.renderer = stall
    worker.run()
    worker.wait(hours=1)
    worker.run()
    assert mailbox.to() == ["ana@mail.example"]
    row = _row(store, mail)
    assert row.done_at is not None
    with store.read() as session:
        assert session.get_one(LoopRow, row.submission_id).state == "told"
