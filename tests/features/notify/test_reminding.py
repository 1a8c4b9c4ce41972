"""Reminding a half of the silent, and acknowledging by mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.loop import Actor, Event, EventKind, Verdict
from portal.models.reminders import Reminder, ReminderSummary
from portal.models.submissions import Contact
from portal.notify.reminding import compare_halves, remind_due
from portal.store.engine import Store
from portal.store.loops import append_event
from tests.features.notify.conftest import Mailbox, Worker
from tests.support.answers import TODAY, Office
from tests.support.city import City
from tests.support.moment import this_moment

Send = Callable[..., int]


def reminders(store: Store) -> dict[int, Reminder]:
    with store.read() as session:
        return {row.submission_id: row for row in session.scalars(select(Reminder))}


def say(store: Store, worker: Worker, case: int, verdict: Verdict) -> None:
    event = Event(
        kind=EventKind.CONFIRMED, on=worker.clock.today(), actor=Actor.RESIDENT, verdict=verdict
    )
    store.write(append_event, case, event, at=worker.clock.now())


def run(worker: Worker) -> None:
    remind_due(worker.store, worker.clock, worker.secrets)
    worker.run()


def test_one_half_of_the_silent_is_reminded_once_and_the_other_is_not(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    silent = [send("es", f"p{n}@mail.example") for n in range(24)]
    replied, stopped = send("es", "r@mail.example"), send("es", "s@mail.example")
    late, nobody = send("es", "late@mail.example", is_confirmed=False), send("es")
    response = office.draft(office.group([*silent, replied, stopped, late, nobody]))
    office.review(response)
    office.translate(response)
    office.review(response, "es")
    office.publish(response)
    worker.run()
    say(store, worker, replied, Verdict.NO)
    store.write(_stop, stopped)
    store.write(_confirm, late)
    mailbox.messages.clear()
    worker.wait(days=13)
    run(worker)
    assert mailbox.messages == []
    worker.wait(days=1)
    run(worker)
    run(worker)
    found = reminders(store)
    assert nobody not in found
    assert {case for case, row in found.items() if row.chosen_on} == {*silent, late}
    chosen = {case for case, row in found.items() if row.is_reminded}
    assert 5 <= len(chosen) <= 20, "about a half, by a key that tests do not change"
    assert chosen == {
        case for case in (*silent, late) if worker.secrets.is_in_first_half("reminder", case)
    }
    assert len(mailbox.messages) == len(chosen)
    assert len(set(mailbox.to())) == len(chosen)
    text = mailbox.messages[0].get_body(("plain",))
    assert text is not None
    assert re.search(r"/es/mail/\w+/answer", text.get_content())


def test_both_halves_are_compared_thirty_days_later(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox, city: City
) -> None:
    silent = [send("en", f"p{n}@mail.example") for n in range(24)]
    office.answer(silent)
    worker.run()
    worker.wait(days=14)
    run(worker)
    found = reminders(store)
    reminded = [case for case in silent if found[case].is_reminded]
    others = [case for case in silent if not found[case].is_reminded]
    sent = len(mailbox.messages)
    for case in reminded[:3]:
        say(store, worker, case, Verdict.PARTLY)
    say(store, worker, reminded[3], Verdict.NO)
    say(store, worker, others[0], Verdict.YES)
    worker.wait(days=31)
    say(store, worker, others[1], Verdict.YES)
    run(worker)
    with store.read() as session:
        row = session.get_one(ReminderSummary, city.potholes)
    assert (row.reminded, row.reminded_replied, row.reminded_helped) == (len(reminded), 4, 3)
    assert (row.others, row.others_replied, row.others_helped) == (len(others), 1, 1)
    assert len(mailbox.messages) == sent, "nobody is reminded twice"
    store.write(compare_halves, today=TODAY + timedelta(days=500))
    with store.read() as session:
        assert session.get(ReminderSummary, city.potholes) is None


def _stop(session: Session, case: int) -> None:
    session.execute(
        update(Contact)
        .where(Contact.submission_id == case)
        .values(unsubscribed_at=Contact.created_at)
    )


def _confirm(session: Session, case: int) -> None:
    session.execute(
        update(Contact).where(Contact.submission_id == case).values(confirmed_at=Contact.created_at)
    )


def test_who_replies_before_the_mail_goes_is_not_reminded(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    cases = [send("en", f"p{n}@mail.example") for n in range(8)]
    office.answer(cases)
    worker.run()
    mailbox.messages.clear()
    worker.wait(days=14)
    remind_due(worker.store, worker.clock, worker.secrets)
    for case in cases:
        say(store, worker, case, Verdict.YES)
    worker.run()
    assert mailbox.messages == []


def test_a_confirmed_address_gets_one_acknowledgement_that_says_what_comes_next(
    worker: Worker, send: Send, mailbox: Mailbox, client: FlaskClient
) -> None:
    for _time in range(3):
        send("ar", "ana@mail.example", is_confirmed=False)
    worker.run()
    (question,) = mailbox.messages
    link = str(question["List-Unsubscribe"]).strip("<>").removeprefix("http://localhost")
    for _click in range(2):
        client.post(link.replace("unsubscribe", "confirm"))
    worker.clock.moment = this_moment() + timedelta(minutes=1)  # the site's clock is the real one
    worker.run()
    worker.run()
    acknowledged = mailbox.messages[1:]
    assert len(acknowledged) == 1
    html = acknowledged[0].get_body(("html",))
    assert html is not None
    assert '<html lang="ar" dir="rtl">' in html.get_content()
    assert "/ar/receipts/" in html.get_content()
