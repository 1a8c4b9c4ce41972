"""The weekly mail of open warnings: for those who asked, once a week, whatever happens."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from portal.manage.operations.warnings import choose_digest
from portal.models.appraisals import CityFigure
from portal.models.people import Person
from portal.models.running import Outbox, Setting
from portal.models.warnings import DigestSubscription, WarningRow
from portal.notify import runner
from portal.notify.digest import post_digests
from portal.store.contacts import erase_contacts
from portal.store.engine import Store
from portal.store.scope import Scope
from portal.store.targets import add_holidays
from portal.store.warnings import DAILY
from tests.features.notify.conftest import Mailbox, Worker, faults_after_sending
from tests.support.answers import NOW
from tests.support.city import City
from tests.support.client import response_page
from tests.support.statements import watch_statements

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
FORECAST = {"open": 30, "expected": 8.2, "low": 5, "high": 11, "late": 4, "history": 230}


def warn(session: Session, /, service_id: int, **values: Any) -> int:
    row = WarningRow(
        **{
            "service_id": service_id,
            "kind": "forecast",
            "subject": "",
            "raised_on": NOW.date(),
            "last_seen_on": NOW.date(),
            "evidence": FORECAST,
            **values,
        }
    )
    session.add(row)
    session.flush()
    return row.id


@pytest.fixture
def subscribe(store: Store, city: City, worker: Worker) -> Callable[[str], None]:
    """Lets somebody of the city ask for the mail."""

    def one(who: str) -> None:
        store.write(
            choose_digest,
            now=NOW,
            scope=Scope(city.people[who], {}),
            secrets=worker.secrets,
            wants=True,
        )

    return one


@pytest.fixture
def week(worker: Worker, store: Store) -> Callable[[], int]:
    """A round of the worker."""
    worker.clock.moment = MONDAY

    def run() -> int:
        post_digests(store, worker.clock)
        return worker.run()

    return run


def text_of(mailbox: Mailbox) -> str:
    body = mailbox.messages[-1].get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_monday_off_is_waited_for(
    store: Store,
    city: City,
    worker: Worker,
    mailbox: Mailbox,
    subscribe: Callable[[str], None],
    week: Callable[[], int],
) -> None:
    store.write(warn, city.potholes)
    store.write(add_holidays, {MONDAY.date(): "Rest"})
    subscribe("manager")
    week()
    assert mailbox.messages == []
    worker.clock.moment = MONDAY + timedelta(days=1)
    week()
    assert len(mailbox.messages) == 1


def test_those_who_asked_get_their_departments_warnings_once_a_week(
    store: Store,
    city: City,
    worker: Worker,
    mailbox: Mailbox,
    subscribe: Callable[[str], None],
    week: Callable[[], int],
) -> None:
    mine, other = store.write(warn, city.potholes), store.write(warn, city.pools)
    subscribe("manager")
    for _round in range(3):
        week()
        worker.wait(days=2)
    assert mailbox.to() == ["manager@city.example"]
    message, text = mailbox.messages[0], text_of(mailbox)
    assert message["Subject"] == "1 open warning about your services"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Pothole repair: About 8 open cases may be late" in text
    assert f"/en/manage/warnings/{mine}/" in text
    assert f"/warnings/{other}/" not in text
    worker.wait(days=1)
    week()
    assert len(mailbox.messages) == 2
    assert mailbox.messages[0]["Message-ID"] != mailbox.messages[1]["Message-ID"]


def test_what_is_not_seen_any_more_is_mailed_last_and_says_so(
    store: Store,
    city: City,
    mailbox: Mailbox,
    subscribe: Callable[[str], None],
    week: Callable[[], int],
) -> None:
    """As on the page: forecasts after what looks different, what is gone after both."""
    today, earlier = MONDAY.date(), NOW.date() - timedelta(days=1)
    slower = {"usual_days": 6.4, "usual_n": 120, "recent_days": 19.2, "recent_n": 20}

    def fill(session: Session) -> list[int]:
        session.add(Setting(name=DAILY, value=today.isoformat()))
        evidence = {**slower, "recent_late": 7, "points": []}
        seen: dict[str, Any] = {"raised_on": earlier, "last_seen_on": today}
        first = warn(session, city.potholes, kind="time_to_told", evidence=evidence, **seen)
        return [first, warn(session, city.lights, **seen), warn(session, city.potholes)]

    wanted = store.write(fill)
    subscribe("manager")
    week()
    text = text_of(mailbox)
    assert [int(one) for one in re.findall(r"/manage/warnings/(\d+)/", text)] == wanted
    since = "Not seen since Nov 20, 2026. At the usual pace"
    html = mailbox.messages[-1].get_body(("html",))
    assert html is not None
    for shown in (text, str(html.get_content()).replace("<b>", "").replace("</b>", "")):
        assert shown.count("Not seen since") == 1
        assert since in shown.rpartition("open cases may be late")[2]


def test_what_may_not_be_comparable_between_languages_is_mailed_with_caution(
    store: Store,
    city: City,
    mailbox: Mailbox,
    subscribe: Callable[[str], None],
    week: Callable[[], int],
) -> None:
    def differ(session: Session) -> None:
        figures = {"agreeing": {"fires": True}, "items": {"items": []}}
        session.add(CityFigure(as_of=NOW.date(), figures=figures))
        for subject in ("q0:lang:es", "told30:lang:vi"):
            evidence = {"x": 8, "n": 30, "others_x": 60, "others_n": 75, "p": 0.0001}
            warn(session, city.potholes, kind="disparity", subject=subject, evidence=evidence)

    store.write(differ)
    subscribe("manager")
    week()
    lines = [line for line in text_of(mailbox).splitlines() if line]
    compared = [line for line in lines if "Of everyone else it is" in line]
    caution = " Answers may not be comparable between languages."
    assert [line.endswith(caution) for line in compared] == ["good rating" in x for x in compared]
    assert len(compared) == 2
    html = mailbox.messages[-1].get_body(("html",))
    assert html is not None
    assert str(html.get_content()).count(caution.strip()) == 1


def test_it_is_written_in_the_persons_language(
    store: Store,
    city: City,
    mailbox: Mailbox,
    subscribe: Callable[[str], None],
    week: Callable[[], int],
) -> None:
    store.write(warn, city.potholes)
    store.write(
        lambda session: session.execute(
            update(Person).where(Person.id == city.people["manager"]).values(lang="es")
        )
    )
    subscribe("manager")
    week()
    assert "Pothole repair (es)" in text_of(mailbox)
    assert "/es/manage/warnings/" in text_of(mailbox)
    parts = [part for part in mailbox.messages[0].walk() if not part.is_multipart()]
    assert {part["Content-Language"] for part in parts} == {"es"}


def test_nothing_open_nobody_who_left_and_no_early_monday(
    store: Store,
    city: City,
    worker: Worker,
    mailbox: Mailbox,
    subscribe: Callable[[str], None],
    week: Callable[[], int],
) -> None:
    subscribe("manager")
    store.write(warn, city.potholes, state="dealt_with", changed_at=NOW)
    worker.clock.moment = MONDAY - timedelta(hours=10)  # five in the morning
    assert post_digests(store, worker.clock) == 0
    worker.clock.moment = MONDAY
    week()
    store.write(warn, city.potholes)
    store.write(lambda session: session.execute(update(Person).values(active=False)))
    worker.wait(days=7)
    week()
    assert mailbox.messages == []


def test_a_lost_role_loses_the_departments_warnings(
    store: Store,
    city: City,
    mailbox: Mailbox,
    subscribe: Callable[[str], None],
    week: Callable[[], int],
) -> None:
    store.write(warn, city.potholes)
    subscribe("staff")
    week()
    assert mailbox.messages == []


def test_two_workers_send_it_once(
    store: Store,
    city: City,
    worker: Worker,
    mailbox: Mailbox,
    subscribe: Callable[[str], None],
    week: Callable[[], int],
) -> None:
    store.write(warn, city.potholes)
    subscribe("manager")
    threads = [Thread(target=week) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert mailbox.to() == ["manager@city.example"]


class Killed(BaseException):
    """The worker's process is gone."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_that_is_killed_while_sending_never_doubles_it(
    store: Store,
    city: City,
    worker: Worker,
    mailbox: Mailbox,
    subscribe: Callable[[str], None],
    week: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    when: str,
) -> None:
    store.write(warn, city.potholes)
    subscribe("manager")
    send = smtplib.SMTP.send_message

    def die(self: smtplib.SMTP, message: Any, **options: Any) -> None:
        if when == "after":
            send(self, message, **options)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(smtplib.SMTP, "send_message", die)
        with pytest.raises(Killed):
            week()
    worker.wait(hours=1)
    week()
    assert len(mailbox.messages) == (1 if when == "after" else 0)


