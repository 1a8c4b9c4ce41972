"""The partner's link goes past the city: a colleague asks for it, the worker makes and mails it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from portal.domain.typed_texts import TextsMoved
from portal.manage.operations import co_decisions, partner_addresses, partner_links
from portal.manage.queries.partner_links import Way, get_way
from portal.models.partners import PartnerContact, Signature
from portal.models.running import AuditEvent, Outbox
from portal.notify.bounces import record_bounce
from portal.notify.dead_letters import retry
from portal.notify.reports import Report
from portal.store.engine import Store
from portal.store.retention import get_periods, purge_partner_addresses
from portal.store.retrying import TRIES
from portal.store.throttle import LimitReached
from tests.features.notify.conftest import Mailbox, Worker
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City, make_person
from tests.support.client import response_page
from tests.support.desk import Desk, open_desk
from tests.support.signed import SECRETS
from tests.support.soundness import find_problems
from tests.support.together import RECORD, Table

ADDRESS = "ana@parents.example"


@pytest.fixture
def table(store: Store, city: City) -> Table:
    return Table(store, city)


@pytest.fixture
def partner(table: Table) -> int:
    return table.partner()


@pytest.fixture
def decision(store: Store, city: City, table: Table, partner: int) -> int:
    """A record that is ready to be signed, by the manager."""
    case = send(store, city.potholes, comment="The kerb is high.")
    return table.decide(Office(store, city).group([case]), partner, [case])


def ask(
    table: Table, decision: int, *, worker: Worker | None = None, by: int | None = None
) -> None:
    """A colleague presses the button."""
    scope = replace(table.scope, person_id=by or table.colleague)
    table.store.write(
        partner_links.send_link, now=worker.clock.now() if worker else NOW, scope=scope,
        co_decision_id=decision, seen=SECRETS.address_key(ADDRESS), secrets=SECRETS,
    )  # fmt: skip


def way(table: Table, decision: int) -> Way:
    with table.store.read() as session:
        return get_way(session, table.scope, decision, SECRETS)


def part(message: EmailMessage, kind: str = "plain") -> str:
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def path_in(message: EmailMessage) -> str:
    found: list[str] = re.findall(r"http://localhost(/\S+/sign/\S+/)", part(message))
    (path,) = found
    assert f'href="http://localhost{path}"' in part(message, "html")
    return path


def test_the_partner_gets_a_link_that_stands_nowhere_in_the_city(
    client: FlaskClient, store: Store, table: Table, partner: int, decision: int, worker: Worker,
    mailbox: Mailbox,
) -> None:  # fmt: skip
    table.name_mailbox(partner)
    ask(table, decision)
    assert way(table, decision).mailed == "waits"
    worker.run()
    assert mailbox.to() == [ADDRESS]
    path = path_in(mailbox.messages[0])
    assert way(table, decision).mailed == "sent"
    token = path.rstrip("/").rpartition("/")[2]
    assert not _stands_anywhere(store, token)
    assert not _stands_anywhere(store, ADDRESS)
    assert client.get(path).status_code == 200, "a scanner that opens it signs nothing"
    with store.read() as session:
        assert session.get_one(Signature, decision).signed_at is None
    table.sign(token)
    with store.read() as session:
        link = session.get_one(Signature, decision)
    assert link.is_mailed
    assert link.signed_at is not None
    assert find_problems(store) == []


def _stands_anywhere(store: Store, word: str) -> bool:
    """Whether any text of any table holds the word."""
    with store.read() as session:
        tables = ("outbox", "signature", "audit_event", "partner_contact", "throttle", "setting")
        rows = [session.execute(text(f"SELECT * FROM {one}")).all() for one in tables]
    return word in str(rows)


@pytest.mark.parametrize("lang", ["en", "es", "vi", "zh-Hans", "ar", "ko"])
def test_the_letter_is_in_the_partners_language(
    table: Table, partner: int, decision: int, worker: Worker, mailbox: Mailbox, lang: str
) -> None:
    table.name_mailbox(partner, lang=lang)
    ask(table, decision)
    worker.run()
    (message,) = mailbox.messages
    assert path_in(message).startswith(f"/{lang}/sign/")
    direction = "rtl" if lang == "ar" else "ltr"
    assert f'<html lang="{lang}" dir="{direction}">' in part(message, "html")
    assert message["List-Unsubscribe"] is None
    if lang == "en":
        assert message["Subject"] == "Please read and sign: Pothole repair"
        for kind in ("plain", "html"):
            words = part(message, kind)
            assert "Parents of Elm Street" in words
            assert "works once, until" in words
            assert "Nobody in the city can see this link." in words


def test_a_second_link_ends_the_first_one_sent_or_not(
    client: FlaskClient, table: Table, partner: int, decision: int, worker: Worker,
    mailbox: Mailbox,
) -> None:  # fmt: skip
    table.name_mailbox(partner)
    ask(table, decision, worker=worker)
    worker.run()
    worker.wait(minutes=1)
    ask(table, decision, worker=worker)
    worker.wait(minutes=1)
    ask(table, decision, worker=worker)
    worker.run()
    first, last = (path_in(message) for message in mailbox.messages)
    assert client.get(first).status_code == 404
    assert client.get(last).status_code == 200
    assert len(mailbox.messages) == 2, "the second one was never mailed"


def test_a_record_is_sent_three_times_a_day(
    table: Table, partner: int, decision: int, worker: Worker, mailbox: Mailbox
) -> None:
    table.name_mailbox(partner)
    for _time in range(partner_links.SENDS_A_DAY):
        worker.wait(minutes=1)
        ask(table, decision, worker=worker)
    worker.wait(minutes=1)
    with pytest.raises(LimitReached):
        ask(table, decision, worker=worker)
    worker.run()
    assert len(mailbox.messages) == 1
    worker.wait(days=1)
    ask(table, decision, worker=worker)


def test_who_wrote_the_record_neither_sends_nor_names_the_mailbox(
    table: Table, partner: int, decision: int, city: City, worker: Worker, mailbox: Mailbox
) -> None:
    writer, third = table.scope.person_id, city.people["staff"]
    with pytest.raises(partner_links.AddressUnfit):
        ask(table, decision)
    table.name_mailbox(partner, by=writer)
    assert way(table, decision).is_of_writer
    with pytest.raises(partner_links.AddressUnfit):
        ask(table, decision)
    # Somebody else is the last to write now; the one before still named the mailbox.
    table.scope = replace(table.scope, person_id=third)
    table.write(decision, replace(RECORD, changed="It is lower by a hand."))
    with pytest.raises(partner_links.AddressUnfit):
        ask(table, decision)
    table.name_mailbox(partner)  # a colleague vouches for the same
    assert not way(table, decision).is_of_writer
    for one in (writer, third):
        with pytest.raises(partner_links.WroteItself):
            ask(table, decision, by=one)
    ask(table, decision)
    worker.run()
    assert mailbox.to() == [ADDRESS]
    assert _deeds(table.store, "partner") == [
        "partner_added", "partner_address_set", "partner_address_confirmed",
    ]  # fmt: skip


def _deeds(store: Store, subject: str) -> list[str]:
    with store.read() as session:
        statement = select(AuditEvent.action).where(AuditEvent.subject == subject)
        return list(session.scalars(statement.order_by(AuditEvent.id)))


def test_what_changes_before_it_is_mailed_keeps_it_back(
    table: Table, partner: int, decision: int, worker: Worker, mailbox: Mailbox
) -> None:
    table.name_mailbox(partner)
    ask(table, decision)
    table.name_mailbox(partner, "writer@home.example", by=table.scope.person_id)
    worker.run()
    assert mailbox.messages == []
    assert way(table, decision).mailed == "left"
    table.name_mailbox(partner)
    with pytest.raises(TextsMoved):
        _ask_as_read(table, decision, "writer@home.example")
    worker.wait(minutes=1)
    ask(table, decision, worker=worker)
    table.write(decision, co_decisions.Record("", "", ""))
    worker.run()
    assert mailbox.messages == []


def _ask_as_read(table: Table, decision: int, email: str) -> None:
    table.store.write(
        partner_links.send_link, now=NOW, scope=replace(table.scope, person_id=table.colleague),
        co_decision_id=decision, seen=SECRETS.address_key(email), secrets=SECRETS,
    )  # fmt: skip


def test_who_may_hold_the_link_does_not_write_what_it_signs(
    store: Store, table: Table, partner: int, decision: int, worker: Worker, mailbox: Mailbox
) -> None:
    table.name_mailbox(partner)
    ask(table, decision)
    worker.run()
    table.write(decision, replace(RECORD, changed="The writer puts it better."))
    with store.read() as session:
        assert session.get(Signature, decision) is not None
    table.scope = replace(table.scope, person_id=table.colleague)
    table.write(decision, replace(RECORD, changed="Who named the mailbox puts it otherwise."))
    with store.read() as session:
        assert session.get(Signature, decision) is None


def test_who_vouched_for_the_mailbox_does_not_write_what_the_link_signs_either(
    store: Store, table: Table, partner: int, decision: int, city: City, worker: Worker,
    mailbox: Mailbox,
) -> None:  # fmt: skip
    """Somebody lets a colleague type an address, only says that it is right, and writes later."""
    table.name_mailbox(partner)
    table.name_mailbox(partner, by=city.people["staff"])
    ask(table, decision)
    worker.run()
    assert len(mailbox.messages) == 1
    table.scope = replace(table.scope, person_id=city.people["staff"])
    table.write(decision, replace(RECORD, changed="Who vouched for it puts it otherwise."))
    with store.read() as session:
        assert session.get(Signature, decision) is None


@pytest.mark.parametrize("email", ["gone@parents.example", "later@parents.example"])
def test_what_cannot_be_delivered_shows_and_another_address_helps(
    store: Store, table: Table, partner: int, decision: int, worker: Worker, mailbox: Mailbox,
    email: str,
) -> None:  # fmt: skip
    table.name_mailbox(partner, email)
    _ask_as_read(table, decision, email)
    for _time in range(TRIES):
        worker.run()
        worker.wait(hours=8)
    is_gone = email.startswith("gone")
    assert way(table, decision).mailed == ("refused" if is_gone else "given_up")
    table.name_mailbox(partner)
    ask(table, decision, worker=worker)
    worker.run()
    assert mailbox.to() == [ADDRESS]
    assert way(table, decision).mailed == "sent"
    if not is_gone:
        store.write(
            retry, now=worker.clock.now(), today=worker.clock.today(), person_id=table.colleague
        )
        worker.run()
        assert len(mailbox.messages) == 1, "a dead letter tried again holds no older link"


def test_a_refused_link_is_listed_by_the_partners_name_and_leads_to_its_record(
    app: Flask, store: Store, city: City, table: Table, partner: int, decision: int, worker: Worker
) -> None:
    table.name_mailbox(partner, "gone@parents.example")
    _ask_as_read(table, decision, "gone@parents.example")
    worker.run()
    open_desk(store, city)
    page = response_page(Desk(app, "admin").client.get("/en/admin/mail/"))
    row = next(page.words(row) for row in page.all("tr") if "Link for a partner" in page.words(row))
    assert "Parents of Elm Street" in row
    assert "a resident" not in row
    assert f"/en/manage/co-decisions/{decision}/" in page.links()


def test_a_report_that_it_came_back_shows_and_ends_the_link(
    client: FlaskClient, store: Store, table: Table, partner: int, decision: int, worker: Worker,
    mailbox: Mailbox,
) -> None:  # fmt: skip
    """Where the mail server tells of failures with the whole letter, the link comes back too."""
    table.name_mailbox(partner)
    ask(table, decision)
    worker.run()
    path = path_in(mailbox.messages[0])
    assert client.get(path).status_code == 200
    with store.read() as session:
        job = session.scalars(select(Outbox.id).where(Outbox.kind == "partner_link")).one()
    report = Report((SECRETS.mail_reference(job),), "5.1.1")
    store.write(record_bounce, now=NOW, today=TODAY, outbox_id=job, report=report)
    assert way(table, decision).mailed == "refused"
    assert client.get(path).status_code == 410
    with pytest.raises(co_decisions.LinkRefused):
        table.sign(path.rstrip("/").rpartition("/")[2], NOW + timedelta(seconds=1))


def test_a_letter_of_an_older_link_that_comes_back_ends_no_newer_one(
    client: FlaskClient, store: Store, table: Table, partner: int, decision: int, worker: Worker,
    mailbox: Mailbox,
) -> None:  # fmt: skip
    table.name_mailbox(partner)
    ask(table, decision, worker=worker)
    worker.run()
    with store.read() as session:
        job = session.scalars(select(Outbox.id).where(Outbox.kind == "partner_link")).one()
    worker.wait(minutes=1)
    ask(table, decision, worker=worker)
    worker.run()
    report = Report((SECRETS.mail_reference(job),), "5.1.1")
    store.write(record_bounce, now=NOW, today=TODAY, outbox_id=job, report=report)
    assert client.get(path_in(mailbox.messages[-1])).status_code == 200


def test_an_address_that_is_of_the_city_by_then_gets_no_link(
    store: Store, table: Table, partner: int, decision: int, worker: Worker, mailbox: Mailbox
) -> None:
    table.name_mailbox(partner)
    ask(table, decision)
    store.write(lambda session: make_person(session, "a.n.a@parents.example", NOW, []))
    worker.run()
    assert mailbox.messages == []
    assert way(table, decision).mailed == "left"


@pytest.mark.parametrize("email", ["city@marlow.example", "bounces+7@marlow.example"])
def test_the_portals_own_mailboxes_are_no_partners(table: Table, partner: int, email: str) -> None:
    with pytest.raises(partner_addresses.OfTheCity):
        table.store.write(
            partner_addresses.set_address, now=NOW, scope=table.scope, partner_id=partner,
            email=email, lang="en", secrets=SECRETS,
            own=("city@marlow.example", "bounces+*@marlow.example"),
        )  # fmt: skip


def test_an_address_goes_when_its_time_is_over(
    store: Store, table: Table, partner: int, decision: int, worker: Worker, mailbox: Mailbox
) -> None:
    table.name_mailbox(partner)
    unused = table.partner("Friends of the Corner")
    table.name_mailbox(unused, "friends@corner.example")
    worker.wait(days=60)
    ask(table, decision, worker=worker)
    worker.run()
    with store.read() as session:
        kept_for = get_periods(session).contact
    last = worker.clock.now()
    assert store.write(purge_partner_addresses, now=NOW + kept_for) == 0
    assert store.write(purge_partner_addresses, now=NOW + kept_for + timedelta(days=1)) == 1
    assert _addresses(store) == [partner]
    assert store.write(purge_partner_addresses, now=last + kept_for + timedelta(days=1)) == 1
    assert _addresses(store) == []
    assert _deeds(store, "partner").count("partner_address_erased") == 2
    assert len(mailbox.messages) == 1


def _addresses(store: Store) -> list[int]:
    with store.read() as session:
        return list(session.scalars(select(PartnerContact.partner_id)))


def test_an_address_that_is_taken_back_gets_no_mail(
    table: Table, partner: int, decision: int, worker: Worker, mailbox: Mailbox
) -> None:
    table.name_mailbox(partner)
    ask(table, decision)
    table.store.write(
        partner_addresses.remove_address,
        now=NOW,
        scope=table.scope,
        partner_id=partner,
        secrets=SECRETS,
    )
    worker.run()
    assert mailbox.messages == []
    assert _addresses(table.store) == []
