"""Whoever confirms an address after the answer came out gets it, once, and no figure moves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.assess.queries_evidence import gather_evidence
from portal.domain.loop import Actor, Event, EventKind, Outcome
from portal.models.loops import LoopEvent, LoopRow
from portal.models.running import Outbox
from portal.models.submissions import Contact
from portal.notify.bounces import record_bounce
from portal.notify.confirming import confirm_address
from portal.notify.letters import prepare_confirmation
from portal.notify.reports import Report
from portal.notify.stationery import Stationery
from portal.notify.telling import tell_next
from portal.respond.rules import Promise
from portal.store.contacts import question_key
from portal.store.coverage import list_texts
from portal.store.engine import Store
from portal.store.joining import join_theme
from portal.store.loops import Links, append_event
from portal.store.retention import Periods, set_periods
from portal.store.retrying import TRIES
from portal.store.secrets import sha256
from portal.store.withdrawals import withdraw
from tests.features.notify.conftest import Mailbox, Worker
from tests.support.answers import NOW, PLANNED, TODAY, Office
from tests.support.city import City
from tests.support.client import response_page
from tests.support.soundness import find_problems
from tests.support.together import Table

Send = Callable[..., int]
ANSWER = "Our answer about"
DID = "We repaved the street by the school."


def subjects(mailbox: Mailbox) -> list[str]:
    """The subjects of what was accepted, each without what it is about."""
    return [str(message["Subject"]).partition(":")[0] for message in mailbox.messages]


def press(client: FlaskClient, worker: Worker, case: int) -> str:
    """Press the button behind a case's link; returns the words of the page after it."""
    token = worker.secrets.mail_token(case)
    assert worker.store.write(confirm_address, now=worker.clock.now(), token=token)
    return response_page(client.get(f"/en/mail/{token}/")).words()


def kinds(store: Store, case: int) -> list[str]:
    with store.read() as session:
        events = session.scalars(
            select(LoopEvent.kind).where(LoopEvent.submission_id == case).order_by(LoopEvent.id)
        )
        return list(events)


def bodies(mailbox: Mailbox) -> list[str]:
    found = [message.get_body(("plain",)) for message in mailbox.messages]
    return [str(body.get_content()) for body in found if body is not None]


def test_who_confirms_after_being_told_gets_the_answer_once_and_is_not_told_again(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox,
    client: FlaskClient, city: City,
) -> None:  # fmt: skip
    case = send("es", "ana@mail.example", is_confirmed=False)
    response = office.answer([case])
    office.translate(response)
    office.review(response, "es")
    worker.run()
    before = kinds(store, case)
    assert before[-1] == "told"
    with store.read() as session:
        evidence = gather_evidence(session, city.potholes, TODAY)
    worker.wait(hours=1)
    page = press(client, worker, case)
    assert "our answer is on its way to this address" in page
    press(client, worker, case)
    worker.run()
    worker.run()
    assert len(mailbox.messages) == 2, "the question and the answer"
    assert "Repavimentamos la calle junto a la escuela." in bodies(mailbox)[-1]
    assert "We have sent our answer to this address" in press(client, worker, case)
    worker.wait(days=1)
    worker.run()
    assert len(mailbox.messages) == 2
    assert kinds(store, case) == before
    with store.read() as session:
        assert gather_evidence(session, city.potholes, TODAY) == evidence
    assert find_problems(store) == []


def test_me_too_on_an_answered_theme_is_told_at_once_and_mailed_when_the_address_is_confirmed(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox,
    client: FlaskClient,
) -> None:  # fmt: skip
    office.answer([send("en")])
    worker.run()
    joined = send("en", "ana@mail.example", is_confirmed=False)
    store.write(join_theme, 1, joined, now=NOW, on=TODAY)
    worker.run()
    assert kinds(store, joined)[-1] == "told"
    press(client, worker, joined)
    worker.run()
    assert subjects(mailbox) == ["Is this your email address?", ANSWER]
    assert DID in bodies(mailbox)[-1]
    assert kinds(store, joined).count("told") == 1


def test_each_case_of_the_address_gets_the_newest_answer_and_only_those_that_were_told(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox,
    client: FlaskClient,
) -> None:  # fmt: skip
    waiting, one, two = (send("en", "ana@mail.example", is_confirmed=False) for _case in range(3))
    other = send("en", "ben@mail.example", is_confirmed=False)
    promise = office.answer([one, other], promise=PLANNED)
    office.answer([two])
    worker.run()
    done = office.draft(1, promise=Promise(Outcome.DONE, done_on=TODAY), follows_id=promise)
    office.review(done)
    office.publish(done)
    worker.run()
    mailbox.messages.clear()
    press(client, worker, waiting)
    worker.run()
    assert sorted(subjects(mailbox)) == [ANSWER, ANSWER, "We have your message"]
    assert set(mailbox.to()) == {"ana@mail.example"}
    with store.read() as session:
        mailed = session.execute(
            select(Outbox.submission_id, Outbox.response_id).where(Outbox.kind == "tell")
        ).all()
    assert {(one, done), (two, 2)} == {tuple(row) for row in mailed}