@pytest.mark.parametrize("times", [1, 9])
def test_a_database_that_fails_after_it_went_out_never_doubles_it(
    store: Store,
    city: City,
    worker: Worker,
    mailbox: Mailbox,
    subscribe: Callable[[str], None],
    week: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    times: int,
) -> None:
    monkeypatch.setattr(runner, "FINISH_PAUSES", (0, 0))
    store.write(warn, city.potholes)
    subscribe("manager")
    with faults_after_sending(store, mailbox, times):
        week()
    worker.wait(hours=1)
    week()
    assert len(mailbox.messages) == 1


def test_a_server_that_is_down_is_tried_again(
    store: Store,
    city: City,
    worker: Worker,
    mailbox: Mailbox,
    subscribe: Callable[[str], None],
    week: Callable[[], int],
) -> None:
    store.write(warn, city.potholes)
    subscribe("manager")
    mailbox.is_failing = True
    week()
    assert mailbox.messages == []
    mailbox.is_failing = False
    worker.wait(minutes=5)
    week()
    week()
    assert len(mailbox.messages) == 1
    with store.read() as session:
        assert session.scalars(select(Outbox.done_at).filter_by(kind="digest")).all() != [None]


def test_its_link_stops_it_without_signing_in(
    store: Store,
    city: City,
    client: FlaskClient,
    mailbox: Mailbox,
    subscribe: Callable[[str], None],
    week: Callable[[], int],
) -> None:
    store.write(warn, city.potholes)
    subscribe("manager")
    week()
    link = mailbox.stop_link()
    assert link in text_of(mailbox)
    assert "Stop the weekly mail of warnings?" in response_page(client.get(link)).words()
    with store.read() as session:
        assert session.scalars(select(DigestSubscription)).all()
    answer = client.post(link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 204
    with store.read() as session:
        assert not session.scalars(select(DigestSubscription)).all()
    assert client.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 204
    page = client.get(client.post(link).headers["Location"])  # which can be loaded again
    assert "You get no more weekly mail" in response_page(page).words()
    assert "You get no more weekly mail" in response_page(client.get(link)).words()
    subscribe("manager")
    assert "Stop the weekly mail of warnings?" in response_page(client.get(link)).words()


def test_a_made_up_link_goes_through_the_people_while_nothing_is_held(
    store: Store, client: FlaskClient
) -> None:
    done: list[str] = []

    def note(_conn: object, _cursor: object, said: str, *_more: object) -> None:
        if "FROM person" in said:
            done.append("people")

    event.listen(store.engine, "before_cursor_execute", note)
    event.listen(store.engine, "commit", lambda _conn: done.append("commit"))
    assert client.post("/en/mail/nothing/unsubscribe").status_code == 404
    assert done == ["commit", "commit", "people"]
    done.clear()
    assert client.get("/en/mail/nothing/").status_code == 404
    assert done == ["people"]


def test_a_link_to_an_erased_address_asks_nobody_elses(
    store: Store, worker: Worker, send: Callable[..., int], client: FlaskClient
) -> None:
    case = send("en", "ana@mail.example", is_confirmed=False)
    worker.run()
    store.write(erase_contacts, [case], now=NOW)
    with watch_statements(store) as sent:
        page = client.get(f"/en/mail/{worker.secrets.mail_token(case)}/")
    assert "Your address is erased." in response_page(page).words()
    assert [said for said, _values in sent if "FROM person" in said] == []
