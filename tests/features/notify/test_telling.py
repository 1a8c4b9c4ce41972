"""Telling: who is told when, in which language, once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.assess.queries_evidence import gather_evidence
from portal.domain.loop import Actor, Event, EventKind, Outcome, Verdict
from portal.domain.wording import Wording
from portal.models.loops import LoopEvent, LoopRow
from portal.models.remarks import Remark
from portal.models.running import Outbox
from portal.respond.act import Act
from portal.respond.operations.cases import group_cases, set_aside
from portal.respond.operations.restoring import restore
from portal.respond.operations.texts import propose_correction, review_correction
from portal.respond.operations.themes import share_theme
from portal.respond.rules import Promise
from portal.store.concerned import list_further
from portal.store.content import get_content_version
from portal.store.coverage import count_waiting_of
from portal.store.engine import Store
from portal.store.loops import append_event
from portal.store.retention import purge_contacts
from tests.features.notify.conftest import Mailbox, Worker
from tests.support.answers import NOW, PLANNED, TODAY, Office
from tests.support.answers import send as send_to
from tests.support.city import City
from tests.support.client import response_page
from tests.support.soundness import find_problems

Send = Callable[..., int]


def kinds(store: Store, case: int) -> list[str]:
    with store.read() as session:
        return list(
            session.scalars(
                select(LoopEvent.kind).where(LoopEvent.submission_id == case).order_by(LoopEvent.id)
            )
        )


def told(store: Store, case: int) -> tuple[str, str | None]:
    """(state, language told in) of a case."""
    with store.read() as session:
        row = session.get_one(LoopRow, case)
        return row.state, row.told_lang


def test_without_an_address_told_rests_on_the_receipts_page(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    case = send()
    office.answer([case])
    assert told(store, case) == ("in_theme", None)
    worker.run()
    assert told(store, case) == ("told", "en")
    assert kinds(store, case) == ["received", "acknowledged", "themed", "responded", "told"]
    assert mailbox.messages == []


def test_staff_are_named_for_the_response_and_nobody_for_told(
    store: Store, office: Office, worker: Worker, send: Send, city: City
) -> None:
    case = send()
    office.answer([case])
    worker.run()
    with store.read() as session:
        events = {
            row.kind: row
            for row in session.scalars(select(LoopEvent).where(LoopEvent.submission_id == case))
        }
    assert events["responded"].person_id == city.people["staff"]
    assert events["told"].person_id is None
    assert events["told"].actor == "system"


def test_a_language_without_a_reviewed_text_waits(
    store: Store, office: Office, worker: Worker, send: Send
) -> None:
    english, spanish = send("en"), send("es")
    response = office.answer([english, spanish])
    office.translate(response)
    worker.run()
    assert told(store, english) == ("told", "en")
    assert told(store, spanish) == ("answered", None)
    office.review(response, "es")
    worker.run()
    assert told(store, spanish) == ("told", "es")


def test_running_again_adds_nothing(
    store: Store, office: Office, worker: Worker, send: Send
) -> None:
    cases = [send("en"), send("es")]
    response = office.answer(cases)
    worker.run()
    before = [kinds(store, case) for case in cases]
    office.publish(response)
    office.group(cases, theme_id=1)
    worker.run()
    assert [kinds(store, case) for case in cases] == before


def test_a_case_that_joins_later_is_told_too(
    store: Store, office: Office, worker: Worker, send: Send
) -> None:
    first, later = send(), send()
    office.answer([first])
    worker.run()
    office.group([later], theme_id=1, now=NOW + timedelta(days=2))
    worker.wait(days=2)
    worker.run()
    assert told(store, later) == ("told", "en")
    with store.read() as session:
        assert session.get_one(LoopRow, later).told_on == TODAY + timedelta(days=2)


def test_a_mail_is_told_when_the_server_has_accepted_it(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    case = send("es", "ana@mail.example")
    response = office.answer([case])
    office.translate(response)
    office.review(response, "es")
    mailbox.is_failing = True
    worker.run()
    assert told(store, case) == ("answered", None)
    mailbox.is_failing = False
    worker.run()
    assert told(store, case) == ("answered", None), "not before the pause is over"
    worker.wait(minutes=2)
    worker.run()
    assert told(store, case) == ("told", "es")
    assert mailbox.to() == ["ana@mail.example"]


def test_an_address_that_was_not_confirmed_counts_as_none(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    case = send("en", "ben@mail.example", is_confirmed=False)
    office.answer([case])
    worker.run()
    assert told(store, case) == ("told", "en")
    assert [message["Subject"] for message in mailbox.messages] == ["Is this your email address?"]


def test_a_refused_address_bounces_and_told_rests_on_the_receipts_page(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    gone, fine = send("en", "gone@mail.example"), send("en", "here@mail.example")
    office.answer([gone, fine])
    worker.run()
    assert told(store, gone) == ("told", "en")
    assert told(store, fine) == ("told", "en")
    assert mailbox.to() == ["here@mail.example"]
    with store.read() as session:
        row = session.scalar(select(Outbox).where(Outbox.submission_id == gone))
    assert row is not None
    assert row.last_error == "refused"


def test_cases_set_aside_are_not_told_until_they_are_taken_back(
    store: Store, office: Office, worker: Worker, send: Send
) -> None:
    case, other = send(), send("en", "ana@mail.example")
    for one in (case, other):
        store.write(
            set_aside, now=NOW, today=TODAY, scope=office.staff, submission_id=one, reason="test"
        )
    theme = office.group([send()])
    response = office.draft(theme)
    store.write(restore, now=NOW, today=TODAY, scope=office.staff, submission_id=case)
    office.group([case, other], theme_id=theme)
    office.review(response)
    office.publish(response)
    worker.run()
    assert told(store, case) == ("told", "en")
    assert told(store, other)[0] == "excluded"
    store.write(restore, now=NOW, today=TODAY, scope=office.staff, submission_id=other)
    office.group([other], theme_id=theme, now=NOW + timedelta(minutes=1))
    worker.wait(minutes=1)
    worker.run()
    assert told(store, other) == ("told", "en")


def test_mail_for_a_case_set_aside_meanwhile_is_not_sent_but_is_when_it_comes_back(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    case = send("en", "ana@mail.example")
    office.answer([case])
    worker.run(smtp_url="")
    store.write(
        set_aside, now=NOW, today=TODAY, scope=office.staff, submission_id=case, reason="test"
    )
    worker.run()
    assert mailbox.messages == []
    store.write(
        restore, now=NOW + timedelta(days=1), today=TODAY, scope=office.staff, submission_id=case
    )
    worker.wait(days=1)
    worker.run()
    assert mailbox.to() == ["ana@mail.example"]
    assert told(store, case) == ("told", "en")


def test_whose_case_was_set_aside_while_the_mail_went_out_is_told_when_it_comes_back(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    case = send("en", "ana@mail.example")
    office.answer([case])

    def exclude() -> None:
        store.write(
            set_aside, now=NOW, today=TODAY, scope=office.staff, submission_id=case, reason="test"
        )

    mailbox.on_message = exclude
    worker.run()
    assert mailbox.to() == ["ana@mail.example"]
    assert told(store, case)[0] == "excluded"
    store.write(
        restore, now=NOW + timedelta(days=1), today=TODAY, scope=office.staff, submission_id=case
    )
    worker.wait(days=1)
    worker.run()
    assert told(store, case) == ("told", "en")
    assert len(mailbox.messages) == 1, "and no second mail"


def test_a_kept_promise_is_told_again_and_the_dispute_ends(
    store: Store, office: Office, worker: Worker, send: Send
) -> None:
    case = send()
    promise = office.answer([case], promise=PLANNED)
    worker.run()
    for event in (
        Event(kind=EventKind.CONFIRMED, on=TODAY, actor=Actor.RESIDENT, verdict=Verdict.NO),
        Event(kind=EventKind.DISPUTED, on=TODAY, actor=Actor.RESIDENT),
    ):
        store.write(append_event, case, event, at=NOW)
    assert told(store, case)[0] == "reopened"
    done = office.draft(1, promise=Promise(Outcome.DONE, done_on=TODAY), follows_id=promise)
    office.review(done)
    office.publish(done)
    worker.run()
    with store.read() as session:
        row = session.get_one(LoopRow, case)
    assert (row.retold_on, row.outcome, row.due_on, row.done_on) == (
        TODAY,
        "done",
        PLANNED.due_on,
        TODAY,
    )
    assert kinds(store, case)[-2:] == ["responded", "retold"]


def test_a_response_that_a_later_one_follows_tells_nobody_any_more(
    store: Store, office: Office, worker: Worker, send: Send
) -> None:
    first, later = send(), send()
    promise = office.answer([first], promise=PLANNED)
    worker.run()
    done = office.draft(1, promise=Promise(Outcome.DONE, done_on=TODAY), follows_id=promise)
    office.review(done)
    office.publish(done)
    office.group([later], theme_id=1, now=NOW + timedelta(minutes=5))
    worker.wait(minutes=5)
    worker.run()
    assert kinds(store, later) == ["received", "acknowledged", "themed", "responded", "told"]
    with store.read() as session:
        assert session.get_one(LoopRow, later).outcome == "done"


def test_a_translation_out_of_date_tells_nobody(
    store: Store, office: Office, worker: Worker, send: Send
) -> None:
    spanish = send("es")
    response = office.answer([send(), spanish])
    office.translate(response)
    store.write(
        propose_correction, now=NOW, scope=office.staff, response_id=response, lang="en",
        version=2, source_hash=None, reason="half",
        wording=Wording("The holes come back.", "We repaved half of it."),
    )  # fmt: skip
    store.write(review_correction, now=NOW, scope=office.reviewer, response_id=response, lang="en")
    worker.run()
    assert told(store, spanish) == ("answered", None)


@pytest.mark.parametrize("with_mail", [False, True])
def test_two_workers_at_once_tell_everybody_once(
    store: Store,
    office: Office,
    worker: Worker,
    send: Send,
    mailbox: Mailbox,
    *,
    with_mail: bool,
) -> None:
    cases = [send("en", f"p{n}@mail.example" if with_mail else None) for n in range(12)]
    response = office.answer(cases)
    office.group(cases[:6], theme_id=1, now=NOW + timedelta(seconds=1))
    worker.wait(minutes=1)
    threads = [threading.Thread(target=worker.run) for _worker in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worker.run()
    with store.read() as session:
        counts = session.execute(
            select(LoopEvent.submission_id, LoopEvent.kind, func.count())
            .where(LoopEvent.response_id == response)
            .group_by(LoopEvent.submission_id, LoopEvent.kind)
        ).all()
    assert {(case, kind, 1) for case in cases for kind in ("responded", "told")} == {
        tuple(row) for row in counts
    }
    assert sorted(mailbox.to()) == sorted(f"p{n}@mail.example" for n in range(12) if with_mail)


def test_a_worker_that_died_after_sending_tells_once_when_another_goes_on(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    case = send("en", "ana@mail.example")
    office.answer([case])
    with monkeypatch.context() as patch:
        patch.setattr("portal.notify.operations.finish_telling", _die)
        with pytest.raises(Killed):
            worker.run()
    assert told(store, case) == ("answered", None)
    worker.wait(minutes=10)
    worker.run()
    assert told(store, case) == ("told", "en")
    ids = {message["Message-ID"] for message in mailbox.messages}
    assert (len(mailbox.messages), len(ids)) == (2, 1)


class Killed(BaseException):
    """The worker's process is gone, and writes nothing down any more."""


