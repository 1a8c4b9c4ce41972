"""A job of the worker that keeps failing is mailed to administrators, once; monitoring can ask."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.models.people import Person
from portal.models.running import Outbox, WorkerJob
from portal.notify.job_faults import tell_of_faults
from portal.store.engine import Store
from portal.store.worker_jobs import note_run
from tests.features.notify.conftest import Mailbox, Worker
from tests.support.answers import NOW
from tests.support.city import City, make_person
from tests.support.moment import this_moment

MINUTES = timedelta(minutes=1)
FAULT = "PasswordInTheOpenError"


@pytest.fixture
def administrators(store: Store, city: City) -> None:
    """Two who work, one who has left, and one who was only invited."""
    del city
    store.write(_add_administrators)


def _add_administrators(session: Session) -> None:
    for name in ("second", "left", "invited"):
        make_person(session, f"{name}@city.example", NOW, [("administrator", None)])
    people = {one.email.split("@")[0]: one for one in session.scalars(select(Person))}
    people["second"].lang = "es"
    people["left"].active = False
    people["invited"].joined_at = None


def fail(store: Store, worker: Worker, minutes: int, name: str = "assess") -> None:
    """The job goes wrong now, and again after so many minutes; then mail is asked for and sent."""
    store.write(note_run, name=name, at=worker.clock.moment, fault=FAULT)
    worker.wait(minutes=minutes)
    store.write(note_run, name=name, at=worker.clock.moment, fault=FAULT)
    tell(store, worker)


def tell(store: Store, worker: Worker) -> None:
    tell_of_faults(store, worker.clock)
    worker.run()


def text_of(mailbox: Mailbox, number: int) -> str:
    body = mailbox.messages[number].get_body(("plain",))
    assert body is not None
    return re.sub(r"\s+", " ", body.get_content())


@pytest.mark.usefixtures("administrators")
def test_every_administrator_hears_of_a_fault_that_lasts_once(
    store: Store, worker: Worker, mailbox: Mailbox
) -> None:
    fail(store, worker, 59)
    assert mailbox.messages == []
    fail(store, worker, 1)
    assert sorted(mailbox.to()) == ["admin@city.example", "second@city.example"]
    number = mailbox.to().index("admin@city.example")
    words = text_of(mailbox, number)
    assert "Assess services" in words
    assert "/en/admin/mail/" in words
    assert "Assess services" in str(mailbox.messages[number]["Subject"])
    assert all(FAULT not in message.as_string() for message in mailbox.messages)
    assert "/es/admin/mail/" in text_of(mailbox, 1 - number)
    for _more in range(3):
        fail(store, worker, 300)
    assert len(mailbox.messages) == 2, "not again until it has worked"


@pytest.mark.usefixtures("administrators")
def test_the_next_fault_is_mailed_once_it_has_worked_between(
    store: Store, worker: Worker, mailbox: Mailbox
) -> None:
    fail(store, worker, 61)
    store.write(note_run, name="assess", at=worker.clock.moment, fault=None)
    with store.read() as session:
        row = session.get_one(WorkerJob, "assess")
        assert (row.failing_since, row.told_at) == (None, None)
    worker.wait(minutes=1)
    fail(store, worker, 30)
    assert len(mailbox.messages) == 2
    fail(store, worker, 31)
    assert len(mailbox.messages) == 4
    fail(store, worker, 61, "purge")
    assert len(mailbox.messages) == 6, "another job is another fault"


@pytest.mark.usefixtures("administrators")
def test_what_works_again_before_the_mail_goes_is_not_told(
    store: Store, worker: Worker, mailbox: Mailbox
) -> None:
    mailbox.is_failing = True
    fail(store, worker, 61)
    store.write(note_run, name="assess", at=worker.clock.moment, fault=None)
    mailbox.is_failing = False
    worker.wait(hours=2)
    tell(store, worker)
    assert mailbox.messages == []
    with store.read() as session:
        notes = session.scalars(select(Outbox.last_error).filter_by(kind="job_fault")).all()
    assert notes == ["it works again"] * 2


def test_two_workers_ask_for_the_mail_once(store: Store, worker: Worker, city: City) -> None:
    del city
    for minutes in (0, 61):
        worker.wait(minutes=minutes)
        store.write(note_run, name="assess", at=worker.clock.moment, fault=FAULT)
    assert [tell_of_faults(store, worker.clock) for _worker in range(2)] == [1, 0]


def test_monitoring_learns_that_the_worker_stands_still_or_a_job_keeps_failing(
    store: Store, client: FlaskClient
) -> None:
    def asked() -> tuple[int, str]:
        answer = client.get("/workerz")
        assert answer.headers["Cache-Control"] == "no-store", "it is about this moment"
        return answer.status_code, answer.get_data(as_text=True)

    now = this_moment()
    assert asked() == (503, "the worker has not run yet\n")
    store.write(note_run, name="assess", at=now - 61 * MINUTES, fault=None)
    status, words = asked()
    assert (status, words[:28]) == (503, "the worker has not run since")
    store.write(note_run, name="purge", at=now, fault=FAULT)
    assert asked() == (200, "working\n"), "what has just gone wrong may come right by itself"
    store.write(
        lambda session: session.execute(
            update(WorkerJob)
            .where(WorkerJob.fault.is_not(None))
            .values(failing_since=now - 61 * MINUTES)
        )
    )
    assert asked() == (503, "jobs that have failed for an hour: 1\n")
    assert client.get("/readyz").status_code == 200, "pages are served all the same"
