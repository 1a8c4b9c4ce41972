"""The badge: a picture of the published level that any site may show."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.models.services import ServiceText
from portal.store.content import raise_content_version
from portal.store.engine import Store
from tests.features.public.conftest import Showcase
from tests.support.city import LANGUAGES
from tests.support.client import response_page

SVG = "{http://www.w3.org/2000/svg}"


def badge(client: FlaskClient, lang: str, slug: str = "pothole-repair") -> ElementTree.Element:
    """The badge, parsed as XML."""
    return ElementTree.fromstring(client.get(f"/{lang}/services/{slug}/badge.svg").data)  # noqa: S314


def texts(picture: ElementTree.Element, tag: str) -> list[str]:
    """The words in elements of this name."""
    return ["".join(found.itertext()).strip() for found in picture.iter(f"{SVG}{tag}")]


def test_the_badge_says_in_words_what_it_shows(client: FlaskClient, appraised: Showcase) -> None:
    picture = badge(client, "en")
    assert texts(picture, "title") == ["Pothole repair: Level 3: Answers – in doubt"]
    assert texts(picture, "text") == [
        "Pothole repair",
        "Level 3: Answers – in doubt",
        "Marlow, Apr 1, 2026",
    ]
    assert texts(picture, "desc")[0].startswith("People who write get an answer")
    named = set((picture.get("aria-labelledby") or "").split())
    assert named == {
        found.get("id") for tag in ("title", "desc") for found in picture.iter(SVG + tag)
    }
    assert picture.get("role") == "img"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_badge_is_in_the_language_of_its_address(
    client: FlaskClient, appraised: Showcase, lang: str
) -> None:
    picture = badge(client, lang)
    width = float(picture.get("width", "0"))
    lines = list(picture.iter(f"{SVG}text"))
    group = next(group for group in picture.iter(f"{SVG}g") if lines[0] in list(group))
    assert picture.get("lang") == lang
    assert group.get("direction") == ("rtl" if lang == "ar" else None)
    assert {float(line.get("x", "0")) for line in lines} == {width - 104 if lang == "ar" else 104}
    assert "3" in texts(picture, "text")[1]


def test_any_site_may_show_it(client: FlaskClient, appraised: Showcase) -> None:
    response = client.get("/en/services/pothole-repair/badge.svg")
    assert response.mimetype == "image/svg+xml"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in response.headers
    text = response.get_data(as_text=True)
    for forbidden in ("<style", "style=", "<script", "href=", "@import", "url(http"):
        assert forbidden not in text
    again = client.get(
        "/en/services/pothole-repair/badge.svg", headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304


def test_names_are_text_and_never_markup(
    client: FlaskClient, store: Store, appraised: Showcase
) -> None:
    name = "<script>alert(1)</script> & a very long name of a service that goes on"
    store.write(_rename, appraised.city.potholes, name)
    shown = texts(badge(client, "en"), "text")[0]
    assert shown.startswith("<script>alert(1)</script> & a")
    assert shown.endswith("…")


def test_a_name_of_long_ago_leaves_it_a_picture(
    client: FlaskClient, store: Store, appraised: Showcase
) -> None:
    store.write(_rename, appraised.city.potholes, "Roads\x0band\x07 paths")
    assert texts(badge(client, "en"), "text")[0].split() == ["Roads", "and", "paths"]


def _rename(session: Session, service_id: int, name: str) -> None:
    session.execute(
        update(ServiceText).where(ServiceText.service_id == service_id).values(name=name)
    )
    raise_content_version(session)


def test_what_has_no_level_has_no_badge(client: FlaskClient, showcase: Showcase) -> None:
    assert client.get("/en/services/swimming-pools/badge.svg").status_code == 404
    assert client.get("/en/services/no-such-service/badge.svg").status_code == 404
    assert texts(badge(client, "en", "street-lights"), "text")[1] == "Level 2: Listens"


def test_the_page_offers_the_lines_for_other_sites(
    client: FlaskClient, appraised: Showcase
) -> None:
    page = response_page(client.get("/ar/services/pothole-repair/level/"))
    snippet = next(page.words(code) for code in page.all("code") if "badge.svg" in page.words(code))
    link = ElementTree.fromstring(snippet.replace('"></a>', '"/></a>'))  # noqa: S314
    picture = link[0]
    assert link.get("href") == "http://localhost/ar/services/pothole-repair/level/"
    assert picture.get("src") == "http://localhost/ar/services/pothole-repair/badge.svg"
    assert "Pothole repair (ar)" in (picture.get("alt") or "")
    assert "3" not in (picture.get("alt") or "")
