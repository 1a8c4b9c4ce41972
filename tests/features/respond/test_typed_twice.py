"""One printed form in ten is typed by two people and compared, or stored where nobody does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.data import load_instrument
from portal.domain.short_code import short_code
from portal.models.doors import EntryCheck, PendingEntry
from portal.respond.operations.unchecked import WAITS_DAYS, store_unchecked
from portal.settings import Settings
from portal.store.engine import Store
from portal.store.worker_jobs import note_run
from portal.worker import _try as try_job
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk
from tests.support.doors import open_paper, print_forms, printed, sample, stored
from tests.support.jobs import find_job
from tests.support.residents import move_clock


@pytest.fixture
def staff(app: Flask, desk_city: City, store: Store) -> Desk:
    open_paper(store, desk_city)
    return Desk(app)


def test_a_form_of_the_sample_is_typed_by_two_people_and_compared(
    staff: Desk, app: Flask, store: Store
) -> None:
    print_forms(staff, forms=90)
    number = short_code(printed(store, app, is_twice=True))
    day = staff.get(f"entry/paper/{number}").value("received_on")
    path = f"entry/paper/{number}"
    staff.post(path, q0="4", comment="Un bache", received_on=day)
    assert stored(store) == []
    with store.read() as session:
        assert b"bache" not in session.scalars(select(PendingEntry.answers)).one()
    staff.post(path, 409, q0="4", comment="Un bache", received_on=day)  # not the same person
    colleague, waits = Desk(app, "reviewer"), "1 printed form to be typed a second time"
    assert waits in colleague.get("").words()
    assert "/en/staff/doors/#printed" in colleague.get("").links()
    assert waits not in staff.get("").words(), "whoever typed it first may not"
    assert waits not in Desk(app, "parks").get("").words()
    answer = colleague.post(path, 409, q0="5", comment="Un bache", received_on=day)
    assert "The two typings differ" in response_page(answer).words()
    assert stored(store) == []
    colleague.post(path, q0="5", comment="Un bache", received_on=day, is_decided="1")
    assert waits not in colleague.get("").words()
    [row] = stored(store)
    assert row.q0 == 5
    with store.read() as session:
        check = session.scalars(select(EntryCheck)).one()
        assert (check.differences, session.scalar(select(PendingEntry.form_id))) == (1, None)


def test_where_two_typings_differ_is_said_in_the_words_of_the_form(
    staff: Desk, app: Flask, store: Store
) -> None:
    print_forms(staff, forms=90)
    path = f"entry/paper/{short_code(printed(store, app, is_twice=True))}"
    day = staff.get(path).value("received_on")
    staff.post(path, q0="4", q1="0", kind="problem", received_on=day)
    form = {"q0": "5", "q1": "", "kind": "idea", "age_band": "25_44", "wants_answer": "1"}
    page = response_page(Desk(app, "reviewer").post(path, 409, **form, received_on=day))
    rows = [[page.words(cell) for cell in row] for row in page.all("tr")][1:]
    form_words, options = load_instrument(), load_instrument().options
    kinds, ages = dict(options("kind", "es")), dict(options("age_band", "es"))
    quality = {str(value): words for value, words in options("quality", "es")}
    first, second = (f"{digit} – {quality[digit]}" for digit in ("4", "5"))
    assert rows[0] == [form_words.text("q0.text", "es"), first, second]
    assert rows[1][1:] == [f"0 – {options('dont_know', 'es')[0][1]}", "–"]
    assert rows[2:] == [
        [form_words.text("kind.text", "es"), kinds["problem"], kinds["idea"]],
        [form_words.text("wants_answer.text", "es"), "No", "Yes"],
        [form_words.text("age_band.text", "es"), "–", ages["25_44"]],
    ]


def test_the_day_of_typing_is_the_citys(
    staff: Desk, app: Flask, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half past seven in the evening in Chicago is the next day already in UTC."""
    print_forms(staff, forms=90)
    path = f"entry/paper/{short_code(printed(store, app, is_twice=True))}"
    staff.post(path, q0="4", received_on=staff.get(path).value("received_on"))
    late = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
    store.write(lambda session: session.execute(update(PendingEntry).values(entered_at=late)))
    monkeypatch.setattr(app.extensions["portal"].clock, "zone", ZoneInfo("America/Chicago"))
    assert "on November 20, 2026" in Desk(app, "reviewer").get("doors/").words()


def test_a_form_that_nobody_types_again_is_stored_as_it_was_typed_first(
    staff: Desk, app: Flask, store: Store, settings: Settings
) -> None:
    portal = app.extensions["portal"]
    print_forms(staff, forms=90)
    path = f"entry/paper/{short_code(printed(store, app, is_twice=True))}"
    arrived = date.fromisoformat(staff.get(path).value("received_on")) - timedelta(days=2)
    said = {"q0": "2", "q3": "5", "comment": "Un bache", "received_on": arrived.isoformat()}
    staff.post(path, **said)
    due = (store, portal.clock, portal.secrets, "US")
    move_clock(settings, days=WAITS_DAYS - 3)
    assert store_unchecked(*due) == 0
    assert stored(store) == []
    move_clock(settings, days=1)
    assert (store_unchecked(*due), store_unchecked(*due)) == (1, 0)
    [row] = stored(store)
    assert (row.q0, row.q3, row.q1, row.comment, row.channel) == (2, 5, None, "Un bache", "paper")
    assert row.received_on == arrived
    with store.read() as session:
        assert session.scalar(select(PendingEntry.form_id)) is None
        assert session.scalar(select(EntryCheck.form_id)) is None
    Desk(app, "reviewer").post(path, 409, **said)  # a colleague comes too late


def test_a_form_that_cannot_be_stored_keeps_no_other_waiting_and_its_fault_is_seen(
    staff: Desk, app: Flask, store: Store, settings: Settings
) -> None:
    portal = app.extensions["portal"]
    print_forms(staff, forms=90)
    print_forms(staff, forms=90)
    first, second, *_more = sample(store, app)
    for form_id in (first, second):
        path = f"entry/paper/{short_code(form_id)}"
        day = staff.get(path).value("received_on")
        staff.post(path, q0="2", comment="Un bache", received_on=day)

    def break_one(session: Session) -> None:
        session.get_one(PendingEntry, first).answers = b"not ours"

    store.write(break_one)
    move_clock(settings, days=WAITS_DAYS)
    job = find_job(app, "store unchecked forms")
    fault = try_job(job, portal.clock.now())
    assert fault == "InvalidToken"
    assert len(stored(store)) == 1
    store.write(note_run, name=job.name, at=portal.clock.now(), fault=fault)
    words = response_page(Desk(app, "admin").client.get("/en/admin/mail/")).words()
    assert "Store printed forms that nobody typed a second time" in words
    assert "InvalidToken" in words
