"""Two members of staff at one case or answer: nobody overwrites, or agrees to, the unread."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.models.desk import CaseAssignment
from portal.models.loops import ExclusionRequest
from portal.models.responses import PendingCorrection, Response
from portal.store.engine import Store
from tests.support.answers import NOW, SPANISH, Office, send
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk, words_of

TYPED = {"you_said": "Holes.", "we_did": "We did it all.", "why_not": ""}
CHANGES = {
    "saved": {}, "wrong": {"you_said": "", "done_on": "soon"}, "phrase": {"insert": "1"},
    "wrong line": {"links": "see our page"},
    "phrase and wrong line": {"insert": "1", "partners": "x" * 301},
}  # fmt: skip


def test_a_case_that_somebody_took_meanwhile_is_not_taken_from_them(
    app: Flask, store: Store, desk_city: City
) -> None:
    case = send(store, desk_city.potholes)
    desk, other = Desk(app), Desk(app, "reviewer")
    mine, theirs = (str(desk_city.people[who]) for who in ("staff", "reviewer"))
    form, path = f"/cases/{case}/assign", f"cases/{case}/assign"
    along = desk.get(f"cases/{case}/").sent_along(form)
    other.post(path, person=theirs, **other.get(f"cases/{case}/").sent_along(form))
    page = response_page(desk.post(path, 409, person=mine, **along))
    assert "Somebody else has assigned this case meanwhile" in page.words()
    with store.read() as session:
        assert session.scalars(select(CaseAssignment.person_id)).all() == [int(theirs)]
    desk.post(path, person=mine, **page.sent_along(form))
    with store.read() as session:
        assert session.scalars(select(CaseAssignment.person_id)).all() == [int(mine)]


def test_nobody_agrees_to_another_request_than_the_one_they_read(
    app: Flask, store: Store, desk_city: City
) -> None:
    case = send(store, desk_city.potholes, q0=1, comment="Zanzibar")
    desk, other = Desk(app), Desk(app, "reviewer")
    desk.post(f"cases/{case}/set-aside", reason="spam")
    read = other.get(f"cases/{case}/").sent_along("/set-aside/agree")
    desk.post(f"cases/{case}/set-aside/refuse", **desk.get(f"cases/{case}/").sent_along("/refuse"))
    desk.post(f"cases/{case}/set-aside", reason="abuse")
    other.post(f"cases/{case}/set-aside/agree", 409, **read)
    with store.read() as session:
        assert session.get_one(ExclusionRequest, case).reason == "abuse"
    read = other.get(f"cases/{case}/").sent_along("/set-aside/refuse")
    other.post(f"cases/{case}/set-aside/refuse", **read)
    desk.post(f"cases/{case}/redact", what="all", reason="own_data", sure="1")
    read = other.get(f"cases/{case}/").sent_along("/redact/agree")
    desk.post(f"cases/{case}/redact/refuse")
    desk.post(f"cases/{case}/redact", what="all", reason="own_data", sure="1")
    other.post(f"cases/{case}/redact/agree", 409, **read)


def test_a_correction_is_agreed_to_by_who_has_read_it(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    response = office.answer([send(store, desk_city.potholes)])
    path = f"responses/{response}/texts/en/correct"
    desk, other = Desk(app), Desk(app, "reviewer")

    def propose(words: str) -> None:
        form = desk.get(path).sent_along("/correct")
        desk.post(path, you_said="Holes.", we_did=words, reason="A slip.", **form)

    propose("We mended ten.")
    read = other.get(path).sent_along("/correct/review")
    desk.post(f"{path}/drop", **desk.get(path).sent_along("/correct/drop"))
    propose("We mended a hundred.")
    other.post(f"{path}/review", 409, **read)
    other.post(f"{path}/drop", 409, **read)
    with store.read() as session:
        assert session.get(PendingCorrection, (response, "en")) is not None
    other.post(f"{path}/review", **other.get(path).sent_along("/correct/review"))


def test_a_time_that_somebody_has_chosen_meanwhile_stays(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    draft = office.draft(office.group([send(store, desk_city.potholes)]))
    office.review(draft)
    first, other = (
        (NOW + timedelta(days=days)).strftime("%Y-%m-%dT09:00") for days in (9999, 9998)
    )
    form = {"version": "2", "when": "later"}
    Desk(app, "reviewer").post(f"responses/{draft}/publish", publish_at=first, **form)
    Desk(app).post(f"responses/{draft}/publish", publish_at=first, **form)
    Desk(app).post(f"responses/{draft}/publish", 409, publish_at=other, **form)
    with store.read() as session:
        at = session.get_one(Response, draft).publish_at
    assert at is not None
    assert f"{at:%Y-%m-%d}" == first[:10]


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_what_was_typed_into_an_answer_that_was_published_meanwhile_stands_there(
    app: Flask, store: Store, office: Office, desk_city: City, changes: dict[str, str]
) -> None:
    draft = office.draft(office.group([send(store, desk_city.potholes)]))
    office.review(draft)
    desk, path = Desk(app), f"responses/{draft}/"
    phrase = {"kind": "opening", "title": "Thanks", "text": "Thank you.", "language": "en"}
    desk.post("phrases/", **phrase, department=desk_city.works)
    promise = {"outcome": "planned", "due_on": "2040-05-01"}
    form = {**TYPED, **promise, **desk.get(path).sent_along(path)}
    office.publish(draft)
    page = response_page(desk.post(path, 409, **{**form, **changes}))
    assert "published while you were writing" in page.words()
    assert "We repaved the street by the school." in page.words()
    assert "We did it all." in page.words()
    assert changes.get("links", "") in page.words()
    assert "Planneddone by May 1, 2040" in page.words()
    assert ("done on soon" in page.words()) == ("done_on" in changes)
    assert f"/en/staff/{path}texts/en/correct" in page.links()


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_what_was_typed_into_a_text_that_was_published_meanwhile_stands_there(
    app: Flask, store: Store, office: Office, desk_city: City, changes: dict[str, str]
) -> None:
    response = office.answer([send(store, desk_city.potholes, lang="es")])
    office.translate(response)
    desk, path = Desk(app), f"responses/{response}/texts/es/"
    phrase = {"kind": "opening", "title": "Gracias", "text": "Gracias.", "language": "es"}
    desk.post("phrases/", **phrase, department=desk_city.works)
    form = {**TYPED, **desk.get(path).sent_along("/texts/es/")}
    office.review(response, "es")
    words = words_of(desk.post(path, 409, **{**form, **changes}))
    assert "correct the published one" in words
    assert words.count(SPANISH.we_did) == 1
    assert "We did it all." in words
    assert changes.get("links", "") in words
    correction = f"{path}correct"
    form = {**TYPED, "reason": "A slip.", **desk.get(correction).sent_along("/correct")}
    Desk(app, "reviewer").post(correction, **form)
    words = words_of(desk.post(correction, 409, **{**form, "reason": "It was less.", **changes}))
    assert "We did it all." in words
    assert "It was less." in words
    assert changes.get("links", "") in words