def test_a_message_that_waits_is_acknowledged_though_an_earlier_one_was_answered(
    office: Office, worker: Worker, send: Send, mailbox: Mailbox, client: FlaskClient
) -> None:
    answered, _waiting = (send("en", "ana@mail.example", is_confirmed=False) for _case in range(2))
    office.answer([answered])
    worker.run()
    mailbox.messages.clear()
    press(client, worker, answered)
    worker.run()
    assert sorted(subjects(mailbox)) == [ANSWER, THANKS]


def test_an_answer_that_no_mail_could_bring_is_not_called_on_its_way(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox,
    client: FlaskClient,
) -> None:  # fmt: skip
    case = send("en", "ana@mail.example", is_confirmed=False)
    office.answer([case])
    worker.run()
    press(client, worker, case)
    mailbox.is_failing = True
    for _try in range(TRIES):
        worker.run()
        worker.wait(hours=8)
    page = response_page(client.get(f"/en/mail/{worker.secrets.mail_token(case)}/"))
    assert "on its way" not in page.words()
    assert "our mail to this address did not go out" in page.words()
    assert f"/en/mail/{worker.secrets.mail_token(case)}/answer" in page.links()


MORE = "Since then, another message came with this address."
QUESTION, THANKS = "Is this your email address?", "We have your message"


def test_what_is_sent_after_the_yes_of_the_day_is_asked_about_the_day_after(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox,
    client: FlaskClient,
) -> None:  # fmt: skip
    first = send("en", "ana@mail.example", is_confirmed=False)
    worker.run()
    assert MORE not in press(client, worker, first)
    later = [send("en", "ana@mail.example", is_confirmed=False) for _case in range(3)]
    office.answer(later)
    worker.run()
    assert subjects(mailbox) == [QUESTION, THANKS]
    worker.wait(days=1)
    worker.run()
    assert subjects(mailbox) == [QUESTION, THANKS, QUESTION], "one stands for the three"
    assert MORE not in press(client, worker, later[0])
    worker.run()
    assert subjects(mailbox)[3:] == [ANSWER] * 3
    worker.wait(days=1)
    worker.run()
    assert len(mailbox.messages) == 6


def test_the_link_that_was_pressed_says_that_there_is_more_and_confirms_that_too(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox, client: FlaskClient
) -> None:
    first = send("en", "ana@mail.example", is_confirmed=False)
    worker.run()
    press(client, worker, first)
    later = send("en", "ana@mail.example", is_confirmed=False)
    link = f"/en/mail/{worker.secrets.mail_token(first)}/"
    page = response_page(client.get(link))
    assert MORE in page.words()
    assert f"{link}confirm" in [form.get("action") for form in page.all("form")]
    assert MORE not in press(client, worker, first)
    for _day in range(2):
        worker.run()
        worker.wait(days=1)
    assert subjects(mailbox) == [QUESTION, THANKS, THANKS]
    with store.read() as session:
        assert session.get_one(Contact, later).confirmed_at == NOW


@pytest.mark.parametrize("is_late", [False, True])
def test_when_the_message_that_was_asked_about_is_taken_back_the_other_one_is_asked_about(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox, client: FlaskClient, is_late: bool
) -> None:
    first = send("en", "ana@mail.example", is_confirmed=False)
    worker.run()
    if is_late:
        store.write(withdraw, first, now=NOW, today=TODAY)
    others = [send("en", "ana@mail.example", is_confirmed=False) for _case in range(3)]
    worker.run()
    if not is_late:
        store.write(withdraw, first, now=NOW, today=TODAY)
        worker.run()
    assert len(mailbox.messages) == 1
    for _day in range(3):
        worker.wait(days=1)
        worker.run()
    assert len(mailbox.messages) == 2, "one question stands for all"
    press(client, worker, others[0])
    with store.read() as session:
        unconfirmed = select(Contact.submission_id).where(Contact.confirmed_at.is_(None))
        assert session.scalars(unconfirmed).all() == [first]


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("end", ["came back", "given up"])
def test_when_the_question_is_lost_on_its_way_the_other_message_is_asked_about(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox, end: str,
    is_late: bool,
) -> None:  # fmt: skip
    """Nobody can answer it, though the address may well be right."""
    mailbox.is_failing = end == "given up"
    first = send("en", "ana@mail.example", is_confirmed=False)
    worker.run()

    def lose() -> None:
        if end == "given up":
            store.write(_leave_one_try, first)
            worker.wait(minutes=2)
            worker.run()
        else:
            store.write(_bring_back, first)

    if is_late:
        lose()
    others = [send("en", "ana@mail.example", is_confirmed=False) for _case in range(3)]
    worker.run()
    if not is_late:
        lose()
        worker.run()
    mailbox.is_failing = False
    mailbox.messages.clear()
    for _day in range(3):
        worker.wait(days=1)
        worker.run()
    assert subjects(mailbox) == [QUESTION], "one stands for all"
    with store.read() as session:
        asked = session.scalars(
            select(Outbox.submission_id).where(Outbox.detail["is_counted"].as_boolean())
        )
        assert set(asked) == {first, others[0]}


