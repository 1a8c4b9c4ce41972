"""Receipts: looked up, shown, secret; what a case says at each step."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.domain.loop import Actor, Event, EventKind
from portal.domain.publication import quarter_of
from portal.follow.operations import LOOKUPS_AN_HOUR
from portal.models.loops import LoopRow
from portal.models.responses import ResponseCorrection, ResponseText, Theme
from portal.models.set_apart import SetApart
from portal.models.submissions import Submission
from portal.settings import Settings
from portal.store.engine import Store
from portal.store.joining import join_theme
from portal.store.loops import Links, append_event
from tests.support.city import City
from tests.support.client import response_page
from tests.support.moment import this_day, this_moment
from tests.support.residents import (
    RATE,
    Resident,
    answer_case,
    mean_to_answer,
    move_clock,
    receipt_of,
    submission_of,
)

EN, AR = "We repaved the street.", "أعدنا رصف الشارع."
UNKNOWN = "0" * 25


def _answer(store: Store, city: City, code: str, texts: dict[str, str], **values: Any) -> int:
    with store.read() as session:
        submission_id = submission_of(session, code).id
    now = this_moment()
    person = city.people["staff"]
    return store.write(
        answer_case, submission_id, now, texts, person_id=person, **values
    )  # fmt: skip


def _happen(store: Store, code: str, event: Event, links: Links) -> None:
    with store.read() as session:
        submission_id = submission_of(session, code).id
    store.write(append_event, submission_id, event, at=this_moment(), links=links)


@pytest.mark.parametrize("comment", ["", "The hole comes back."])
def test_the_receipt_has_the_line_that_checks_it(
    resident: Resident, store: Store, city: City, comment: str
) -> None:
    code = resident.send(comment=comment, kind="problem", q0="2")

    def move(session: Session) -> None:  # as a colleague does who hands the case over
        session.execute(update(LoopRow).values(service_id=city.lights))

    store.write(move)
    page = response_page(resident.client.get(f"/en/receipts/{code}/"))
    groups = "-".join(code[at : at + 5] for at in range(0, 25, 5))
    quarter = quarter_of(store_day(store, code)).isoformat()
    line = f"python verify.py --receipt {groups} --service pothole-repair --quarter {quarter}"
    assert f"{line} http://localhost" in page.words()


def store_day(store: Store, code: str) -> date:
    with store.read() as session:
        return submission_of(session, code).received_on


def test_a_new_receipt_can_be_kept(resident: Resident) -> None:
    code = resident.send(comment="The hole comes back.", kind="problem", q0="2")
    answer = resident.client.get(f"/en/receipts/{code}/")
    page = response_page(answer)
    words = page.words()
    assert "Thank you. We have it." in words
    assert "-".join(code[at : at + 5] for at in range(0, 25, 5)) in words
    assert f"http://localhost/en/receipts/{code}/" in page.links()
    assert "<svg" in page.text
    assert "QR code" in page.text
    assert "The hole comes back." in words
    assert "Print or save" in words
    assert "“Bad”" in words
    assert "verdict" not in page.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("lang", ["es", "vi", "zh-Hans", "ar", "ko"])
def test_a_receipt_can_be_read_in_every_language(resident: Resident, lang: str) -> None:
    code = resident.send(comment="The hole comes back.")
    page = resident.get(f"/{lang}/receipts/{code}/")
    quote = page.all("blockquote")[0]
    assert [p.get("lang") for p in quote.iter() if p.get("lang")] == ["en"]


def _meant(store: Store, code: str) -> date:
    with store.read() as session:
        row = session.get_one(LoopRow, submission_of(session, code).id)
        assert row.target_on is not None
        return row.target_on


def test_a_receipt_says_by_when_the_city_means_to_answer_until_it_has(
    resident: Resident, store: Store, city: City, settings: Settings
) -> None:
    mean_to_answer(store, 10)
    code = resident.send(comment="The hole comes back.", kind="problem")
    path = f"/en/receipts/{code}/"
    meant = _meant(store, code)
    said = f"We mean to answer by {meant:%B} {meant.day}, {meant.year}."
    assert said in resident.get(path).words()
    move_clock(settings, days=29)
    assert f"We meant to answer by {meant:%B} {meant.day}" in resident.get(path).words()
    _answer(store, city, code, {"en": EN})
    words = resident.get(path).words()
    assert "We meant to answer" not in words
    assert "We mean to answer" not in words


@pytest.mark.parametrize("values", [{"kind": "praise", "comment": "Thank you."}, {"q0": "5"}])
def test_thanks_and_bare_ratings_are_told_no_day(
    resident: Resident, store: Store, values: dict[str, str]
) -> None:
    mean_to_answer(store, 10)
    assert (
        "We mean to answer" not in resident.get(f"/en/receipts/{resident.send(**values)}/").words()
    )


def test_a_bare_rating_says_that_it_counts(resident: Resident) -> None:
    code = resident.send(q0="5")
    page = resident.get(f"/en/receipts/{code}/")
    assert "counts" in page.words()
    assert "<form" not in page.text
    assert resident.post(f"/en/receipts/{code}/confirm", verdict="yes").status_code == 404
    assert resident.client.get(f"/en/receipts/{code}/rate").status_code == 404


def _decide(
    session: Session, people: list[int], reason: str, *, is_agreed: bool, cause: str = "form"
) -> None:
    """The hour of every rating is looked at by one person, or by two."""
    for row in session.scalars(select(Submission)).all():
        now, hour = row.received_at, row.received_at.replace(minute=0, second=0, microsecond=0)
        session.add(
            SetApart(
                service_id=row.service_id, hour_at=hour, cause=cause, ratings=1, marked=1,
                found_at=now, reason=reason, asked_by=people[0], asked_at=now,
                decided_by=people[1] if is_agreed else None, decided_at=now if is_agreed else None,
            )
        )  # fmt: skip


@pytest.mark.parametrize("comment", ["", "The hole comes back."])
@pytest.mark.parametrize("is_agreed", [False, True])
def test_a_receipt_says_when_it_was_decided_that_a_rating_does_not_count(
    resident: Resident, store: Store, city: City, comment: str, is_agreed: bool
) -> None:
    token = resident.token(RATE, wait=1)
    code = receipt_of(resident.post(RATE, token=token, q0="4", comment=comment))
    page = f"/en/receipts/{code}/"
    waits, decided = "set apart", "A person has looked at it: it does not count."
    assert waits in resident.get(page).words()
    people = [city.people["staff"], city.people["reviewer"]]
    store.write(_decide, people, "alike", is_agreed=is_agreed)
    words = resident.get(page).words()
    assert (decided in words, waits in words) == (is_agreed, not is_agreed)


@pytest.mark.parametrize("comment", ["", "The hole comes back."])
@pytest.mark.parametrize("is_agreed", [False, True])
def test_who_rated_among_many_is_not_told_of_machines(
    resident: Resident, store: Store, city: City, comment: str, is_agreed: bool
) -> None:
    code = resident.send(q0="4", comment=comment)
    page = f"/en/receipts/{code}/"
    why = "Many ratings came in within one hour, more than usual."
    assert why not in resident.get(page).words()
    people = [city.people["staff"], city.people["reviewer"]]
    store.write(_decide, people, "alike", is_agreed=is_agreed, cause="burst")
    store.write(lambda session: session.execute(update(Submission).values(is_quarantined=True)))
    words = resident.get(page).words()
    assert why in words
    assert "machines" not in words
    assert ("these ratings do not count" in words) == is_agreed
    assert ("There is nothing you need to do." in words) == (not is_agreed)
    assert ("For your message this changes nothing." in words) == bool(comment)


@pytest.mark.parametrize(
    "spell",
    [
        lambda code: code,
        lambda code: code.lower(),
        lambda code: "-".join(code[at : at + 5] for at in range(0, 25, 5)),
        lambda code: f"  {code[:7]} {code[7:]} ",
        lambda code: code.replace("0", "O").replace("1", "l"),
        lambda code: "".join(chr(ord(sign) + 0xFEE0) for sign in code),  # a Chinese keyboard
        lambda code: code.translate({ord(str(n)): chr(0x660 + n) for n in range(10)}),  # Arabic
        lambda code: f"\u2066{code}\u2069",
        lambda code: f"https://city.example/ar/receipts/{code}/",
    ],
)
def test_a_code_may_be_typed_in_many_ways(resident: Resident, spell: object) -> None:
    code = resident.send(wants_answer="1")
    assert callable(spell)
    answer = resident.post("/en/receipts/", code=spell(code))
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/en/receipts/{code}/")


def test_an_address_with_a_code_in_groups_leads_to_the_right_one(resident: Resident) -> None:
    code = resident.send(wants_answer="1")
    grouped = "-".join(code[at : at + 5] for at in range(0, 25, 5)).lower()
    answer = resident.client.get(f"/en/receipts/{grouped}/")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/en/receipts/{code}/")


def test_every_unknown_code_gets_the_same_answer(resident: Resident) -> None:
    near = resident.send(wants_answer="1")
    near = near[:-1] + ("0" if near[-1] != "0" else "1")
    pages = []
    for code in (UNKNOWN, near, "x", "", "a\x00b", "９" * 25, UNKNOWN + "0"):
        answer = resident.post("/en/receipts/", code=code)
        assert answer.status_code == 422
        page = response_page(answer)
        assert "#code" in page.links()
        pages.append(page.words())
    assert len(set(pages)) == 1


def test_an_unknown_address_helps(resident: Resident) -> None:
    for code in (UNKNOWN, "nonsense", "%F0%9F%8C%B3"):
        page = resident.get(f"/en/receipts/{code}/", 404)
        assert "cannot find this receipt" in page.words()
        assert page.by_id("code").get("name") == "code"
    assert resident.client.get(f"/en/receipts/{UNKNOWN}/rate").status_code == 404


def test_looking_up_is_limited(app: Flask, settings: Settings, city: City) -> None:
    del city
    resident = Resident(app, settings, is_checked=False)
    code = resident.send(wants_answer="1")
    statuses = [
        resident.post("/en/receipts/", code=UNKNOWN).status_code for _ in range(LOOKUPS_AN_HOUR + 1)
    ]
    assert statuses.count(422) == LOOKUPS_AN_HOUR
    assert statuses[-1] == 429
    assert resident.post("/en/receipts/", code=code).status_code == 429
    resident.get(f"/en/receipts/{code}/")  # who has the link is not concerned
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert resident.post("/en/receipts/", headers, code=code).status_code == 403


def test_the_answer_stands_on_the_receipt_in_the_reader_language(
    resident: Resident, store: Store, city: City
) -> None:
    code = resident.send(RATE.replace("/en/", "/ar/"), comment="الحفرة تعود.")
    _answer(store, city, code, {"en": EN, "ar": AR})
    assert AR in resident.get(f"/ar/receipts/{code}/").words()
    page = resident.get(f"/en/receipts/{code}/")
    assert EN in page.words()
    assert AR not in page.words()


def test_an_answer_in_another_language_is_marked_and_no_verdict_is_asked(
    resident: Resident, store: Store, city: City
) -> None:
    code = resident.send(RATE.replace("/en/", "/ar/"), comment="الحفرة تعود.")
    response = _answer(store, city, code, {"en": EN}, told=False)
    page = resident.get(f"/ar/receipts/{code}/")
    assert EN in page.words()
    assert [p.get("lang") for p in page.all("p") if EN in "".join(p.itertext())] == ["en"]
    assert "verdict" not in page.text
    assert resident.post(f"/ar/receipts/{code}/confirm", verdict="yes").status_code == 409
    with store.sessions() as session, session.begin():
        session.connection(execution_options={"portal_writes": True})
        session.execute(
            insert(ResponseText).values(
                response_id=response, lang="ar", you_said="…", we_did=AR, status="draft",
                updated_at=this_moment(),
            )
        )  # fmt: skip
    assert AR not in resident.get(f"/ar/receipts/{code}/").text  # a draft reaches nobody


def test_what_is_still_to_come_has_a_day(resident: Resident, store: Store, city: City) -> None:
    code = resident.send(comment="When?")
    due = (this_moment() + timedelta(days=90)).date()
    assert (
        "If it is later, it counts against the service"
        in resident.get(f"/en/receipts/{code}/").words()
    )
    move_clock(resident.settings, days=31)
    page = resident.get(f"/en/receipts/{code}/")
    assert "That it is late counts against the service" in page.words()
    assert "Thank you. We have it." not in page.words()
    _answer(store, city, code, {"en": EN}, outcome="planned", due_on=due)
    assert "Planned, by" in resident.get(f"/en/receipts/{code}/").words()


def test_praise_is_answered_without_a_deadline(resident: Resident) -> None:
    code = resident.send(comment="Thank you!", kind="praise")
    assert "counts against" not in resident.get(f"/en/receipts/{code}/").words()


def test_every_event_has_words(resident: Resident, store: Store, city: City) -> None:
    code = resident.send(comment="Everything happens.")
    today, staff = this_day(), Links(person_id=city.people["staff"])
    for kind in (EventKind.THEMED, EventKind.THEMED, EventKind.TRANSFERRED, EventKind.REDACTED):
        _happen(store, code, Event(kind=kind, on=today, actor=Actor.STAFF), staff)
    excluded = Event(kind=EventKind.EXCLUDED, on=today, actor=Actor.STAFF, reason="duplicate")
    _happen(store, code, excluded, staff)
    words = resident.get(f"/en/receipts/{code}/").words()
    for expected in ("Read", "Passed on", "taken out of your words", "Set aside", "sent it before"):
        assert expected in words
    assert "By " not in words
    assert words.count("put it together with messages") == 1
    restored = Event(kind=EventKind.RESTORED, on=today, actor=Actor.STAFF)
    _happen(store, code, restored, staff)
    assert "Taken up again" in resident.get(f"/en/receipts/{code}/").words()
    invited = Event(kind=EventKind.INVITED, on=today, actor=Actor.SYSTEM)
    _happen(store, code, invited, Links())
    withdrawn = Event(kind=EventKind.WITHDRAWN, on=today, actor=Actor.RESIDENT)
    _happen(store, code, withdrawn, Links())
    words = resident.get(f"/en/receipts/{code}/").words()
    assert "You withdrew your message" in words
    assert "You decide" not in words


def test_me_too_says_of_nobody_that_they_have_read_it(
    resident: Resident, store: Store, city: City
) -> None:
    answered = resident.send(comment="It is dark.")
    _answer(store, city, answered, {"en": EN})
    code = resident.send(comment="Mine too.")
    with store.read() as session:
        theme_id = session.scalars(select(Theme.id)).one()
        submission_id = submission_of(session, code).id
    store.write(join_theme, theme_id, submission_id, now=this_moment(), on=this_day())
    words = resident.get(f"/en/receipts/{code}/").words()
    assert "put it together with messages" not in words
    themed = Event(kind=EventKind.THEMED, on=this_day(), actor=Actor.STAFF)
    _happen(store, code, themed, Links(person_id=city.people["staff"]))
    words = resident.get(f"/en/receipts/{code}/").words()
    assert words.count("put it together with messages") == 1


def test_nobody_is_promised_a_new_answer_once_their_message_is_set_aside(
    resident: Resident, store: Store, city: City
) -> None:
    code = resident.send(comment="When?")
    _answer(store, city, code, {"en": EN}, outcome="planned", due_on=this_day())
    resident.post(f"/en/receipts/{code}/confirm", verdict="no")
    assert "You will get a new answer here" in resident.get(f"/en/receipts/{code}/").words()
    staff = Links(person_id=city.people["staff"])
    excluded = Event(kind=EventKind.EXCLUDED, on=this_day(), actor=Actor.STAFF, reason="spam")
    _happen(store, code, excluded, staff)
    words = resident.get(f"/en/receipts/{code}/").words()
    assert "Your message was set aside, so you will get no new answer." in words
    for gone in ("You will get a new answer here", "A new answer", "By then it is to be done"):
        assert gone not in words
    _happen(store, code, Event(kind=EventKind.RESTORED, on=this_day(), actor=Actor.STAFF), staff)
    assert "You will get a new answer here" in resident.get(f"/en/receipts/{code}/").words()


def test_a_correction_shows_with_its_reason(resident: Resident, store: Store, city: City) -> None:
    code = resident.send(comment="How many?")
    response = _answer(store, city, code, {"en": EN, "es": "Repavimos."})
    with store.sessions() as session, session.begin():
        session.connection(execution_options={"portal_writes": True})
        session.execute(
            insert(ResponseCorrection).values(
                response_id=response, lang="en", you_said="", we_did="Old.", why_not="",
                reason="It was two streets.", corrected_at=this_moment(),
            )
        )  # fmt: skip
        text = session.scalars(
            select(ResponseText).where(
                ResponseText.response_id == response, ResponseText.lang == "en"
            )
        ).one()
        text.we_did = "We repaved two streets."
    words = resident.get(f"/en/receipts/{code}/").words()
    assert "It was two streets." in words
    assert "We repaved two streets." in words
    spanish = resident.get(f"/es/receipts/{code}/").text
    assert "Repavimos." in spanish
