"""The level in a frame, and the lines for other sites."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from portal.app import create_app
from portal.models.services import ServiceText
from portal.settings import Settings
from portal.store.engine import Store
from tests.features.public.conftest import Showcase
from tests.support.city import LANGUAGES, City
from tests.support.client import Page, PageCheckingClient, response_page


def frames_of(page: Page) -> list[ElementTree.Element]:
    """The frames that the page gives to copy."""
    codes = [page.words(code) for code in page.all("code")]
    return [ElementTree.fromstring(code) for code in codes]  # noqa: S314


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_lines_lead_to_frames_in_the_language_of_the_page(
    client: FlaskClient, city: City, lang: str
) -> None:
    page = response_page(client.get(f"/{lang}/services/pothole-repair/embed"))
    frames = frames_of(page)
    assert [frame.get("src") for frame in frames] == [
        f"http://localhost/{lang}/embed/services/pothole-repair/{what}"
        for what in ("rate", "level")
    ]
    for frame in frames:
        assert "Pothole repair" in (frame.get("title") or "")
        answer = client.get((frame.get("src") or "").removeprefix("http://localhost"))
        assert answer.status_code == 200
        assert response_page(answer).root.get("lang") == lang


def test_lines_to_copy_are_whole_whatever_the_service_is_called(
    client: FlaskClient, appraised: Showcase, store: Store
) -> None:
    name = 'Potholes "quick" & <more>'
    called = update(ServiceText).where(ServiceText.service_id == appraised.city.potholes)
    store.write(lambda session: session.execute(called.values(name=name)))
    for frame in frames_of(response_page(client.get("/en/services/pothole-repair/embed"))):
        assert name in (frame.get("title") or "")
    level = response_page(client.get("/en/services/pothole-repair/level/"))
    (line,) = (level.words(code) for code in level.all("code") if "<img" in level.words(code))
    (picture,) = ElementTree.fromstring(line.replace("></a>", "/></a>"))  # noqa: S314
    assert name in (picture.get("alt") or "")


def test_the_page_says_who_may_show_the_frames(
    client: FlaskClient, city: City, settings: Settings, store: Store
) -> None:
    path = "/en/services/pothole-repair/embed"
    assert "PORTAL_EMBED_ORIGINS" in response_page(client.get(path)).words()
    said = {}
    for origins in (("https://www.city.example",), ("*",)):
        app = create_app(replace(settings, embed_origins=origins), store)
        app.test_client_class = PageCheckingClient
        said[origins] = response_page(app.test_client().get(path)).words()
        assert "PORTAL_EMBED_ORIGINS" not in said[origins]
    assert "https://www.city.example" in said["https://www.city.example",]
    assert "Only these" not in said["*",]


def test_the_level_in_a_frame_is_the_published_one(
    client: FlaskClient, appraised: Showcase
) -> None:
    shown = response_page(client.get("/en/embed/services/pothole-repair/level"))
    assert "Level 3: Answers – in doubt" in shown.words()
    assert "/en/services/pothole-repair/level/" in shown.links()
    none = response_page(client.get("/en/embed/services/swimming-pools/level"))
    assert "Not assessed yet" in none.words()
    assert client.get("/en/embed/services/no-such-service/level").status_code == 404


def test_service_and_level_lead_to_the_lines(client: FlaskClient, appraised: Showcase) -> None:
    for path in ("", "level/"):
        page = response_page(client.get(f"/en/services/pothole-repair/{path}"))
        assert "/en/services/pothole-repair/embed" in page.links()
