"""The queue of texts: what stands in it, in which order, and going from one text to the next."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.store.engine import Store
from tests.support.answers import Office, send
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk


@pytest.fixture
def two_answers(store: Store, office: Office, desk_city: City) -> tuple[int, int]:
    """Published in English: one for which one person waits in Spanish, one for which three do."""
    few = office.answer([send(store, desk_city.potholes, lang="es")])
    many = office.answer([send(store, desk_city.potholes, lang=one) for one in ("es", "es", "es")])
    return few, many


def listed(page: Page) -> list[str]:
    return [link for link in page.links() if "/texts/" in link or link.endswith("/correct")]


def test_texts_for_which_most_people_wait_stand_first(
    app: Flask, two_answers: tuple[int, int]
) -> None:
    few, many = two_answers
    page = Desk(app).get("translations/?language=es")
    assert listed(page) == [
        f"/en/staff/responses/{many}/texts/es/",
        f"/en/staff/responses/{few}/texts/es/",
    ]
    assert "3 people wait" in page.words()


def test_nothing_is_to_be_translated_before_the_source_is_reviewed(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    draft = office.draft(office.group([send(store, desk_city.potholes, lang="es")]))
    assert listed(Desk(app, "reviewer").get("translations/")) == []
    page = Desk(app, "reviewer").get("translations/")
    assert f"/en/staff/responses/{draft}/" in page.links()
    assert "1 person waits" in page.words()
    assert "Yours: somebody else reviews it" in Desk(app).get("translations/").words()
    office.review(draft)
    assert f"/en/staff/responses/{draft}/texts/es/" in Desk(app).get("translations/").links()


def test_each_text_stands_there_until_it_is_reviewed(
    app: Flask, two_answers: tuple[int, int], office: Office
) -> None:
    few, many = two_answers
    office.translate(many)
    desk = Desk(app, "reviewer")
    assert "To be reviewed" in desk.get("translations/?language=es&need=review").words()
    assert listed(desk.get("translations/?language=es&need=missing")) == [
        f"/en/staff/responses/{few}/texts/es/"
    ]
    office.review(many, "es")
    assert listed(desk.get("translations/?language=es")) == [f"/en/staff/responses/{few}/texts/es/"]


def test_texts_that_nobody_waits_for_are_shown_on_demand(
    app: Flask, two_answers: tuple[int, int]
) -> None:
    desk = Desk(app)
    assert "No text fits" in desk.get("translations/?language=vi").words()
    assert len(listed(desk.get("translations/?language=vi&all=1"))) == 2


def test_each_field_follows_what_it_translates(app: Flask, two_answers: tuple[int, int]) -> None:
    page = Desk(app).get(f"responses/{two_answers[0]}/texts/es/")
    [facing] = [one for one in page.all("section") if one.get("class") == "facing"]
    order = [
        "source" if one.get("class") == "source" else one.get("name")
        for one in facing.iter()
        if one.get("class") == "source" or one.get("name")
    ]
    assert order[:6] == ["source", "you_said", "source", "we_did", "source", "why_not"]


def test_saving_leads_to_the_next_text_and_at_the_end_to_the_queue(
    app: Flask, two_answers: tuple[int, int]
) -> None:
    few, many = two_answers
    desk = Desk(app)
    form = {"you_said": "Vuelven.", "we_did": "Hecho.", "why_not": "", "then": "next"}
    along = desk.get(f"responses/{many}/texts/es/").sent_along("/texts/es/")
    first = desk.client.get("/en/staff/translations/next?language=es").location
    assert first == f"/en/staff/responses/{many}/texts/es/"
    answer = desk.post(f"responses/{many}/texts/es/", **form, **along)
    assert desk.client.get(answer.location).location == f"/en/staff/responses/{few}/texts/es/"
    answer = desk.post(f"responses/{few}/texts/es/", **form, **along)
    assert desk.client.get(answer.location).location == "/en/staff/translations/?language=es"
    reviewer = Desk(app, "reviewer")
    answer = reviewer.post(f"responses/{many}/texts/es/review", version="1", then="next")
    assert reviewer.client.get(answer.location).location.endswith(f"{few}/texts/es/")


def test_a_correction_waits_in_the_queue_for_somebody_else(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    response = office.answer([send(store, desk_city.potholes)])
    form = {"you_said": "x", "we_did": "y", "why_not": "", "version": "2", "reason": "z"}
    Desk(app).post(f"responses/{response}/texts/en/correct", **form)
    path = f"/en/staff/responses/{response}/texts/en/correct"
    assert listed(Desk(app, "reviewer").get("translations/?need=correction")) == [path]


def test_another_department_sees_none_of_it(app: Flask, two_answers: tuple[int, int]) -> None:
    desk = Desk(app, "parks")
    assert listed(desk.get("translations/?all=1")) == []
    assert "Holes" not in desk.get("translations/?all=1&language=es&page=99&service=x").words()


def test_the_preview_shows_what_residents_of_a_language_will_see(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    case = send(store, desk_city.potholes, lang="es", comment="El bache de mi calle")
    draft = office.draft(office.group([case]))
    desk = Desk(app)
    spanish = f"/es/staff/responses/{draft}/preview?desk=en"
    assert spanish.replace("/es/", "/en/") in desk.get(f"responses/{draft}/").links()
    page = response_page(desk.client.get(spanish))
    assert "El bache de mi calle" in page.words()
    assert "We repaved the street" in page.words()  # marked as English: nothing else is there
    office.translate(draft)
    page = response_page(desk.client.get(spanish))
    assert "Repavimentamos la calle" in page.words()
    assert "We repaved the street" not in page.words()
    assert f"/en/staff/responses/{draft}/" in page.links()


def test_the_preview_of_a_text_that_is_out_of_date_promises_nobody_a_mail(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    cases = [send(store, desk_city.potholes, lang=lang) for lang in ("en", "es")]
    response = office.answer(cases)
    office.translate(response)
    office.review(response, "es")
    desk, path = Desk(app), f"responses/{response}/texts/en/correct"
    spanish = f"/es/staff/responses/{response}/preview?desk=en"
    assert response_page(desk.client.get(spanish)).all("iframe")
    form = {"you_said": "Holes.", "we_did": "Nothing.", "why_not": "", "reason": "Wrong."}
    desk.post(path, **form, **desk.get(path).sent_along("/correct"))
    Desk(app, "reviewer").post(f"{path}/review")
    assert not response_page(desk.client.get(spanish)).all("iframe")
    english = response_page(desk.client.get(f"/en/staff/responses/{response}/preview"))
    assert english.all("iframe")


def test_the_next_text_is_one_of_the_queue(app: Flask, two_answers: tuple[int, int]) -> None:
    desk = Desk(app)
    assert listed(desk.get("translations/?language=vi")) == []
    answer = desk.client.get(f"/en/staff/translations/next?language=vi&after={two_answers[0]}")
    assert answer.location == "/en/staff/translations/?language=vi"
