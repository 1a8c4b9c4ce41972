"""The rating form in a frame on another site: who may show it, what it sets, what it answers."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.models.loops import LoopRow
from portal.models.services import ServiceChannel
from portal.settings import Settings, SettingsError
from portal.store.content import raise_content_version
from portal.store.engine import Store
from tests.support.client import PageCheckingClient, response_page
from tests.support.residents import RATE, Resident, mean_to_answer, move_clock, submission_of

FRAME = "/en/embed/services/pothole-repair/rate"
HOST = "https://www.city.example"


def policy(answer: TestResponse) -> dict[str, str]:
    """What the content security policy says, by directive."""
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return {name: rest for name, _, rest in (part.partition(" ") for part in parts)}


def code_in(answer: TestResponse) -> str:
    """The receipt's code on the page in the frame."""
    assert answer.status_code == 200
    match = re.search(r'href="/en/receipts/([0-9A-Z]{25})/"', answer.get_data(as_text=True))
    assert match is not None
    return match[1]


@pytest.fixture
def framing(settings: Settings, store: Store) -> Flask:
    """A portal over https that lets two sites show its frames."""
    origins = (HOST, "https://*.library.example")
    app = create_app(
        replace(settings, embed_origins=origins, base_url="https://portal.example"), store
    )
    app.test_client_class = PageCheckingClient
    return app


def test_no_site_may_frame_anything_unless_the_city_says_so(resident: Resident) -> None:
    for path in (RATE, FRAME, "/en/embed/services/pothole-repair/level"):
        assert policy(resident.client.get(path))["frame-ancestors"] == "'none'"


def test_only_frames_may_be_framed_and_only_where_the_city_says(
    framing: Flask, settings: Settings, city: object
) -> None:
    resident = Resident(framing, settings)
    for path in (FRAME, "/ar/embed/services/pothole-repair/level"):
        answer = resident.client.get(path)
        assert policy(answer)["frame-ancestors"] == f"'self' {HOST} https://*.library.example"
        assert policy(answer)["form-action"] == "'self'"
        assert policy(answer)["script-src"] == "'self'"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    for path in (RATE, "/en/", "/en/services/pothole-repair/embed"):
        answer = resident.client.get(path)
        assert policy(answer)["frame-ancestors"] == "'none'"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "wrong", ["www.city.example", "https://a.example/path", "https://a.example; script-src *", "'"]
)
def test_what_is_no_site_is_no_setting(settings: Settings, wrong: str) -> None:
    with pytest.raises(SettingsError, match="PORTAL_EMBED_ORIGINS"):
        replace(settings, embed_origins=(wrong,))


def test_a_rating_from_a_frame_counts_and_its_receipt_opens_elsewhere(
    resident: Resident, store: Store
) -> None:
    answer = resident.rate(FRAME, q0="2", comment="It is back.", wants_answer="1")
    code = code_in(answer)
    assert "Location" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    page = response_page(answer)
    assert [base.get("target") for base in page.all("base")] == ["_blank"]
    with store.read() as session:
        row = submission_of(session, code)
        assert (row.q0, row.comment, row.channel, row.wants_answer) == (
            2,
            "It is back.",
            "web",
            True,
        )
    assert policy(resident.client.get(f"/en/receipts/{code}/"))["frame-ancestors"] == "'none'"


def test_a_frame_does_not_say_of_a_rating_set_apart_that_it_counts(resident: Resident) -> None:
    token = resident.token(FRAME, wait=1)  # nobody reads and taps so quickly
    for _copy in range(2):  # the second comes late enough, and is the same rating
        page = response_page(resident.post(FRAME, token=token, q0="4"))
        assert "Thank you for your rating" in page.words()
        assert "it is set apart for now" in page.words()
        assert "Your rating counts" not in page.text
        move_clock(resident.settings, seconds=5)
    assert "Thank you. Your rating counts." in response_page(resident.rate(FRAME)).words()


