"""A mail server that fails one time in three, two workers, and kills at the worst moment."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, select

from portal.models.loops import LoopEvent, LoopRow
from portal.models.running import Outbox
from portal.notify import mail, runner
from portal.settings import Settings
from portal.store.engine import Store
from tests.features.notify.conftest import (
    Mailbox,
    Worker,
    add_contact,
    faults_after_sending,
    free_port,
)
from tests.support.answers import NOW, Office, send
from tests.support.city import City
from tests.support.processes import SECRET, Installation, Running

PEOPLE = 20
STEP = 60  # seconds that the portal's clock is moved on whenever nothing happens


@dataclass
class Flaky(Mailbox):
    """Fails three times in ten, each time otherwise; kills who has just handed over a message."""

    asked: int = 0
    fates: dict[int, int] = field(default_factory=dict)  # by envelope
    kill_at: dict[int, Running] = field(default_factory=dict)
    kills: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    last_at: float = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        self.last_at = time.monotonic()
        self.asked += 1
        self.fates[id(envelope)] = self.asked % 10
        if self.asked % 10 == 2:
            self.refused["recipient"] += 1
            return "451 4.7.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        fate = self.fates[id(envelope)]
        if fate == 5:
            self.refused["message"] += 1
            return "554 5.6.0 not today"
        if fate == 8:
            self.refused["connection"] += 1
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "451 gone"
        accepted = await super().handle_DATA(server, session, envelope)
        victim = self.kill_at.pop(len(self.messages), None)
        if victim is not None:
            victim.kill()
            self.kills += 1
        return accepted


@pytest.fixture
def flaky() -> Iterator[tuple[Flaky, int]]:
    mailbox, port = Flaky(), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield mailbox, port
    controller.stop()


@pytest.mark.slow(60)
def test_nothing_is_lost_and_only_kills_make_duplicates(
    store: Store, city: City, settings: Settings, database_url: str, tmp_path: Path,
    flaky: tuple[Flaky, int],
) -> None:  # fmt: skip
    mailbox, port = flaky
    clock = tmp_path / "clock"
    ahead = NOW + timedelta(hours=1) - datetime.now(UTC)
    clock.write_text(str(ahead.total_seconds()))
    town = Installation(
        tmp_path,
        database_url,
        {
            "PORTAL_IS_TESTING": "1",
            "PORTAL_CLOCK_FILE": str(clock),
            "PORTAL_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "PORTAL_MAIL_FROM": "answers@marlow.example",
            "PORTAL_WORKER_SECONDS": "1",
        },
    )
    keys = Settings(secret_key=SECRET)
    cases = [send(store, city.potholes) for _person in range(PEOPLE)]
    for number, case in enumerate(cases):
        store.write(add_contact, case, f"p{number}@mail.example", keys, True)
    Office(store, city).answer(cases)
    with ExitStack() as stack:
        first = stack.enter_context(town.running("work"))
        mailbox.kill_at = {3: first}
        first.wait_until(lambda: mailbox.kills == 1)
        workers = [stack.enter_context(town.running("work")) for _worker in range(2)]
        mailbox.kill_at = {len(mailbox.messages) + 6: workers[0]}
        workers[1].wait_until(lambda: _is_done(store, clock, mailbox), seconds=240)
    assert mailbox.kills == 2
    assert len(mailbox.refused) == 3, "every kind of failure was met"
    ids: dict[str, set[str]] = {}
    for message in mailbox.messages:
        ids.setdefault(str(message["To"]), set()).add(str(message["Message-ID"]))
    assert ids.keys() == {f"p{number}@mail.example" for number in range(PEOPLE)}
    assert all(len(one) == 1 for one in ids.values()), "a repeat can be told from another mail"
    assert len(mailbox.messages) - PEOPLE <= mailbox.kills
    with store.read() as session:
        told = session.execute(
            select(LoopEvent.submission_id, func.count())
            .where(LoopEvent.kind == "told")
            .group_by(LoopEvent.submission_id)
        ).all()
    assert {tuple(row) for row in told} == {(case, 1) for case in cases}


def _is_done(store: Store, clock: Path, mailbox: Flaky) -> bool:
    with store.read() as session:
        left = session.scalar(
            select(func.count()).select_from(Outbox).where(Outbox.done_at.is_(None))
        )
    if left == 0:
        return True
    if time.monotonic() - mailbox.last_at > 1:
        mailbox.last_at = time.monotonic()
        clock.write_text(str(float(clock.read_text()) + STEP))
    return False


@pytest.mark.parametrize("times", [1, 9])
def test_a_database_that_fails_after_the_mail_went_out_sends_it_no_second_time(
    store: Store, worker: Worker, send: Callable[..., int], mailbox: Mailbox, office: Office,
    monkeypatch: pytest.MonkeyPatch, times: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(runner, "FINISH_PAUSES", (0, 0))
    case = send("en", "ana@mail.example")
    office.answer([case])
    with faults_after_sending(store, mailbox, times):
        worker.run()
    is_over = times <= len(runner.FINISH_PAUSES)
    with store.read() as session:
        assert (session.get_one(LoopRow, case).state == "told") is is_over
    worker.wait(hours=1)
    worker.run()
    assert len(mailbox.messages) == 1
    with store.read() as session:
        assert session.get_one(LoopRow, case).state == "told"
        mail = session.scalars(select(Outbox).where(Outbox.kind == "tell")).one()
    assert mail.done_at is not None


def test_a_server_that_takes_too_long_is_asked_again_with_the_same_mail(
    worker: Worker, send: Callable[..., int], mailbox: Mailbox, office: Office,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """It may have taken the first one all the same: then both are the same message."""
    office.answer([send("en", "ana@mail.example")])
    monkeypatch.setattr(mail, "TIMEOUT", 0.3)
    mailbox.on_message = lambda: time.sleep(0.6)
    worker.run()
    mailbox.on_message = lambda: None
    worker.wait(minutes=2)
    worker.run()
    assert len({message["Message-ID"] for message in mailbox.messages}) == 1
    assert set(mailbox.to()) == {"ana@mail.example"}


def test_a_slow_server_holds_the_workers_other_jobs_up_for_one_round_only(
    store: Store, worker: Worker, mailbox: Mailbox, office: Office, send: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    people = [f"p{number}@mail.example" for number in range(5)]
    office.answer([send("en", person) for person in people])
    worker.run(smtp_url="")
    seconds = 0.0

    def slowly() -> None:
        nonlocal seconds
        seconds += runner.ROUND_SECONDS / 2

    mailbox.on_message = slowly
    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=lambda: seconds))
    worker.run()
    assert len(mailbox.messages) == 2
    with store.read() as session:
        waiting = session.scalars(select(Outbox).where(Outbox.done_at.is_(None))).all()
    assert [(row.attempts, row.locked_until) for row in waiting] == [(0, None)] * 3
    for _round in range(2):
        worker.run()
    assert sorted(mailbox.to()) == people