def _die(*_args: object, **_kwargs: object) -> None:
    raise Killed


def question_of(mailbox: Mailbox) -> str:
    """The address that asks whether the answer helps, without its host."""
    text = mailbox.messages[-1].get_body(("plain",))
    assert text is not None
    (link,) = [line for line in text.get_content().splitlines() if line.endswith("/answer")]
    return str(link).removeprefix("http://localhost")


def test_the_mails_link_asks_and_only_a_button_answers(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox, client: FlaskClient
) -> None:
    case = send("es", "ana@mail.example", comment="Frente a mi casa, calle Olmo 7")
    response = office.answer([case])
    office.translate(response)
    office.review(response, "es")
    worker.run()
    link = question_of(mailbox)
    for _scanner in range(2):
        asked = client.get(link)
        assert (asked.status_code, client.head(link).status_code) == (200, 200)
        assert asked.headers["Cache-Control"] == "no-store"
    words = response_page(asked).words()
    assert "Repavimentamos la calle junto a la escuela." in words
    assert "calle Olmo 7" not in words, "a mail may be passed on"
    assert kinds(store, case)[-1] == "told"
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(link, data={"verdict": "yes"}, headers=elsewhere).status_code == 403
    assert client.post(link, data={"verdict": "maybe"}).status_code == 422
    answer = client.post(link, data={"verdict": "partly"})
    assert (answer.status_code, answer.location) == (303, f"{link}#what-is-missing")
    assert kinds(store, case)[-1] == "confirmed"
    assert told(store, case)[0] == "confirmed"
    client.post(link, data={"verdict": "no"})
    assert kinds(store, case)[-2:] == ["confirmed", "disputed"]
    assert client.get(link.replace("/answer", "0/answer")).status_code == 404


