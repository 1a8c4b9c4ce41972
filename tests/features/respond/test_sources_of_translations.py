"""A translation says what the source said that its writer read, whatever the source says since."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from portal.models.responses import ResponseText
from portal.store.coverage import is_stale
from portal.store.engine import Store
from tests.support.answers import SPANISH, Office, send
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk

ENGLISH = {"you_said": "The holes come back.", "we_did": "Nothing was done.", "why_not": ""}
TYPED = {"you_said": "¡Los baches vuelven!", "we_did": SPANISH.we_did, "why_not": ""}
CHANGED_MEANWHILE = "The source has changed while you were writing"
CHANGED_SINCE = "The source has changed since this correction was written"


@pytest.fixture
def draft(store: Store, office: Office, desk_city: City) -> int:
    """Reviewed in English, while somebody waits in Spanish."""
    cases = [send(store, desk_city.potholes, lang=lang) for lang in ("en", "es")]
    response_id = office.draft(office.group(cases))
    office.review(response_id)
    return response_id


@pytest.fixture
def published(office: Office, draft: int) -> int:
    """Published in English and in Spanish."""
    office.translate(draft)
    office.review(draft, "es")
    office.publish(draft)
    return draft


def stale(store: Store) -> bool:
    with store.read() as session:
        texts = {text.lang: text for text in session.scalars(select(ResponseText))}
    return is_stale(texts["es"], texts["en"])


def rewrite_source(desk: Desk, draft: int) -> None:
    along = desk.get(f"responses/{draft}/").sent_along(f"responses/{draft}/")
    form = {**ENGLISH, "outcome": "answered", "due_on": "", "done_on": ""}
    desk.post(f"responses/{draft}/", **form, **along)


def correct_source(app: Flask, published: int, we_did: str = ENGLISH["we_did"]) -> None:
    staff, path = Desk(app), f"responses/{published}/texts/en/correct"
    along = staff.get(path).sent_along("/en/correct")
    staff.post(path, **{**ENGLISH, "we_did": we_did}, reason="Wrong.", **along)
    review(Desk(app, "reviewer"), path)


def review(desk: Desk, path: str) -> Page:
    """Returns the page that was read before."""
    page = desk.get(path)
    desk.post(f"{path}/review", **page.sent_along("/correct/review"))
    return page


def test_a_translation_of_a_source_that_changed_meanwhile_is_out_of_date(
    app: Flask, store: Store, draft: int
) -> None:
    staff, path = Desk(app), f"responses/{draft}/texts/es/"
    along = staff.get(path).sent_along("/texts/es/")
    rewrite_source(Desk(app, "reviewer"), draft)
    staff.post(path, **TYPED, **along)
    assert stale(store)
    page = staff.get(path)
    assert "The source has changed since this text was made" in page.words()
    staff.post(path, **TYPED, **page.sent_along("/texts/es/"))
    assert not stale(store)


def test_whoever_is_shown_the_new_source_before_saving_goes_on_from_it(
    app: Flask, store: Store, draft: int
) -> None:
    staff, path = Desk(app), f"responses/{draft}/texts/es/"
    along = staff.get(path).sent_along("/texts/es/")
    rewrite_source(Desk(app, "reviewer"), draft)
    page = response_page(staff.post(path, 422, **{**TYPED, "you_said": ""}, **along))
    assert CHANGED_MEANWHILE in page.words()
    assert "Nothing was done." in page.words()
    page = response_page(
        staff.post(path, 422, **{**TYPED, "you_said": ""}, **page.sent_along("/texts/es/"))
    )
    assert CHANGED_MEANWHILE not in page.words()
    staff.post(path, **TYPED, **page.sent_along("/texts/es/"))
    assert not stale(store)


def test_a_page_that_names_no_source_makes_no_text_up_to_date(
    app: Flask, store: Store, draft: int
) -> None:
    path = f"responses/{draft}/texts/es/"
    Desk(app).post(path, **TYPED, version="0", source_hash="x" * 1000)
    assert stale(store)
    assert "The source has changed since" in Desk(app).get(path).words()


def test_a_spelling_correction_does_not_bring_a_translation_up_to_date(
    app: Flask, store: Store, published: int
) -> None:
    staff, path = Desk(app), f"responses/{published}/texts/es/correct"
    staff.post(path, **TYPED, reason="Spelling.", **staff.get(path).sent_along("/es/correct"))
    assert CHANGED_SINCE not in staff.get(path).words()
    correct_source(app, published)
    assert stale(store)
    page = review(Desk(app, "reviewer"), path)
    assert CHANGED_SINCE in page.words()
    assert "Nothing was done." in page.words()
    assert stale(store)
    assert "The source has changed since this text was made" in staff.get(path).words()
    staff.post(path, **TYPED, reason="It fits.", **staff.get(path).sent_along("/es/correct"))
    assert CHANGED_SINCE not in review(Desk(app, "reviewer"), path).words()
    assert not stale(store)


def test_a_correction_of_a_source_that_changed_meanwhile_leaves_the_text_out_of_date(
    app: Flask, store: Store, published: int
) -> None:
    staff, path = Desk(app), f"responses/{published}/texts/es/correct"
    along = staff.get(path).sent_along("/es/correct")
    correct_source(app, published)
    page = response_page(staff.post(path, 422, **TYPED, reason="", **along))
    assert CHANGED_MEANWHILE in page.words()
    staff.post(path, **TYPED, reason="Spelling.", **along)
    assert CHANGED_SINCE in review(Desk(app, "reviewer"), path).words()
    assert stale(store)


def test_a_source_corrected_back_is_what_the_translation_says(
    app: Flask, store: Store, published: int
) -> None:
    staff, path = Desk(app), f"responses/{published}/texts/es/correct"
    staff.post(path, **TYPED, reason="Spelling.", **staff.get(path).sent_along("/es/correct"))
    correct_source(app, published)
    correct_source(app, published, "We repaved the street by the school.")
    review(Desk(app, "reviewer"), path)
    assert not stale(store)