def _leave_one_try(session: Session, /, case: int) -> None:
    _question(session, case).attempts = TRIES - 1


def _bring_back(session: Session, /, case: int) -> None:
    """A relay gave up on it."""
    record_bounce(
        session, now=NOW, today=TODAY, outbox_id=_question(session, case).id,
        report=Report((), "4.4.7"),
    )  # fmt: skip


def _question(session: Session, case: int) -> Outbox:
    return session.scalars(select(Outbox).where(Outbox.dedupe_key == question_key(case))).one()


def test_before_an_answer_the_page_says_that_it_will_come(
    worker: Worker, send: Send, client: FlaskClient
) -> None:
    case = send("en", "ana@mail.example", is_confirmed=False)
    worker.run()
    assert "We will send our answer to this address" in press(client, worker, case)


def test_the_pages_behind_mails_say_how_long_this_city_keeps_an_address(
    store: Store, worker: Worker, send: Send, client: FlaskClient
) -> None:
    case = send("en", "ana@mail.example", is_confirmed=False)
    worker.run()
    token = worker.secrets.mail_token(case)

    def read(path: str = "") -> str:
        return response_page(client.get(f"/en/mail/{token}/{path}")).words()

    assert "We delete the address 90 days after the last step." in read()
    store.write(set_periods, Periods(30))
    assert "We delete the address 30 days after the last step." in read()
    assert "We delete the address 30 days after the last step." in press(client, worker, case)
    assert "We forget addresses 30 days after the last step" in read("answer")


def test_a_translation_that_a_correction_has_overtaken_says_so_behind_the_mails_link(
    store: Store, office: Office, worker: Worker, send: Send, client: FlaskClient
) -> None:
    case = send("es", "ana@mail.example")
    response = office.answer([case])
    office.translate(response)
    office.review(response, "es")
    worker.run()
    path = f"/es/mail/{worker.secrets.mail_token(case)}/answer"
    said = "Esta respuesta se corrigió. La corrección aún no está traducida."
    page = response_page(client.get(path)).words()
    assert "Repavimentamos la calle junto a la escuela." in page
    assert said not in page

    def correct(session: Session) -> None:
        list_texts(session, response)["en"].we_did = "We repaved half of the street."

    store.write(correct)
    assert said in response_page(client.get(path)).words()


def test_who_said_that_it_does_not_help_waits_for_another_answer(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox,
    client: FlaskClient,
) -> None:  # fmt: skip
    case = send("en", "ana@mail.example", is_confirmed=False)
    office.answer([case])
    worker.run()
    disputed = Event(kind=EventKind.DISPUTED, on=TODAY, actor=Actor.RESIDENT)
    store.write(append_event, case, disputed, at=NOW)
    assert "We will send our answer to this address" in press(client, worker, case)
    worker.run()
    assert subjects(mailbox) == ["Is this your email address?"]