def test_the_mails_link_takes_no_verdict_on_an_answer_that_was_not_read(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox, client: FlaskClient
) -> None:
    case = send("en", "ana@mail.example")
    promise = office.answer([case], promise=PLANNED)
    worker.run()
    link = question_of(mailbox)
    old = response_page(client.get(link)).sent_along("/answer")
    done = office.draft(1, promise=Promise(Outcome.DONE, done_on=TODAY), follows_id=promise)
    office.review(done)
    office.publish(done)
    worker.run()
    refused = client.post(link, data={"verdict": "no", **old})
    assert refused.status_code == 409
    page = response_page(refused)
    assert "There is a new answer now. Please read it first." in page.words()
    assert kinds(store, case)[-1] == "retold", "nothing was stored"
    fresh = page.sent_along("/answer")
    assert fresh == response_page(client.get(link)).sent_along("/answer") != old
    assert client.post(link, data={"verdict": "no", **fresh}).status_code == 303
    assert kinds(store, case)[-3:] == ["retold", "confirmed", "disputed"]


def test_the_mails_link_takes_what_is_missing_and_never_shows_it_again(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox, client: FlaskClient
) -> None:
    case = send("en", "ana@mail.example", comment="The hole by the school")
    office.answer([case])
    worker.run()
    link = question_of(mailbox)
    place = link.replace("/answer", "/missing")
    assert client.get(place).location == link, "not asked before a verdict"
    client.post(link, data={"verdict": "no"})
    asked = response_page(client.get(link))
    assert "What is still missing?" in asked.words()
    form = {"token": asked.value("token"), "missing": "Only half of it, call 512-555-0187"}
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(place, data=form, headers=elsewhere).status_code == 403
    assert client.post(place.replace("/mail/", "/mail/0"), data=form).status_code == 404
    assert "A phone number" in response_page(client.post(place, data=form)).words()
    answer = client.post(place, data={**form, "confirmed": "1"})
    assert (answer.status_code, answer.location) == (303, link)
    with store.read() as session:
        (remark,) = session.scalars(select(Remark))
    assert (remark.submission_id, remark.text) == (case, form["missing"])
    words = response_page(client.get(link)).words()
    assert "You said what is missing" in words
    assert "Only half of it" not in words, "a mail may be passed on"
    again = client.post(place, data={**form, "missing": "Something else"})
    assert again.status_code == 409
    assert "Only half of it" not in again.get_data(as_text=True)


