"""Two members of staff at one case or answer: nobody overwrites, or agrees to, the unread."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from portal.models.desk import CaseAssignment
from portal.models.loops import ExclusionRequest
from portal.models.responses import PendingCorrection, Response
from portal.store.engine import Store
from tests.support.answers import NOW, Office, send
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk


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
