"""Finding a service: without JavaScript, accents aside, in any language."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.models.services import ServiceText
from portal.store.engine import Store
from tests.support.city import City
from tests.support.client import Page, response_page

_SERVICE = re.compile(r"/[A-Za-z-]+/services/[a-z-]+/")
NAMES = {
    "es": "Reparación de baches",
    "vi": "Sửa ổ gà trên đường",
    "zh-Hans": "修补坑洞",
    "ar": "إصلاح الحُفَر في شوارع المدينة",
    "ko": "도로 파임 보수",
}


@pytest.fixture(autouse=True)
def names(store: Store, city: City) -> None:
    def rename(session: Session) -> None:
        for lang, name in NAMES.items():
            session.execute(
                update(ServiceText)
                .where(ServiceText.service_id == city.potholes, ServiceText.lang == lang)
                .values(name=name)
            )

    store.write(rename)


def find(client: FlaskClient, words: str, lang: str = "en") -> Page:
    return response_page(client.get(f"/{lang}/services/", query_string={"q": words}))


def found(page: Page) -> list[str]:
    """Addresses of the services found, in order."""
    return [link for link in page.links() if _SERVICE.fullmatch(link)]


@pytest.mark.parametrize(
    ("words", "lang"),
    [
        ("pothole", "en"),
        ("POTHOLE  repair", "en"),
        ("repair all about", "en"),  # words of name and summary together
        ("reparacion", "es"),
        ("baches", "en"),  # a name in another language
        ("sua o ga", "vi"),
        ("SỬA đường", "vi"),
        ("duong", "vi"),
        ("坑洞", "zh-Hans"),
        ("اصلاح الحفر", "ar"),
        ("파임", "ko"),
        # As everything else is found: without the ending of a plural, in other letters.
        ("potholes", "en"),
        ("修補", "zh-Hans"),
        ("حفرة", "ar"),
        ("الشوارع", "ar"),
        ("thole", "en"),  # and any piece of a word
    ],
)
def test_a_service_is_found(client: FlaskClient, words: str, lang: str) -> None:
    assert found(find(client, words, lang)) == [f"/{lang}/services/pothole-repair/"]


def test_traditional_characters_find_simplified_ones(
    client: FlaskClient, store: Store, city: City
) -> None:
    def rename(session: Session) -> None:
        session.execute(
            update(ServiceText)
            .where(ServiceText.service_id == city.lights, ServiceText.lang == "zh-Hans")
            .values(name="路灯维修")
        )

    store.write(rename)
    assert found(find(client, "路燈", "zh-Hans")) == ["/zh-Hans/services/street-lights/"]


def test_a_department_finds_its_services_and_names_come_first(client: FlaskClient) -> None:
    assert found(find(client, "public works")) == [
        "/en/services/pothole-repair/",
        "/en/services/street-lights/",
    ]


def test_nothing_found_helps_on(client: FlaskClient) -> None:
    page = find(client, "<b>zebra</b>")
    assert "Nothing found for “<b>zebra</b>”" in page.words()
    assert "Try one word instead of several" in page.words()
    assert len(found(page)) == 3  # all services stand below
    assert page.value("q") == "<b>zebra</b>"


def test_an_accent_alone_finds_nothing(client: FlaskClient) -> None:
    assert "Nothing found" in find(client, "\u0301").words()


@pytest.mark.parametrize("words", ["", "   ", "x" * 5000, "%", "\ud800"])
def test_odd_words_do_no_harm(client: FlaskClient, words: str) -> None:
    query = words.encode("utf-8", "surrogatepass")
    response = client.get("/en/services/", query_string={"q": query})
    assert response.status_code == 200


def test_a_service_without_any_text_is_called_by_its_short_name(
    client: FlaskClient, store: Store, city: City
) -> None:
    def forget(session: Session) -> None:
        session.execute(ServiceText.__table__.delete())  # type: ignore[attr-defined]

    store.write(forget)
    assert "swimming-pools" in response_page(client.get("/en/services/")).words()
    assert client.get("/en/services/swimming-pools/").status_code == 200