def test_the_mails_link_gives_words_back_that_no_verdict_is_open_to_any_more(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox, client: FlaskClient
) -> None:
    office.answer([send("en", "ana@mail.example")])
    worker.run()
    link = question_of(mailbox)
    place = link.replace("/answer", "/missing")
    client.post(link, data={"verdict": "no"})
    form = {"token": response_page(client.get(link)).value("token"), "missing": "Only half of it"}

    def sent(**more: str) -> str:
        refused = client.post(place, data={**form, **more})
        assert refused.status_code == 409
        assert "Only half of it" in response_page(refused).words()
        return response_page(refused).words()

    client.post(link, data={"verdict": "yes"})
    for wrong in ({}, {"token": "too old"}, {"change": "1"}):
        assert "or you have changed what you say" in sent(**wrong)
    client.post(link, data={"verdict": "partly"})
    client.post(place, data={**form, "missing": "The lamp"})
    for wrong in ({}, {"token": "too old"}, {"change": "1"}):
        assert "told us before what is missing" in sent(**wrong)
    with store.read() as session:
        assert [one.text for one in session.scalars(select(Remark))] == ["The lamp"]


def test_before_an_answer_and_after_erasure_the_link_leads_to_the_receipt(
    store: Store, office: Office, worker: Worker, send: Send, mailbox: Mailbox, client: FlaskClient
) -> None:
    office.answer([send("en", "ana@mail.example")])
    worker.run()
    link = question_of(mailbox)
    worker.wait(days=91)
    assert store.write(purge_contacts, now=worker.clock.moment) == 1
    gone = client.get(link)
    assert gone.status_code == 404
    assert "code on your receipt" in response_page(gone).words()
    assert client.post(link, data={"verdict": "yes"}).status_code == 404


def test_an_answer_reaches_cases_of_every_service_that_its_theme_took(
    store: Store, office: Office, worker: Worker, send: Send, city: City
) -> None:
    ours, theirs = send(), send_to(store, city.pools)
    theme = office.group([ours])
    store.write(share_theme, now=NOW, scope=office.staff, theme_id=theme, is_shared=True)
    parks = office.scope("parks", department=city.parks)
    store.write(
        group_cases, Act(parks, NOW, TODAY), case_ids=[theirs], theme_id=theme, name="", lang="en"
    )  # fmt: skip
    response = office.draft(theme)
    office.review(response)
    office.publish(response)
    with store.read() as session:
        assert count_waiting_of(session, [response]) == {response: {"en": 2}}
        version = get_content_version(session)
    worker.run()
    assert told(store, ours) == told(store, theirs) == ("told", "en")
    with store.read() as session:
        assert list_further(session, [response]) == {response: [city.pools]}
        assert get_content_version(session) > version  # its page shows the answer now
        told_there = gather_evidence(session, city.pools, TODAY + timedelta(days=40))["told30"]
        told_here = gather_evidence(session, city.potholes, TODAY + timedelta(days=40))["told30"]
        responses = gather_evidence(session, city.pools, TODAY)["public_responses"]
    assert (told_here["x"], told_here["n"]) == (told_there["x"], told_there["n"]) == (1, 1)
    assert responses == 0  # answering is what the theme's own service did
    assert find_problems(store) == []
