"""What a mail server's refusal says about an address, about us, or about one message."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from portal.models.loops import LoopRow
from portal.models.running import Outbox
from portal.models.submissions import Contact
from portal.notify.refusals import is_about_mailbox, is_gone_status
from portal.store.engine import Store
from portal.store.retrying import TRIES
from tests.features.notify.conftest import Mailbox, Worker, free_port
from tests.support.answers import Office
from tests.support.moment import this_moment

Send = Callable[..., int]

NO_MAILBOX = [
    "550 5.1.1 <ana@mail.example>: Recipient address rejected: User unknown in relay table",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup",
    "550 5.2.1 The email account that you tried to reach is inactive",
    "554 5.1.1 no such user",
    "550 sorry, no mailbox here by that name. (#5.1.1)",
    "550 No such user here",
    "550 <relay@spam.example>: user unknown",
    "550 ana not listed in the directory",
    "551 User not local",
    "553 mailbox name not allowed",
    "550 ",
]
ANYTHING_ELSE = [
    "550 relay not permitted",
    "550 Too many messages from your IP",
    "550 Message rejected as spam",
    "550 Message was refused",
    "550 blocked by our policy",
    "550 Access denied",
    "550 Rate of mail exceeded",
    "550 mailbox is full",
    "550 Service unavailable",
    "550 5.7.1 relaying denied",
    "550 5.1.8 Sender address rejected: Domain not found",
    "550 5.1.0 Sender address rejected",
    "550 5.4.1 Recipient address rejected: Access denied",
    "550 4.7.1 greylisted",
    "530 Must issue a STARTTLS command first",
    "552 5.2.2 mailbox full",
    "552 storage exceeded",
    "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
    "554 Transaction failed",
    "554 5.2.0 delivery failed",
    "451 5.1.1 no such user",
]


@pytest.mark.parametrize("answer", NO_MAILBOX)
def test_a_statement_about_the_mailbox_ends_mail_to_it(answer: str) -> None:
    assert _is_about_mailbox(answer)


@pytest.mark.parametrize("answer", ANYTHING_ELSE)
def test_no_other_refusal_says_that_there_is_no_such_mailbox(answer: str) -> None:
    assert not _is_about_mailbox(answer)


def _is_about_mailbox(answer: str) -> bool:
    code, _, text = answer.partition(" ")
    return is_about_mailbox(int(code), text.encode())


@pytest.mark.parametrize(
    ("status", "is_gone"),
    [("5.1.1", True), ("5.1.2", True), ("5.2.1", True), ("5.2.2", False), ("5.7.1", False),
     ("5.1.7", False), ("5.1.8", False), ("5.2.10", False), ("5.4.1", False), ("4.1.1", False),
     ("4.4.7", False)],
)  # fmt: skip
def test_reports_and_refusals_share_one_rule(status: str, is_gone: bool) -> None:
    assert is_gone_status(status) is is_gone
    assert _is_about_mailbox(f"550 {status} in words") is is_gone


@dataclass
class Odd(Mailbox):
    """Says what it is told to say, at one step."""

    at_mail: str = ""
    at_recipient: str = ""
    at_data: str = ""

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        envelope.mail_from = address
        return self.at_mail or "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if not self.at_recipient:
            envelope.rcpt_tos.append(address)
        return self.at_recipient or "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        return self.at_data or await super().handle_DATA(server, session, envelope)


@pytest.fixture
def odd() -> Odd:
    return Odd()


@pytest.fixture
def queue(odd: Odd, worker: Worker) -> Iterator[Worker]:
    """The worker, with a mail server that answers oddly and offers no AUTH."""
    port = free_port()
    controller = Controller(odd, hostname="127.0.0.1", port=port, enable_SMTPUTF8=False)
    controller.start()
    worker.settings = replace(worker.settings, smtp_url=f"smtp://127.0.0.1:{port}")
    yield worker
    controller.stop()


def _is_bounced(store: Store) -> list[bool]:
    with store.read() as session:
        return [row.bounced_at is not None for row in session.scalars(select(Contact))]


def _mails(store: Store) -> list[Outbox]:
    with store.read() as session:
        return list(session.scalars(select(Outbox).where(Outbox.kind == "tell")))


def test_a_server_that_takes_no_password_brands_nobody(
    store: Store, queue: Worker, send: Send, office: Office, odd: Odd
) -> None:
    office.answer([send("en", f"p{n}@mail.example") for n in range(5)])
    without = queue.settings.smtp_url
    queue.run(smtp_url=without.replace("//", "//portal:secret@"))
    assert _is_bounced(store) == [False] * 5
    assert {row.done_at for row in _mails(store)} == {None}
    queue.wait(hours=1)
    queue.run()
    assert len(odd.messages) == 5


@pytest.mark.parametrize(
    "fault",
    [
        {"at_recipient": "550 relay not permitted"},
        {"at_recipient": "530 Must issue a STARTTLS command first"},
        {"at_recipient": "550 Too many messages from your IP"},
        {"at_recipient": "552 5.2.2 mailbox full"},
        {"at_mail": "550 Too many messages from your IP"},
        {"at_mail": "552 5.3.4 message too large"},
        {"at_data": "550 5.1.1 rejected"},
        {"at_data": "554 5.6.0 cannot be read"},
    ],
)
def test_other_refusals_mark_nobody_and_end_as_dead_letters(
    store: Store, queue: Worker, send: Send, office: Office, odd: Odd, fault: dict[str, str]
) -> None:
    case = send("en", "ana@mail.example")
    office.answer([case])
    for at, answer in fault.items():
        setattr(odd, at, answer)
    for _try in range(TRIES + 1):
        queue.run()
        queue.wait(hours=8)
    assert _is_bounced(store) == [False]
    (row,) = _mails(store)
    assert (row.attempts, row.done_at) == (TRIES, None)
    assert row.dead_at is not None
    with store.read() as session:
        assert session.get_one(LoopRow, case).state == "answered", "nobody was told"


def test_a_message_that_is_too_large_holds_up_no_other(
    store: Store, queue: Worker, send: Send, office: Office, odd: Odd
) -> None:
    odd.at_mail = "552 5.3.4 message too large"
    office.answer([send("en", f"p{n}@mail.example") for n in range(5)])
    queue.run()
    assert [row.attempts for row in _mails(store)] == [1] * 5, "each was tried"


def test_a_mailbox_that_is_gone_is_told_on_the_receipts_page(
    store: Store, queue: Worker, send: Send, office: Office, odd: Odd
) -> None:
    odd.at_recipient = "550 5.1.1 no such mailbox"
    case = send("en", "ana@mail.example")
    office.answer([case])
    queue.run()
    assert _is_bounced(store) == [True]
    with store.read() as session:
        assert session.get_one(LoopRow, case).state == "told"


def test_our_own_address_that_cannot_be_written_brands_nobody(
    store: Store, queue: Worker, send: Send, office: Office, odd: Odd
) -> None:
    office.answer([send("en", "ana@mail.example")])
    queue.run(bounce_address="straße+*@marlow.example")
    assert _is_bounced(store) == [False]
    queue.wait(hours=1)
    queue.run()
    assert odd.to() == ["ana@mail.example"]


def test_an_address_that_the_server_cannot_write_is_told_on_the_receipts_page(
    store: Store, queue: Worker, send: Send, office: Office
) -> None:
    """Trying again would never help: this server has no addresses in all scripts."""
    case = send("en", "josé@mail.example")
    office.answer([case])
    queue.run()
    assert _is_bounced(store) == [True]
    with store.read() as session:
        assert session.get_one(LoopRow, case).state == "told"


HIDDEN = "=?utf-8?q?victim=40mail.example=2C?="
"""In the header of a mail, this reads `victim@mail.example,`."""


@pytest.mark.parametrize(
    "address",
    [f"{HIDDEN}.z@other.example", f"{HIDDEN}@other.example", "=?utf-8?q?a=0D=0ABcc=3A?=@b.example",
     "ana@mail..example"],
)  # fmt: skip
def test_an_address_that_reads_as_another_one_makes_no_mail(
    store: Store, queue: Worker, send: Send, odd: Odd, address: str
) -> None:
    send("en", address, is_confirmed=False)
    queue.run()
    assert odd.messages == []
    assert _is_bounced(store) == [True], "and is not tried again"


@pytest.mark.parametrize("address", ["o'hara+a=b@mail.example", "a..b@mail.example", "#?@a-b.org"])
def test_an_odd_address_gets_its_mail(queue: Worker, send: Send, odd: Odd, address: str) -> None:
    send("en", address, is_confirmed=False)
    queue.run()
    assert odd.to() == [address]


class Encrypted(Mailbox):
    """Takes mail over TLS, asks for no password, and reports what becomes of it (RFC 3461)."""

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str, offers: list[str]
    ) -> list[str]:
        session.host_name = name
        return [offers[0], "250-DSN", *offers[1:]]


def test_the_server_is_asked_to_report_over_an_encrypted_line_too(
    worker: Worker, send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it offered before the line was encrypted counts for nothing (RFC 3207)."""
    theirs, ours = _contexts(tmp_path)
    monkeypatch.setattr(ssl, "create_default_context", lambda: ours)
    asked: list[object] = []
    hand_over = smtplib.SMTP.send_message

    def note(smtp: smtplib.SMTP, message: EmailMessage, from_addr: str, **options: object) -> None:
        asked.append(options)
        hand_over(smtp, message, from_addr)  # this server knows no such options

    monkeypatch.setattr(smtplib.SMTP, "send_message", note)
    box, port = Encrypted(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port, tls_context=theirs)
    controller.start()
    send("en", "ana@mail.example", is_confirmed=False)
    worker.run(smtp_url=f"smtp://127.0.0.1:{port}")
    controller.stop()
    (reference,) = (str(one["Message-ID"]).strip("<>").partition("@")[0] for one in box.messages)
    assert asked == [{"mail_options": [f"ENVID={reference}", "RET=HDRS"]}]


def _contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS for a server at 127.0.0.1, and for a client that trusts it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), this_moment()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=9000))
        .not_valid_after(now + timedelta(days=9000))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(pem)
    return theirs, ssl.create_default_context(cafile=str(pem))
