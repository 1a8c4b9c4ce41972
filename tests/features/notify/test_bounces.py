"""Mail that comes back after it was accepted: told is honest, and strangers change nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.loop import Actor, Event, EventKind, Outcome, Verdict
from portal.models.loops import LoopEvent, LoopRow
from portal.models.submissions import Contact
from portal.notify.bounces import read_reports
from portal.notify.mailboxes import MailboxDown
from portal.respond.rules import Promise
from portal.store.engine import Store
from portal.store.loops import append_event
from tests.features.notify.conftest import Mailbox, Worker
from tests.support.answers import PLANNED, TODAY, Office
from tests.support.imap import Folder, imap_server
from tests.support.soundness import find_problems

Send = Callable[..., int]


def report_on(
    message: EmailMessage, *, status: str = "5.1.1", action: str = "failed", headers: bool = True
) -> bytes:
    """What a mail server writes when it could not deliver a message that it had accepted."""
    told = (
        "Reporting-MTA: dns; mail.example\r\n\r\n"
        f"Final-Recipient: rfc822; {message['To']}\r\nAction: {action}\r\nStatus: {status}\r\n"
    )
    original = f"Message-ID: {message['Message-ID']}\r\nSubject: x\r\n" if headers else "Subject: x"
    return (
        "From: MAILER-DAEMON@mail.example\r\nTo: answers@marlow.example\r\n"
        "Subject: Undelivered Mail\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt did not work.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\n{told}\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{original}\r\n--b--\r\n"
    ).encode()


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "reports" / name).mkdir(parents=True)
    return tmp_path / "reports"


@pytest.fixture
def deliver(worker: Worker, maildir: Path) -> Callable[..., int]:
    """Puts messages into the mailbox and lets the worker read it."""

    def read(*messages: bytes) -> int:
        for message in messages:
            (maildir / "new" / f"{len(list(maildir.rglob('*')))}.host").write_bytes(message)
        settings = replace(worker.settings, bounce_mailbox=f"maildir://{maildir}")
        return read_reports(worker.store, worker.clock, worker.secrets, settings)

    return read


def story(store: Store, case: int) -> list[str]:
    with store.read() as session:
        events = session.scalars(
            select(LoopEvent.kind).where(LoopEvent.submission_id == case).order_by(LoopEvent.id)
        )
        return list(events)[3:]


def facts(store: Store, case: int) -> LoopRow:
    with store.read() as session:
        return session.get_one(LoopRow, case)


def has_bounced(store: Store, case: int) -> bool:
    with store.read() as session:
        return session.get_one(Contact, case).bounced_at is not None


def test_who_was_told_by_a_mail_that_came_back_is_told_on_the_day_it_was_known(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox,
    deliver: Callable[..., int], maildir: Path,
) -> None:  # fmt: skip
    case, fine = send("en", "ana@mail.example"), send("en", "ben@mail.example")
    other = send("en", "Ana@mail.example")
    office.answer([case, fine])
    worker.run()
    assert facts(store, case).told_on == TODAY
    worker.wait(days=3)
    (returned,) = [one for one in mailbox.messages if one["To"] == "ana@mail.example"]
    assert deliver(report_on(returned), report_on(returned)) == 2
    assert story(store, case) == ["responded", "told", "bounced", "told"]
    assert facts(store, case).told_on == worker.clock.today()
    assert facts(store, fine).told_on == TODAY
    assert has_bounced(store, case)
    assert has_bounced(store, other), "nobody lives at this address"
    assert not has_bounced(store, fine)
    assert list(maildir.rglob("*.host*")) == [], "a report holds an address and is not kept"
    assert find_problems(store) == []


@pytest.mark.parametrize("status", ["4.4.1", "4.4.7"])
def test_a_relay_that_gave_up_has_told_nobody_and_says_nothing_of_the_address(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox,
    deliver: Callable[..., int], status: str,
) -> None:  # fmt: skip
    case, other = send("en", "ana@mail.example"), send("en", "ana@mail.example")
    office.answer([case])
    worker.run()
    worker.wait(days=5)
    assert deliver(report_on(mailbox.messages[0], status=status)) == 1
    assert story(store, case) == ["responded", "told", "bounced", "told"]
    assert facts(store, case).told_on == worker.clock.today()
    assert [has_bounced(store, one) for one in (case, other)] == [True, False]


def test_a_resident_who_has_answered_was_told(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox,
    deliver: Callable[..., int],
) -> None:  # fmt: skip
    case = send("en", "ana@mail.example")
    office.answer([case])
    worker.run()
    said = Event(kind=EventKind.CONFIRMED, on=TODAY, actor=Actor.RESIDENT, verdict=Verdict.YES)
    store.write(append_event, case, said, at=worker.clock.now())
    worker.wait(days=3)
    deliver(report_on(mailbox.messages[0], status="5.2.2"))
    assert story(store, case) == ["responded", "told", "confirmed"]
    assert facts(store, case).told_on == TODAY
    assert has_bounced(store, case)


def test_a_new_answer_that_came_back_ends_the_dispute_on_the_receipts_page(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox,
    deliver: Callable[..., int],
) -> None:  # fmt: skip
    case = send("en", "ana@mail.example")
    promise = office.answer([case], promise=PLANNED)
    worker.run()
    disputed = Event(kind=EventKind.DISPUTED, on=TODAY, actor=Actor.RESIDENT)
    store.write(append_event, case, disputed, at=worker.clock.now())
    done = office.draft(1, promise=Promise(Outcome.DONE, done_on=TODAY), follows_id=promise)
    office.review(done)
    office.publish(done)
    worker.run()
    worker.wait(days=2)
    deliver(*(report_on(message) for message in mailbox.messages))
    assert story(store, case)[-4:] == ["responded", "retold", "bounced", "retold"]
    row = facts(store, case)
    assert (row.told_on, row.retold_on) == (TODAY, worker.clock.today())


def test_what_is_no_report_of_failure_about_our_mail_changes_nothing(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox,
    deliver: Callable[..., int], maildir: Path,
) -> None:  # fmt: skip
    case = send("en", "ana@mail.example")
    office.answer([case])
    worker.run()
    (message,) = mailbox.messages
    real = report_on(message)
    forged = EmailMessage()
    forged["To"], forged["Message-ID"] = "ana@mail.example", f"<1.{'0' * 32}@localhost>"
    nested = b"".join(
        b"Content-Type: multipart/report; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(4000)
    )
    of_ours = [
        report_on(message, action="delayed", status="4.4.1"),
        report_on(message, action="delivered", status="2.1.5"),
        report_on(message, status="nonsense"),
    ]
    others = [
        report_on(message, headers=False),
        report_on(forged),
        real.replace(b"multipart/report", b"multipart/mixed"),
        b"Subject: Re: answer\r\nIn-Reply-To: "
        + str(message["Message-ID"]).encode()
        + b"\r\n\r\nHi",
        nested + real,
        b"\xff\x00" * 300_000 + real,
        b"",
    ]
    assert deliver(*of_ours) == len(of_ours)
    assert list(maildir.rglob("*.host*")) == [], "they may hold the letter with its link"
    assert deliver(*others) == len(others)
    assert story(store, case) == ["responded", "told"]
    assert not has_bounced(store, case)
    assert len(list((maildir / "cur").iterdir())) == len(others), "read, and left to its owner"
    assert deliver() == 0


def test_a_report_over_imap_is_read_once_and_deleted(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    case = send("en", "ana@mail.example")
    office.answer([case])
    worker.run()
    with imap_server(Folder()) as folder:
        settings = replace(
            worker.settings,
            bounce_mailbox=f"imap://reports:p%20w@127.0.0.1:{folder.port}/INBOX",
        )
        letter = folder.put(b"Subject: hello\r\n\r\nI have a question.")
        folder.put(report_on(mailbox.messages[0]) + b"x" * 1_000_000)
        for read in (2, 0):
            assert read_reports(store, worker.clock, worker.secrets, settings) == read
        assert folder.messages.keys() == {letter}
        assert story(store, case) == ["responded", "told", "bounced", "told"]
        folder.password = "changed"
        with pytest.raises(MailboxDown) as fault:
            read_reports(store, worker.clock, worker.secrets, settings)
    assert "p w" not in str(fault.value)
