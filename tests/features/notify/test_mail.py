"""Mail: double opt-in, no flooding, what a message looks like, pauses, stopping, erasing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.news import NewsSubscription
from portal.models.responses import ResponseText
from portal.models.running import Outbox
from portal.models.submissions import Contact
from portal.notify import caps
from portal.notify.mail import Words
from portal.notify.news import Subject, subscribe
from portal.store import outbox
from portal.store.contacts import erase_contacts
from portal.store.engine import Store
from portal.store.retention import purge_contacts
from portal.store.retrying import TRIES
from portal.store.targets import add_target
from tests.features.notify.conftest import Mailbox, Worker, free_port
from tests.support.answers import NOW, Office
from tests.support.client import response_page

Send = Callable[..., int]


def contact(store: Store, case: int) -> Contact:
    with store.read() as session:
        return session.get_one(Contact, case)


def link_of(mailbox: Mailbox) -> str:
    """The link in the last mail, without its host."""
    text = mailbox.messages[-1].get_body(("plain",))
    assert text is not None
    (link,) = [line for line in text.get_content().splitlines() if line.endswith("/")]
    return str(link).removeprefix("http://localhost")


def test_one_address_gets_one_question_a_day(worker: Worker, send: Send, mailbox: Mailbox) -> None:
    for _time in range(40):
        send("en", "victim@mail.example", is_confirmed=False)
    worker.run()
    worker.wait(hours=2)
    worker.run()
    assert mailbox.to() == ["victim@mail.example"]
    worker.wait(days=1)
    send("en", "Victim@mail.example", is_confirmed=False)
    worker.run()
    assert len(mailbox.messages) == 2


def test_a_failing_server_does_not_use_up_the_question_of_the_day(
    worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    for _time in range(3):
        send("en", "ana@mail.example", is_confirmed=False)
    mailbox.is_failing = True
    worker.run()
    mailbox.is_failing = False
    worker.wait(minutes=30)
    worker.run()
    assert mailbox.to() == ["ana@mail.example"]


def test_questions_to_one_domain_are_spread_over_hours(
    worker: Worker, send: Send, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caps, "QUESTIONS_OF_DOMAIN_HOURLY", 3)
    for n in range(5):
        send("en", f"p{n}@mail.example", is_confirmed=False)
    worker.run()
    assert len(mailbox.messages) == 3
    worker.wait(hours=1)
    worker.run()
    assert len(mailbox.messages) == 5


def test_an_address_gets_ten_letters_a_day_and_the_others_the_day_after(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox, office: Office
) -> None:
    for _answer in range(12):
        office.answer([send("en", "ana@mail.example")])
    worker.run()
    worker.wait(hours=2)
    worker.run()
    assert len(mailbox.messages) == caps.LETTERS_A_DAY
    worker.wait(days=1)
    worker.run()
    assert len(mailbox.messages) == 12
    with store.read() as session:
        assert set(session.scalars(select(LoopRow.state))) == {"told"}


def test_letters_to_one_domain_are_spread_over_hours(
    worker: Worker, send: Send, mailbox: Mailbox, office: Office
) -> None:
    office.answer(
        [send("en", f"p{n}@mail.example") for n in range(4)] + [send("en", "a@b.example")]
    )
    worker.run(mail_domain_hourly_limit=2)
    assert len(mailbox.messages) == 3
    worker.wait(hours=1)
    worker.run(mail_domain_hourly_limit=2)
    assert len(mailbox.messages) == 5


def test_the_question_holds_nothing_that_a_stranger_wrote(
    worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    send("en", "ana@mail.example", is_confirmed=False, comment="BUY PILLS at https://evil.example")
    worker.run()
    assert "PILLS" not in mailbox.messages[0].as_string()
    assert "evil.example" not in mailbox.messages[0].as_string()


def test_the_question_acknowledges_the_message_and_says_by_when_it_is_answered(
    worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    send("en", "ana@mail.example", is_confirmed=False)
    worker.run()
    for kind in ("plain", "html"):
        body = mailbox.messages[-1].get_body((kind,))
        assert body is not None
        assert "The message has arrived. It is to be answered by" in body.get_content()


def test_the_question_says_by_when_the_city_means_to_answer(
    worker: Worker, send: Send, mailbox: Mailbox, store: Store
) -> None:
    store.write(
        add_target, service_id=None, working_days=10, from_on=NOW.date(), person_id=None,
        today=NOW.date(), now=NOW,
    )  # fmt: skip
    send("en", "ana@mail.example", is_confirmed=False)
    send("en", "ben@mail.example", is_confirmed=False, kind="praise")
    worker.run()
    question, thanks = mailbox.messages
    for kind in ("plain", "html"):
        assert "We mean to answer by December 4, 2026." in _body(question, kind)
        assert "We mean to answer" not in _body(thanks, kind)


def test_the_acknowledgement_says_it_too_while_the_day_is_ahead(
    worker: Worker, send: Send, mailbox: Mailbox, store: Store
) -> None:
    store.write(
        add_target, service_id=None, working_days=10, from_on=NOW.date(), person_id=None,
        today=NOW.date(), now=NOW,
    )  # fmt: skip
    for days in (0, 20):
        worker.wait(days=days)
        case = send("en", "ana@mail.example")
        store.write(_acknowledge, case, worker.clock.now())
        worker.run()
    said = ["We mean to answer by" in _body(one, "plain") for one in mailbox.messages]
    assert said == [True, False], "both came on the first day"
    assert "We mean to answer by December 4, 2026." in _body(mailbox.messages[0], "html")


def test_an_acknowledgement_promises_no_day_that_has_passed(
    worker: Worker, send: Send, mailbox: Mailbox, store: Store
) -> None:
    """Whoever confirms an address late is acknowledged late."""
    case = send("en", "ana@mail.example")
    worker.wait(days=30)
    store.write(_acknowledge, case, worker.clock.now())
    worker.run()
    late = send("en", "ben@mail.example")
    worker.wait(days=1)
    store.write(_acknowledge, late, worker.clock.now())
    worker.run()
    for kind in ("plain", "html"):
        in_time, too_late = (_body(one, kind) for one in mailbox.messages)
        assert "by December 20, 2026 at the latest." in in_time
        assert "This was due by December 20, 2026." in too_late
        assert "at the latest" not in too_late


def _acknowledge(session: Session, /, case: int, now: datetime) -> None:
    outbox.post(session, "acknowledge", f"acknowledge:{case}", now=now, submission_id=case)


def _body(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("ar", "rtl"), ("zh-Hans", "ltr")])
def test_a_mail_is_in_the_residents_language_and_stops_with_one_click(
    worker: Worker, send: Send, mailbox: Mailbox, lang: str, direction: str
) -> None:
    send(lang, "ana@mail.example", is_confirmed=False)
    worker.run()
    (message,) = mailbox.messages
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert message.get_content_type() == "multipart/alternative"
    assert f'<html lang="{lang}" dir="{direction}">' in html.get_content()
    assert message["Content-Language"] == lang
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW.replace(microsecond=0)
    assert message["From"].addresses[0].addr_spec == "answers@marlow.example"
    assert mailbox.stop_link().startswith(f"/{lang}/mail/")
    encoded = re.findall(rb"^([\w-]+): =\?", mailbox.raw[0], re.MULTILINE)
    assert set(encoded) <= {b"Subject", b"From"}, "only words are encoded"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for sign in ("<img", "<script", "<style", "style=", "http://localhost/static"):
        assert sign not in html.get_content()
    assert "%(" not in text.get_content() + html.get_content()


def test_telling_brings_the_reviewed_text_in_the_residents_language(
    worker: Worker, send: Send, mailbox: Mailbox, office: Office
) -> None:
    case = send("es", "ana@mail.example")
    response = office.answer([case, send("en")])
    office.translate(response)
    office.review(response, "es")
    worker.run()
    (message,) = mailbox.messages
    for part in ("plain", "html"):
        body = message.get_body((part,))
        assert body is not None
        assert "Repavimentamos la calle junto a la escuela." in body.get_content()
        assert "We repaved" not in body.get_content()
        assert "/es/receipts/" in body.get_content()


def test_text_of_staff_is_escaped_in_html(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox, office: Office
) -> None:
    response = office.answer([send("en", "ana@mail.example")])
    nasty = "<b>%(x)s {0} {{7*7}}</b> \u202e"
    store.write(_say, response, nasty)
    worker.run()
    body = mailbox.messages[0].get_body(("html",))
    assert body is not None
    assert "&lt;b&gt;%(x)s {0} {{7*7}}&lt;/b&gt;" in body.get_content()


def _say(session: Session, response_id: int, words: str) -> None:
    session.execute(
        update(ResponseText).where(ResponseText.response_id == response_id).values(we_did=words)
    )


def test_reading_the_link_confirms_nothing_and_the_button_does(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox, client: FlaskClient
) -> None:
    first = send("en", "ana@mail.example", is_confirmed=False)
    second = send("en", "ana@mail.example", is_confirmed=False)
    other = send("en", "ben@mail.example", is_confirmed=False)
    worker.run()
    mailbox.messages = [one for one in mailbox.messages if "ana" in str(one["To"])]
    link = link_of(mailbox)
    for _scanner in range(2):
        answer = client.get(link)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in answer.headers
    assert client.head(link).status_code == 200
    assert contact(store, first).confirmed_at is None
    answer = client.post(f"{link}confirm")
    assert answer.status_code == 303
    assert "your address is confirmed" in response_page(client.get(link)).words()
    assert contact(store, first).confirmed_at is not None
    assert contact(store, second).confirmed_at is not None, "one question stands for the day"
    assert contact(store, other).confirmed_at is None


def test_one_click_stops_all_mail_to_the_address(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox, client: FlaskClient,
    office: Office,
) -> None:  # fmt: skip
    cases = [send("en", "ana@mail.example"), send("en", "ana@mail.example")]
    office.answer(cases[:1])
    worker.run()
    stop = mailbox.stop_link()
    assert client.get(stop).status_code == 200
    assert contact(store, cases[0]).unsubscribed_at is None
    answer = client.post(stop, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 204
    assert contact(store, cases[1]).unsubscribed_at is not None
    assert "no more mail" in response_page(client.get(stop)).words()
    office.group(cases[1:], theme_id=1)
    worker.wait(minutes=1)
    worker.run()
    assert len(mailbox.messages) == 1
    with store.read() as session:
        assert session.get_one(LoopRow, cases[1]).state == "told", "it rests on the receipt's page"
    send("en", "ana@mail.example", is_confirmed=False)
    worker.run()
    assert len(mailbox.messages) == 1, "and is not asked again at once"


def test_whoever_stops_all_mail_gets_no_weekly_news_either(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox, client: FlaskClient
) -> None:
    send("en", "ana@mail.example", is_confirmed=False)
    worker.run()
    for email in ("Ana@mail.example", "ben@mail.example"):
        store.write(
            subscribe, now=NOW, email=email, lang="en", subject=Subject(), prefix_key=email,
            secrets=worker.secrets,
        )  # fmt: skip
    assert client.post(mailbox.stop_link()).status_code == 303
    assert "no more mail from us" in response_page(client.get(mailbox.stop_link())).words()
    with store.read() as session:
        (left,) = session.scalars(select(NewsSubscription.email_encrypted))
    assert worker.secrets.decrypt(left) == "ben@mail.example"


@pytest.mark.parametrize("path", ["", "unsubscribe", "confirm", "answer", "missing"])
def test_links_that_lead_nowhere_say_so_and_where_the_case_is_found(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox, client: FlaskClient, path: str
) -> None:
    def read(link: str) -> str:
        answer = client.post(f"{link}{path}") if path == "confirm" else client.get(f"{link}{path}")
        assert answer.status_code == 404
        page = response_page(answer)
        assert "/en/receipts/" in page.links()
        return page.words()

    assert "We forget addresses 90 days after the last step" in read("/en/mail/nothing/")
    case = send("en", "ana@mail.example", is_confirmed=False)
    worker.run()
    link = link_of(mailbox)
    store.write(erase_contacts, [case], now=NOW)
    words = read(link)
    assert "Your address is erased. You get no more mail about this." in words
    assert "We forget" not in words


def test_stopping_mail_to_an_address_that_is_erased_has_worked(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox, client: FlaskClient
) -> None:
    case = send("en", "ana@mail.example", is_confirmed=False)
    send("en", "ben@mail.example", is_confirmed=False)
    worker.run()
    stop = f"/en/mail/{worker.secrets.mail_token(case)}/unsubscribe"
    store.write(erase_contacts, [case], now=NOW)
    one_click = {"List-Unsubscribe": "One-Click"}
    assert client.post(stop, data=one_click).status_code == 204
    page = client.get(client.post(stop).headers["Location"])
    assert "Your address is erased." in response_page(page).words()
    unknown = client.post("/en/mail/nothing/unsubscribe", data=one_click)
    assert unknown.status_code == 404
    assert "We forget addresses" in response_page(unknown).words()
    with store.read() as session:
        assert session.scalars(select(Contact.unsubscribed_at)).all() == [None, None]


def test_the_secret_of_the_links_does_not_rest_in_the_database(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    case = send("en", "ana@mail.example", is_confirmed=False)
    worker.run()
    token = link_of(mailbox).split("/")[3]
    row = contact(store, case)
    assert token not in row.token_hash
    assert row.email_encrypted is not None
    assert b"ana" not in row.email_encrypted
    with store.read() as session:
        details = session.scalars(select(Outbox.detail)).all()
    assert "ana" not in str(details)


def test_a_server_that_is_down_is_asked_again_after_growing_pauses(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox, office: Office
) -> None:
    case = send("en", "ana@mail.example")
    others = [f"{name}@mail.example" for name in ("ben", "cai", "dan")]
    office.answer([case, *(send("en", address) for address in others)])
    nowhere = f"smtp://127.0.0.1:{free_port()}"
    worker.run(smtp_url=nowhere)
    with store.read() as session:
        rows = session.scalars(select(Outbox).where(Outbox.kind == "tell")).all()
    assert sorted(row.attempts for row in rows) == [0, 1, 1, 1], "three tries, the last waits too"
    worker.run(smtp_url=nowhere)
    worker.wait(hours=1)
    worker.run(smtp_url=nowhere)
    worker.wait(hours=1)
    worker.run()
    assert sorted(mailbox.to()) == ["ana@mail.example", *others]
    with store.read() as session:
        assert session.get_one(LoopRow, case).state == "told"


def test_after_many_tries_a_mail_is_given_up_and_shown_as_dead(
    store: Store, worker: Worker, send: Send, office: Office
) -> None:
    case = send("en", "later@mail.example")
    office.answer([case])
    for _try in range(TRIES + 1):
        worker.run()
        worker.wait(hours=8)
    with store.read() as session:
        row = session.scalar(select(Outbox).where(Outbox.kind == "tell"))
        assert session.get_one(LoopRow, case).state == "answered", "nobody was told"
    assert row is not None
    assert (row.attempts, row.done_at) == (TRIES, None)
    assert row.dead_at is not None
    assert "later@" not in (row.last_error or "")


def test_one_refused_mail_does_not_hold_up_the_others(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox, office: Office
) -> None:
    office.answer([send("en", f"later{n}@mail.example") for n in range(5)])
    office.answer([send("en", "ana@mail.example")])
    worker.run()
    assert mailbox.to() == ["ana@mail.example"]
    with store.read() as session:
        waiting = session.scalars(select(Outbox).where(Outbox.done_at.is_(None))).all()
    pauses = {(row.due_at - NOW).total_seconds() for row in waiting}
    assert len(pauses) > 1, "what failed together does not come back together"
    assert all(60 <= seconds <= 75 for seconds in pauses)


def test_a_server_that_will_not_relay_says_nothing_about_the_address(
    store: Store, worker: Worker, send: Send, office: Office
) -> None:
    case = send("en", "relay@mail.example")
    office.answer([case])
    worker.run()
    assert contact(store, case).bounced_at is None
    with store.read() as session:
        row = session.scalars(select(Outbox).where(Outbox.submission_id == case)).one()
    assert (row.done_at, row.last_error) == (None, "the recipient refused: SMTP 554")


def test_a_slow_server_that_outlasts_the_lease_gets_no_mail_twice(
    worker: Worker, send: Send, mailbox: Mailbox, office: Office
) -> None:
    """The second worker may take what the first has not come to; the first then leaves it."""
    office.answer([send("en", f"p{n}@mail.example") for n in range(6)])
    other = Worker.__new__(Worker)
    other.__dict__.update(worker.__dict__, clock=type(worker.clock)(worker.settings.zone))
    render = worker.renderer

    def overtake(template: str, lang: str, context: dict[str, Any]) -> Words:
        if len(mailbox.messages) == 2 and mailbox.on_message is slowly:
            mailbox.on_message = lambda: None
            other.clock.moment = worker.clock.moment
            other.run()
            assert mailbox.to()[2:] == [f"p{n}@mail.example" for n in (3, 4, 5)]
        return render(template, lang, context)

    def slowly() -> None:
        worker.wait(minutes=4)

    worker.renderer, mailbox.on_message = overtake, slowly
    worker.run()
    other.wait(hours=1)
    other.run()
    assert sorted(mailbox.to()) == [f"p{n}@mail.example" for n in range(6)]


def test_reports_of_failed_deliveries_are_asked_for_at_their_own_address(
    worker: Worker, send: Send, mailbox: Mailbox, office: Office
) -> None:
    office.answer([send("en", "ana@mail.example")])
    worker.run(bounce_address="bounces+*@marlow.example")
    (message,), (sender,) = mailbox.messages, mailbox.senders
    reference = str(message["Message-ID"]).strip("<>").partition("@")[0]
    assert sender == f"bounces+{reference}@marlow.example"
    assert worker.secrets.read_mail_reference(reference) is not None
    assert worker.secrets.read_mail_reference(reference.replace(".", "0.", 1)) is None


def test_without_a_mail_server_mail_waits_and_telling_goes_on(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox, office: Office
) -> None:
    with_address, without = send("en", "ana@mail.example"), send("en")
    office.answer([with_address, without])
    worker.run(smtp_url="")
    with store.read() as session:
        assert session.get_one(LoopRow, without).state == "told"
        assert session.get_one(LoopRow, with_address).state == "answered"
    worker.run()
    assert mailbox.to() == ["ana@mail.example"]


def test_a_fault_in_one_message_does_not_stop_the_others(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox, office: Office
) -> None:
    store.write(_post_nonsense)
    office.answer([send("en", "ana@mail.example")])
    worker.run()
    assert mailbox.to() == ["ana@mail.example"]


def _post_nonsense(session: Session) -> None:
    outbox.post(session, "tell", "tell:nothing", now=NOW - timedelta(days=1))
    outbox.post(session, "confirm_address", "confirm:nothing", now=NOW - timedelta(days=1))


def test_addresses_are_erased_ninety_days_after_the_last_step(
    store: Store, worker: Worker, send: Send, office: Office
) -> None:
    told, waiting = send("en", "ana@mail.example"), send("en", "ben@mail.example")
    worker.wait(days=60)
    response = office.draft(office.group([told], now=worker.clock.moment))
    office.review(response)
    office.publish(response, now=worker.clock.moment)
    worker.run()
    worker.wait(days=40)
    assert store.write(purge_contacts, now=worker.clock.moment) == 1
    assert contact(store, waiting).email_encrypted is None
    assert contact(store, waiting).email_hash is None
    assert contact(store, told).email_encrypted is not None
    worker.wait(days=51)
    assert store.write(purge_contacts, now=worker.clock.moment) == 1
    assert store.write(purge_contacts, now=worker.clock.moment) == 0
    with store.read() as session:
        kept = session.scalar(select(func.count()).where(Contact.email_encrypted.is_not(None)))
    assert kept == 0


def test_the_language_of_a_case_that_is_offered_no_more_falls_back(
    app: Flask, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    send("fr", "ana@mail.example", is_confirmed=False)
    worker.settings = replace(worker.settings, languages=("en", "es"))
    worker.run()
    assert mailbox.stop_link().startswith("/en/mail/")
