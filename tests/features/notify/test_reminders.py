"""Reminders of promises: before the day, after it, when broken; once, to whoever is in charge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.domain.loop import Outcome
from portal.models.people import Person
from portal.models.responses import ThemeText
from portal.notify.reminders import post_reminders
from portal.respond.rules import Promise
from portal.store.engine import Store
from portal.store.targets import add_holidays
from tests.features.notify.conftest import Mailbox, Worker
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City

DUE = TODAY + timedelta(days=30)


@pytest.fixture
def promise(store: Store, city: City) -> int:
    office = Office(store, city)
    return office.answer([send(store, city.potholes)], promise=Promise(Outcome.PLANNED, DUE))


@pytest.fixture
def on_day(store: Store, worker: Worker) -> Callable[[int], None]:
    """Several rounds of the worker, so many days from the promise's day."""

    def run(days: int) -> None:
        worker.clock.moment = NOW + timedelta(days=30 + days)
        for _round in range(2):
            post_reminders(store, worker.clock)
            worker.run()

    return run


def subjects(mailbox: Mailbox) -> list[str]:
    return [str(message["Subject"]) for message in mailbox.messages]


@pytest.mark.usefixtures("promise")
def test_the_author_is_reminded_before_after_and_when_it_is_broken(
    mailbox: Mailbox, on_day: Callable[[int], None]
) -> None:
    for days in (-20, -7, -3, 1, 10, 15, 16, 40):
        on_day(days)
    assert [one.partition(":")[0] for one in subjects(mailbox)] == [
        "Promised by December 20, 2026",
        "The day of a promise has passed",
        "A promise counts as broken",
    ]
    assert set(mailbox.to()) == {"staff@city.example"}
    assert "List-Unsubscribe" not in mailbox.messages[0]


def test_what_is_done_meanwhile_reminds_nobody(
    store: Store, city: City, promise: int, mailbox: Mailbox, on_day: Callable[[int], None],
    worker: Worker,
) -> None:  # fmt: skip
    office = Office(store, city)
    worker.clock.moment = NOW + timedelta(days=25)
    post_reminders(store, worker.clock)  # asked for, and not sent yet
    done = office.draft(1, promise=Promise(Outcome.DONE, done_on=TODAY), follows_id=promise)
    office.review(done)
    office.publish(done)
    for days in (-5, 1, 15):
        on_day(days)
    assert mailbox.messages == []


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


@pytest.mark.usefixtures("promise")
def test_the_name_of_a_theme_is_text_and_no_markup(
    store: Store, mailbox: Mailbox, on_day: Callable[[int], None]
) -> None:
    name = "<b>Trees</b> & 'hedges' < 2 m"
    store.write(lambda session: session.execute(update(ThemeText).values(name=name)))
    on_day(-3)
    (message,) = mailbox.messages
    assert f"about “{name}” by" in text_of(message)
    html = message.get_body(("html",))
    assert html is not None
    assert "“&lt;b&gt;Trees&lt;/b&gt; &amp; &#39;hedges&#39; &lt; 2 m”" in html.get_content()


@pytest.mark.parametrize("further", [[25], [50, 25]])
def test_the_day_that_was_named_last_is_reminded_of_too(
    store: Store, city: City, promise: int, mailbox: Mailbox, on_day: Callable[[int], None],
    further: list[int],
) -> None:  # fmt: skip
    """The first day counts, and work is done by the last one, whichever of several it is."""
    office = Office(store, city)
    for days in further:
        due_on = DUE + timedelta(days=days)
        named = Promise(Outcome.IN_PROGRESS, due_on)
        promise = office.draft(1, promise=named, follows_id=promise)
        office.review(promise)
        office.publish(promise)
    for days in (-7, 1, 15, 16, 18, 20, 26, 30, 60):
        on_day(days)
    assert [one.partition(":")[0] for one in subjects(mailbox)] == [
        "A promise counts as broken",
        "Promised by January 14, 2027",
        "The day of a promise has passed",
    ]
    broken, before, after = map(text_of, mailbox.messages)
    assert "by December 20, 2026, and has not said that it is done. It is now shown" in broken
    assert "by January 14, 2027." in before
    assert "by January 14, 2027, and has not said that it is done. It is now shown" in after


def test_after_a_new_day_that_is_near_the_mail_says_when_it_counts_as_broken(
    store: Store, city: City, promise: int, mailbox: Mailbox, on_day: Callable[[int], None]
) -> None:
    on_day(-6)
    office = Office(store, city)
    named = Promise(Outcome.PLANNED, DUE + timedelta(days=5))
    later = office.draft(1, promise=named, follows_id=promise)
    office.review(later)
    office.publish(later)
    for days in (-3, -2, 8, 9):
        on_day(days)
    assert [one.partition(":")[0] for one in subjects(mailbox)] == [
        "Promised by December 20, 2026",
        "Promised by December 25, 2026",
        "The day of a promise has passed",
    ]
    assert "by December 25, 2026, and has not said that it is done. After January 3, 2027" in (
        text_of(mailbox.messages[-1])
    )


@pytest.mark.usefixtures("promise")
def test_nobody_is_reminded_on_a_day_off(
    store: Store, mailbox: Mailbox, on_day: Callable[[int], None]
) -> None:
    store.write(add_holidays, {DUE - timedelta(days=6): "Rest"})  # a Monday, after a weekend
    for days in (-8, -7, -6):  # Saturday, Sunday, the holiday
        on_day(days)
    assert mailbox.messages == []
    on_day(-5)
    assert len(mailbox.messages) == 1


@pytest.mark.usefixtures("promise")
def test_where_the_author_has_left_everybody_who_has_come_to_the_desk_is_reminded(
    store: Store, mailbox: Mailbox, on_day: Callable[[int], None]
) -> None:
    def leave(session: Session) -> None:
        for who, values in (("staff", {"active": False}), ("manager", {"joined_at": None})):
            of_them = Person.email == f"{who}@city.example"
            session.execute(update(Person).where(of_them).values(values))

    store.write(leave)
    on_day(-3)
    assert "staff@city.example" not in mailbox.to()
    assert "manager@city.example" not in mailbox.to(), "invited only"
    assert "reviewer@city.example" in mailbox.to()
    assert "parks@city.example" not in mailbox.to()
