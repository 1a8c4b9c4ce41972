"""What an answer refers to: typed, translated, corrected, and read by everybody."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.models.responses import ResponseCorrection, ResponseText
from portal.store.engine import Store
from tests.support.answers import SOURCE, SPANISH, Office, send
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk, words_of

LINK = "https://data.example.org/streets.csv What was repaved"
PICTURE = "https://data.example.org/street.jpg The street, black and smooth"
REFERRING = replace(SOURCE, links=LINK, pictures=PICTURE, partners="Parents' council")
FORM: dict[str, Any] = {
    "you_said": "The holes come back.", "we_did": "We repaved the street.", "why_not": "",
    "outcome": "answered", "due_on": "", "done_on": "",
}  # fmt: skip


@pytest.fixture
def theme(store: Store, office: Office, desk_city: City) -> int:
    return office.group([send(store, desk_city.potholes)])


@pytest.fixture
def answer(office: Office, theme: int) -> int:
    """A published answer with references, in English."""
    response_id = office.draft(theme, wording=REFERRING)
    office.review(response_id)
    office.publish(response_id)
    return response_id


def open_page(client: FlaskClient, path: str) -> Page:
    answer = client.get(path)
    assert answer.status_code == 200
    return response_page(answer)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("links", "http://example.org/a Report", "Line 1: begin with an address"),
        ("links", f"{LINK}\nhttps://example.org/a", "Line 2: begin with an address"),
        ("pictures", "https://example.org/a.png", "for those who cannot see it"),
        ("partners", "a" * 301, "Line 1 is too long"),
        ("links", "\n".join([LINK] * 11), "at most 10 lines"),
    ],
)
def test_a_wrong_line_is_named_beside_its_field_and_stays(
    app: Flask, theme: int, field: str, typed: str, said: str
) -> None:
    answer = Desk(app).post(f"themes/{theme}/answer", 422, **{**FORM, field: typed})
    page = response_page(answer)
    assert said in page.words()
    assert f"#{field}" in page.links()
    assert typed.splitlines()[-1] in page.words()


def test_a_typed_draft_shows_them_to_its_reviewer_as_residents_will_see_them(
    app: Flask, store: Store, theme: int
) -> None:
    typed = {"links": f" {LINK} \n", "pictures": PICTURE, "partners": "Parents' council\x0bSchool"}
    Desk(app).post(f"themes/{theme}/answer", **{**FORM, "we_did": "We\x0bdid\x07 it."}, **typed)
    with store.read() as session:
        text = session.scalars(select(ResponseText)).one()
    assert text.we_did == "We\ndid it.", "copied out of Word"
    assert (text.links, text.partners) == (LINK, "Parents' council\nSchool")
    page = Desk(app, "reviewer").get(f"responses/{text.response_id}/preview?lang=en")
    assert page.links().count("https://data.example.org/streets.csv") == 2  # receipt and public
    assert "The street, black and smooth" in page.words()


def test_a_changed_link_needs_a_new_review(app: Flask, office: Office, theme: int) -> None:
    draft = office.draft(theme, wording=REFERRING)
    office.review(draft)
    staff = Desk(app)
    page = staff.get(f"responses/{draft}/")
    form = {**FORM, "we_did": SOURCE.we_did, "links": LINK + " in 2026", "pictures": PICTURE,
            "partners": "Parents' council"}  # fmt: skip
    staff.post(f"responses/{draft}/", **form, version=page.value("version"))
    assert "has to be reviewed by a second person first" in staff.get(f"responses/{draft}/").words()


def test_everybody_reads_them_and_pages_load_nothing_from_there(
    client: FlaskClient, answer: int
) -> None:
    page = open_page(client, f"/en/responses/{answer}/")
    assert {"https://data.example.org/streets.csv", "https://data.example.org/street.jpg"} <= set(
        page.links()
    )
    words = page.words()
    assert "What was repaved data.example.org" in words
    assert "The street, black and smooth Picture: data.example.org" in words
    assert "Done together with" in words
    assert "Parents' council" in words
    assert b"<img" not in client.get(f"/en/responses/{answer}/").data


def test_open_data_and_the_feed_have_them(client: FlaskClient, answer: int) -> None:
    (known,) = json.loads(client.get("/api/v1/responses").text)["responses"]
    text = known["texts"]["en"]
    assert text["links"] == [
        {"address": "https://data.example.org/streets.csv", "text": "What was repaved"}
    ]
    assert text["pictures"][0]["text"] == "The street, black and smooth"
    assert text["partners"] == ["Parents' council"]
    assert f"{LINK},{PICTURE}" not in client.get("/api/v1/responses.csv").text  # it has a comma
    assert f'{LINK},"{PICTURE}",' in client.get("/api/v1/responses.csv").text
    feed = client.get("/en/responses/feed.atom").text
    assert 'rel="related" href="https://data.example.org/streets.csv"' in feed
    assert known["id"] == answer


def test_a_translation_begins_with_the_addresses_and_is_whole_with_as_many(
    app: Flask, office: Office, answer: int
) -> None:
    reviewer, staff = Desk(app, "reviewer"), Desk(app)
    form = reviewer.get(f"responses/{answer}/texts/es/")
    assert "https://data.example.org/streets.csv What was repaved" in form.words()
    spanish = {"you_said": SPANISH.you_said, "we_did": SPANISH.we_did, "why_not": ""}
    reviewer.post(f"responses/{answer}/texts/es/", **spanish, **form.sent_along("/texts/es/"))
    refused = staff.post(f"responses/{answer}/texts/es/review", 422, version="1")
    assert "Some part of the source has no text in this language" in words_of(refused)
    whole = {
        **spanish, "links": "https://data.example.org/streets.csv Lo que se repavimentó",
        "pictures": PICTURE, "partners": "Consejo de padres",
    }  # fmt: skip
    form = reviewer.get(f"responses/{answer}/texts/es/")
    reviewer.post(f"responses/{answer}/texts/es/", **whole, **form.sent_along("/texts/es/"))
    staff.post(f"responses/{answer}/texts/es/review", version="2")


def test_a_correction_keeps_what_stood_there_before(
    app: Flask, client: FlaskClient, store: Store, answer: int
) -> None:
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    better = {"you_said": SOURCE.you_said, "we_did": SOURCE.we_did, "why_not": "", "pictures": "",
              "links": "https://data.example.org/all.csv All streets", "partners": "",
              "reason": "The file had moved."}  # fmt: skip
    staff.post(f"responses/{answer}/texts/en/correct", version="2", **better)
    assert "streets.csv" in " ".join(open_page(client, f"/es/responses/{answer}/").links())
    reviewer.post(f"responses/{answer}/texts/en/correct/review")
    with store.read() as session:
        kept = session.scalars(select(ResponseCorrection)).one()
        text = session.scalars(select(ResponseText)).one()
    assert (kept.links, kept.pictures, kept.partners) == (LINK, PICTURE, "Parents' council")
    assert (text.links, text.pictures) == ("https://data.example.org/all.csv All streets", "")
    links = set(open_page(client, f"/en/responses/{answer}/").links())
    assert {"https://data.example.org/all.csv", "https://data.example.org/streets.csv"} <= links
    (known,) = json.loads(client.get("/api/v1/responses").text)["responses"]
    assert known["corrections"][0]["before"]["partners"] == ["Parents' council"]
