"""The addresses outside any language."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "en"),
        ("es-MX,es;q=0.9,en;q=0.5", "es"),
        ("zh-CN", "zh-Hans"),
        ("zh-TW,en;q=0.5", "zh-Hans"),
        ("ko-KR,en;q=0.5", "ko"),
        ("fr,ar;q=0.3", "ar"),
        ("xx", "en"),
    ],
)
def test_the_front_door_leads_to_the_readers_language(
    client: FlaskClient, header: str, lang: str
) -> None:
    response = client.get("/", headers={"Accept-Language": header} if header else {})
    assert response.status_code == 302
    assert response.headers["Location"] == f"/{lang}/"
    assert response.headers["Vary"] == "Accept-Language"
    assert "Set-Cookie" not in response.headers


def test_crawlers_are_kept_from_receipts(client: FlaskClient) -> None:
    response = client.get("/robots.txt")
    assert response.mimetype == "text/plain"
    assert "Disallow: /*/receipts/" in response.get_data(as_text=True)


def test_the_icon_that_browsers_ask_for_is_the_pages_own(client: FlaskClient) -> None:
    response = client.get("/favicon.ico")
    icon = client.get(response.headers["Location"])
    assert icon.status_code == 200
    assert icon.mimetype == "image/svg+xml"
    icon.close()