def test_the_same_frame_sent_twice_counts_once(resident: Resident) -> None:
    token = resident.token(FRAME)
    first = code_in(resident.post(FRAME, token=token, q0="3"))
    assert code_in(resident.post(FRAME, token=token, q0="3")) == first
    different = resident.post(FRAME, token=token, q0="1")
    assert different.status_code == 409
    assert response_page(different).value("token") != token


def test_what_is_wrong_is_said_without_links_that_would_leave_the_frame(
    resident: Resident,
) -> None:
    empty = resident.post(FRAME, token=resident.token(FRAME))
    assert empty.status_code == 422
    page = response_page(empty)
    assert "Choose" in page.words() or "choose" in page.words()
    assert not [link for link in page.links() if link.startswith("#")]
    assert page.all("form")[0].get("target") == "_self"


def test_personal_data_are_asked_about_within_the_frame(resident: Resident, store: Store) -> None:
    token = resident.token(FRAME)
    said = {"token": token, "q0": "2", "comment": "Call me at 312-555-0142."}
    asked = resident.post(FRAME, **said)
    assert asked.status_code == 422
    form = response_page(asked).all("form")[-1]
    assert (form.get("action"), form.get("target")) == (FRAME, "_self")
    code = code_in(resident.post(FRAME, **said, confirmed="1"))
    with store.read() as session:
        assert submission_of(session, code).has_personal_data


def test_reading_a_frame_sets_no_cookie_and_sending_one_only_for_that_site(
    framing: Flask, settings: Settings, city: object
) -> None:
    resident = Resident(framing, settings)
    assert "Set-Cookie" not in resident.client.get(FRAME).headers
    [cookie] = resident.rate(FRAME).headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-period=")
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned"} <= set(cookie.split("; "))
    [plain] = Resident(framing, settings).rate(RATE).headers.getlist("Set-Cookie")
    assert "SameSite=Lax" in plain
    assert "Partitioned" not in plain


def test_without_https_a_frame_sets_no_cookie_at_all(resident: Resident) -> None:
    assert "Set-Cookie" not in resident.rate(FRAME).headers


def test_another_site_cannot_send_the_form_itself(resident: Resident) -> None:
    sent = resident.post(
        FRAME, {"Sec-Fetch-Site": "cross-site"}, token=resident.token(FRAME), q0="1"
    )
    assert sent.status_code == 403


def test_a_service_that_takes_no_ratings_says_so_in_the_frame(
    resident: Resident, store: Store
) -> None:
    store.write(_close)
    page = resident.get(FRAME, 404)
    assert [base.get("target") for base in page.all("base")] == ["_blank"]
    assert "does not take ratings" in page.words()


def test_an_error_in_a_frame_leads_to_no_page_that_no_frame_may_show(
    resident: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ("services/no-such-service/rate", "services/no-such-service/level"):
        page = resident.get(f"/en/embed/{address}", 404)
        assert [base.get("target") for base in page.all("base")] == ["_blank"]
        assert page.links()
    monkeypatch.setattr("portal.rate.routes.find_place", lambda *_args, **_words: 1 / 0)
    page = resident.get(FRAME, 500)
    assert [link.get("target") for link in page.all("a")] == ["_blank"]


def _close(session: Session) -> None:
    session.execute(delete(ServiceChannel).where(ServiceChannel.channel == "web"))
    raise_content_version(session)


def test_a_frame_says_by_when_the_city_means_to_answer(resident: Resident, store: Store) -> None:
    def thanks(**values: str) -> str:
        return response_page(resident.rate(FRAME, q0="2", **values)).words()

    assert "We mean to answer" not in thanks(comment="Before there was a target.")
    mean_to_answer(store, 10)
    answer = resident.rate(FRAME, q0="2", comment="It is back.")
    with store.read() as session:
        meant = session.get_one(LoopRow, submission_of(session, code_in(answer)).id).target_on
    assert meant is not None
    said = f"We mean to answer by {meant:%B} {meant.day}, {meant.year}."
    assert said in response_page(answer).words()
    assert "We mean to answer" not in thanks(), "a bare rating is answered by nobody"
    assert "We mean to answer" not in thanks(comment="Well done.", kind="praise")
