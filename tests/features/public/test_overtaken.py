"""A translation that a correction has overtaken says so wherever the public reads it."""

from __future__ import annotations

import csv
from datetime import date
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models.responses import Response
from portal.store.coverage import list_texts
from portal.store.engine import Store
from tests.features.public.conftest import NOW
from tests.features.public.publishing import correct_text, publish_response
from tests.support.city import City
from tests.support.client import Page, response_page

ENGLISH = ("It is dark by the river.", "We mended 40 lamps.", "")
SPANISH = ("Hay poca luz junto al río.", "Reparamos 40.", "")
SAID = {
    "en": "This answer was corrected. The correction is not translated yet.",
    "es": "Esta respuesta se corrigió. La corrección aún no está traducida.",
}
ATOM, LANG = "{http://www.w3.org/2005/Atom}", "{http://www.w3.org/XML/1998/namespace}lang"
API = "/api/v1/services/street-lights/themes"


@pytest.fixture
def promise(city: City, store: Store, monkeypatch: pytest.MonkeyPatch) -> Response:
    """A promise in two languages."""
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 0)

    def publish(session: Session) -> Response:
        response_id = publish_response(
            session, city.lights, NOW, {"en": ENGLISH, "es": SPANISH},
            outcome="planned", due_on=date(2027, 1, 1),
        )  # fmt: skip
        return session.get_one(Response, response_id)

    return store.write(publish)


def correct_source(session: Session, response_id: int) -> None:
    """As the desk does: the new words at once, the old ones on record."""
    correct_text(session, response_id, "en", ENGLISH, NOW)
    list_texts(session, response_id)["en"].we_did = "We mended 14 lamps."


def read_all(client: FlaskClient, lang: str) -> list[tuple[str, str]]:
    """Every page in a language that links lead to from its home page, and its feed."""
    found, waiting = {}, [f"/{lang}/", f"/{lang}/responses/feed.atom"]
    while waiting:
        path = waiting.pop().partition("#")[0]
        if path in found or not path.startswith(f"/{lang}/"):
            continue
        answer = client.get(path)
        found[path] = answer.text if answer.status_code == 200 else ""
        if answer.status_code == 200 and answer.mimetype == "text/html":
            waiting += response_page(answer).links()
    return list(found.items())


def outdated(client: FlaskClient) -> tuple[list[str], ...]:
    """The languages that the open data name, of responses and of themes, as JSON and as CSV."""
    responses = client.get("/api/v1/responses").get_json()["responses"]
    themes = client.get(API).get_json()["themes"]
    tables = [
        csv.DictReader(client.get(f"{path}.csv").text.splitlines())
        for path in ("/api/v1/responses", API)
    ]
    rows = [[row["language"] for row in one if row["is_outdated"] == "True"] for one in tables]
    return responses[0]["outdated"], rows[0], themes[0]["outdated"], rows[1]


def test_every_page_that_shows_its_words_says_so_in_the_readers_language(
    client: FlaskClient, store: Store, promise: Response
) -> None:
    before = read_all(client, "es")
    assert not [path for path, text in before if SAID["es"] in text], "nothing was corrected yet"
    store.write(correct_source, promise.id)
    pages = read_all(client, "es")
    shown = {path for path, text in pages if SPANISH[0] in text or SPANISH[1] in text}
    assert shown == {path for path, text in pages if SAID["es"] in text}
    assert shown >= {
        "/es/",
        "/es/responses/",
        "/es/promises/",
        "/es/services/street-lights/",
        f"/es/responses/{promise.id}/",
        f"/es/themes/{promise.theme_id}/",
        f"/es/themes/{promise.theme_id}/me-too",
        "/es/responses/feed.atom",
    }
    source = read_all(client, "en")
    assert not [path for path, text in source if SAID["en"] in text], "it says what holds"


def test_cards_say_it_below_what_the_city_did(
    client: FlaskClient, store: Store, promise: Response
) -> None:
    store.write(correct_source, promise.id)
    page: Page = response_page(client.get("/es/responses/"))
    (deed,) = (one for one in page.all("div") if one.get("class") == "deed")
    assert page.words(deed).endswith(f"Reparamos 40.{SAID['es']}")


def test_the_feed_marks_a_title_with_its_own_language(
    client: FlaskClient, promise: Response
) -> None:
    """Read in Arabic, the answer is in English and the service's name is not."""
    assert promise.id
    feed = ElementTree.fromstring(client.get("/ar/responses/feed.atom").data)  # noqa: S314
    (entry,) = feed.iter(f"{ATOM}entry")
    assert entry.get(LANG) == "en"
    title = entry.find(f"{ATOM}title")
    assert title is not None
    assert (title.text, title.get(LANG)) == ("Street lights (ar)", "ar")


def test_the_open_data_name_the_languages(
    client: FlaskClient, store: Store, promise: Response
) -> None:
    assert outdated(client) == ([], [], [], [])
    store.write(correct_source, promise.id)
    assert outdated(client) == (["es"], ["es"], ["es"], ["es"])
