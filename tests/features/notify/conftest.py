"""A real SMTP server in the test's process, and a worker that uses it."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from sqlalchemy import event, insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session as DatabaseSession

from portal.models.submissions import Contact
from portal.notify.rendering import make_renderer
from portal.notify.runner import run_due
from portal.settings import Settings
from portal.store import outbox
from portal.store.clock import Clock
from portal.store.contacts import question_key
from portal.store.engine import Store
from portal.store.secrets import Secrets, sha256
from tests.support.answers import NOW, Office
from tests.support.answers import send as send_to
from tests.support.city import City


@dataclass
class Mailbox:
    """What the server accepted, and what it shall do."""

    messages: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)  # the same as they came over the wire
    senders: list[str] = field(default_factory=list)  # of the envelopes
    is_failing: bool = False
    on_message: Callable[[], None] = lambda: None  # before a message is accepted

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if address.startswith("gone"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("relay"):
            return "554 5.7.1 relay access denied"
        if self.is_failing or address.startswith("later"):
            return "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.original_content or b""
        message = message_from_bytes(raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.on_message()
        self.messages.append(message)
        self.raw.append(raw)
        self.senders.append(str(envelope.mail_from))
        return "250 accepted"

    def to(self) -> list[str]:
        """Whom mail went to."""
        return [str(message["To"]) for message in self.messages]

    def stop_link(self) -> str:
        """Where the last mail says that one click stops it, without the host.

        Read from what came over the wire: mail programs decode nothing there (RFC 2369).
        """
        found = re.findall(
            rb"^List-Unsubscribe: <http://localhost(/[^>\s]+)>\r$", self.raw[-1], re.MULTILINE
        )
        assert len(found) == 1, self.raw[-1]
        return str(found[0].decode())


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[Controller]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def mail_settings(settings: Settings, server: Controller) -> Settings:
    return replace(
        settings,
        smtp_url=f"smtp://127.0.0.1:{server.port}",
        mail_from="answers@marlow.example",
    )


class StoppedClock(Clock):
    """A clock that stands where the test puts it."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


class Worker:
    """Runs the outbox as the worker does."""

    def __init__(self, app: Flask, store: Store, settings: Settings) -> None:
        self.store, self.settings = store, settings
        self.secrets = Secrets(settings.secret_key)
        self.clock = StoppedClock(settings.zone)
        self.renderer = make_renderer(app)

    def run(self, **changes: object) -> int:
        """Do what is due."""
        settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        return run_due(self.store, self.clock, self.secrets, settings, self.renderer)

    def wait(self, **time: int) -> None:
        """Let time pass."""
        self.clock.moment += timedelta(**time)


@pytest.fixture
def worker(app: Flask, store: Store, mail_settings: Settings) -> Worker:
    return Worker(app, store, mail_settings)


@contextmanager
def faults_after_sending(store: Store, mailbox: Mailbox, times: int) -> Iterator[None]:
    """So many times the database does not take that a mail went out; all else it takes."""
    left = times

    def fail(_connection: object, _cursor: object, said: str, *_more: object) -> None:
        nonlocal left
        is_finishing = "done_at=" in said and "due_at=" not in said
        if left and mailbox.messages and is_finishing:
            left -= 1
            raise OperationalError(said, None, OSError("away"))

    event.listen(store.engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(store.engine, "before_cursor_execute", fail)
    assert left < times, "it went wrong at least once"


@pytest.fixture
def office(store: Store, city: City) -> Office:
    return Office(store, city)


@pytest.fixture
def send(store: Store, city: City, settings: Settings) -> Callable[..., int]:
    """Sends a case about potholes, with an e-mail address where one is given; returns its id."""

    def one(
        lang: str = "en", email: str | None = None, *, is_confirmed: bool = True, **values: object
    ) -> int:
        submission_id = send_to(store, city.potholes, lang=lang, **values)
        if email is not None:
            store.write(add_contact, submission_id, email, settings, is_confirmed)
        return submission_id

    return one


def add_contact(
    session: DatabaseSession, submission_id: int, email: str, settings: Settings, is_confirmed: bool
) -> None:
    """Leave an address with a submission, as the rating form does."""
    secrets = Secrets(settings.secret_key)
    session.execute(
        insert(Contact).values(
            submission_id=submission_id,
            email_encrypted=secrets.encrypt(email),
            email_hash=secrets.email_hash(email),
            token_hash=sha256(f"not issued {submission_id}"),
            created_at=NOW,
            confirmed_at=NOW if is_confirmed else None,
        )
    )
    if not is_confirmed:
        outbox.post(
            session, "confirm_address", question_key(submission_id), now=NOW,
            submission_id=submission_id,
        )  # fmt: skip