def test_a_question_that_follows_the_answer_names_no_day_for_it(
    office: Office, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    office.answer([send("en", "ana@mail.example", is_confirmed=False)])
    worker.run(smtp_url="")
    worker.run()
    assert "The message has arrived." in bodies(mailbox)[0]
    assert "at the latest" not in bodies(mailbox)[0]


def test_a_question_about_what_was_set_aside_promises_no_answer(
    store: Store, city: City, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    case = send("en", "ana@mail.example", is_confirmed=False)
    excluded = Event(kind=EventKind.EXCLUDED, on=TODAY, actor=Actor.STAFF, reason="test")
    links = Links(person_id=city.people["staff"])
    store.write(append_event, case, excluded, at=NOW, links=links)
    worker.run()
    assert "The message has arrived." in bodies(mailbox)[0]
    assert "at the latest" not in bodies(mailbox)[0]


@pytest.mark.parametrize("status", ["5.1.1", "5.2.2"])
def test_when_it_comes_back_nothing_is_undone(
    store: Store, office: Office, worker: Worker, send: Send, client: FlaskClient, status: str
) -> None:
    """Told rests on the receipt's page, where it still stands."""
    case = send("en", "ana@mail.example", is_confirmed=False)
    office.answer([case])
    worker.run()
    before = kinds(store, case)
    press(client, worker, case)
    worker.run()
    worker.wait(days=2)
    with store.read() as session:
        mail = session.scalars(select(Outbox.id).where(Outbox.kind == "tell")).one()
    store.write(
        record_bounce, now=worker.clock.now(), today=worker.clock.today(), outbox_id=mail,
        report=Report((), status),
    )  # fmt: skip
    assert kinds(store, case) == before
    with store.read() as session:
        assert session.get_one(LoopRow, case).told_on == TODAY
        assert session.get_one(Contact, case).bounced_at is not None
    page = press(client, worker, case)
    assert "The mail came back" in page
    assert "We will send our answer to this address" not in page, "nothing is sent there any more"


@pytest.mark.parametrize("status", ["5.1.1", "5.2.2", "4.4.7"])
def test_who_presses_the_button_in_a_mail_is_written_to_whatever_was_reported_before(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox,
    client: FlaskClient, status: str,
) -> None:  # fmt: skip
    """A relay may report what it delivers later all the same."""
    case = send("en", "ana@mail.example", is_confirmed=False)
    worker.run()
    with store.read() as session:
        mail = session.scalars(select(Outbox.id).where(Outbox.kind == "confirm_address")).one()
    store.write(record_bounce, now=NOW, today=TODAY, outbox_id=mail, report=Report((), status))
    assert "We will send our answer to this address" in press(client, worker, case)
    office.answer([case])
    worker.run()
    assert subjects(mailbox)[-1] == ANSWER


def test_the_answer_brings_the_next_step_to_which_its_resident_is_invited(
    store: Store, city: City, office: Office, worker: Worker, send: Send, mailbox: Mailbox,
    client: FlaskClient,
) -> None:  # fmt: skip
    case = send("en", "ana@mail.example", is_confirmed=False)
    theme = office.group([case])
    Table(store, city).next_step(theme)
    response = office.draft(theme)
    office.review(response)
    office.publish(response)
    worker.run()
    before = kinds(store, case)
    press(client, worker, case)
    worker.run()
    assert "A walk (en)" in bodies(mailbox)[-1]
    assert subjects(mailbox) == ["Is this your email address?", ANSWER]
    assert kinds(store, case) == before


def test_two_presses_and_two_workers_at_once_send_it_once(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    cases = [send("en", "ana@mail.example", is_confirmed=False) for _case in range(4)]
    office.answer(cases)
    worker.run()
    token = worker.secrets.mail_token(cases[0])

    def confirm() -> None:
        store.write(confirm_address, now=NOW, token=token)
        worker.run()

    threads = [threading.Thread(target=confirm) for _worker in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worker.run()
    assert sorted(subjects(mailbox)) == ["Is this your email address?"] + [ANSWER] * 4
    assert {kinds(store, case).count("told") for case in cases} == {1}


def test_who_confirms_in_the_very_moment_of_being_told_gets_the_answer(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox, city: City
) -> None:
    """The one waits for the other: either telling finds the address, or the button the answer."""
    case = send("en", "ana@mail.example", is_confirmed=False)
    response = office.answer([case])
    store.write(_give_token, case, worker.secrets.mail_token(case))
    is_told = threading.Event()

    def tell(session: Session) -> None:
        tell_next(
            session, now=NOW, today=TODAY, response_id=response,
            person_id=city.people["staff"], after=0,
        )  # fmt: skip
        session.flush()
        is_told.set()
        time.sleep(0.5)

    telling = threading.Thread(target=store.write, args=(tell,))
    telling.start()
    is_told.wait(10)
    store.write(confirm_address, now=NOW, token=worker.secrets.mail_token(case))
    telling.join()
    worker.run()
    assert [one for one in subjects(mailbox) if one == ANSWER] == [ANSWER]
    assert kinds(store, case).count("told") == 1


def test_two_workers_at_once_ask_about_an_address_once(
    store: Store, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    """The one that comes second knows by then that the first one's question stands for its own."""
    for _case in range(2):
        send("en", "ana@mail.example", is_confirmed=False)
    is_counted = threading.Event()

    def ask(session: Session) -> None:
        prepare_confirmation(
            session, now=NOW, stationery=Stationery(worker.secrets, worker.settings),
            job_id=session.scalars(select(func.min(Outbox.id))).one(),
        )  # fmt: skip
        session.flush()
        is_counted.set()
        time.sleep(0.5)

    asking = threading.Thread(target=store.write, args=(ask,))
    asking.start()
    is_counted.wait(10)
    worker.run()
    asking.join()
    for _day in range(2):
        worker.run()
        worker.wait(days=1)
    assert subjects(mailbox) == [QUESTION]


def _give_token(session: Session, /, case: int, token: str) -> None:
    session.get_one(Contact, case).token_hash = sha256(token)
