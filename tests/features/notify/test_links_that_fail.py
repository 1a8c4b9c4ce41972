"""Invitations and links that did not arrive: whoever sent them reads so, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.operations.links import ask_for_reset
from portal.accounts.operations.people import invite_again, invite_person
from portal.models.running import Outbox
from portal.notify.bounces import read_reports
from portal.store.engine import Store
from portal.store.retrying import TRIES
from tests.features.notify.conftest import Mailbox, Worker
from tests.features.notify.test_bounces import report_on
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk, open_desk
from tests.support.moment import this_moment

Shown = Callable[[int], str]


@pytest.fixture
def shown(app: Flask, store: Store, city: City) -> Shown:
    """What an administrator reads about a person."""
    open_desk(store, city)
    desk = Desk(app, "admin")

    def words(person: int) -> str:
        return response_page(desk.client.get(f"/en/admin/people/{person}/")).words()

    return words


@pytest.fixture(autouse=True)
def today(worker: Worker) -> None:
    """The pages know no other clock, and links are soon over."""
    worker.clock.moment = this_moment()


def invite(worker: Worker, city: City, email: str) -> int:
    return worker.store.write(
        invite_person, now=worker.clock.now(), by=city.people["admin"], email=email, name="Nova",
        roles=[("staff", city.works)], lang="en", secrets=worker.secrets,
    )  # fmt: skip


def bring_back(worker: Worker, folder: Path, *messages: EmailMessage) -> None:
    """Reports on these mails come in."""
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    for number, message in enumerate(messages):
        (folder / "new" / f"{number}.host").write_bytes(report_on(message))
    settings = replace(worker.settings, bounce_mailbox=f"maildir://{folder}")
    assert read_reports(worker.store, worker.clock, worker.secrets, settings) == len(messages)


def test_an_invitation_to_nobody_is_not_called_sent(
    city: City, worker: Worker, shown: Shown
) -> None:
    person = invite(worker, city, "gone@mail.example")
    assert "not sent yet" in shown(person)
    worker.run()
    words = shown(person)
    assert "could not be delivered. Ask this person whether the address is right." in words
    assert "Sent " not in words
    worker.wait(minutes=1)
    worker.store.write(
        invite_again, now=worker.clock.now(), by=city.people["admin"], person_id=person,
        secrets=worker.secrets,
    )  # fmt: skip
    assert "could not be delivered" not in shown(person)


def test_an_invitation_that_comes_back_later_is_not_called_sent_any_more(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, shown: Shown, tmp_path: Path
) -> None:
    person = invite(worker, city, "nova@mail.example")
    worker.run()
    assert "Sent " in shown(person)
    bring_back(worker, tmp_path / "reports", mailbox.messages[0])
    assert "could not be delivered" in shown(person)
    with store.read() as session:
        assert session.scalars(select(Outbox.last_error)).all() == ["bounced: 5.1.1"]


def test_what_the_mail_server_did_not_take_is_sent_again_elsewhere(
    city: City, worker: Worker, shown: Shown
) -> None:
    person = invite(worker, city, "relay@mail.example")
    for _try in range(TRIES + 1):
        worker.run()
        worker.wait(hours=8)
    words = shown(person)
    assert "could not be delivered. The mail server did not take it." in words
    assert "Mail and worker" in words


def test_a_link_for_a_new_password_that_comes_back_is_said_so(
    city: City, worker: Worker, mailbox: Mailbox, shown: Shown, tmp_path: Path
) -> None:
    worker.store.write(
        ask_for_reset, now=worker.clock.now(), email="staff@city.example", prefix_hash="x",
        secrets=worker.secrets,
    )  # fmt: skip
    worker.run()
    staff = city.people["staff"]
    assert "could not be delivered" not in shown(staff)
    bring_back(worker, tmp_path / "reports", mailbox.messages[0])
    assert "The link for a new password made" in shown(staff)
    assert "could not be delivered" in shown(staff)
