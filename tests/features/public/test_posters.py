"""Posters, and the short address that they carry."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from portal.domain.short_code import short_code
from portal.models.services import Service
from portal.store.engine import Store
from tests.support.city import City
from tests.support.qr_reader import read_codes


def test_a_short_address_leads_to_the_form_in_the_readers_language(
    client: FlaskClient, city: City
) -> None:
    code = short_code(city.potholes)
    for header, lang in (("ko-KR,en;q=0.5", "ko"), ("fi", "en"), ("zh-CN", "zh-Hans")):
        found = client.get(f"/s/{code.lower()}", headers={"Accept-Language": header})
        assert found.status_code == 302
        assert found.location == f"/{lang}/services/pothole-repair/rate"
        assert found.headers["Vary"] == "Accept-Language"


@pytest.mark.parametrize("lang", ["en", "ar", "zh-Hans"])
def test_the_code_of_a_sheet_leads_to_the_form_in_the_language_of_the_sheet(
    client: FlaskClient, city: City, lang: str
) -> None:
    [address] = read_codes(client.get(f"/{lang}/services/pothole-repair/poster").text)
    found = client.get(address, headers={"Accept-Language": "ko"})
    assert found.location == f"/{lang}/services/pothole-repair/rate"


def test_a_language_that_nobody_offers_is_not_led_to(client: FlaskClient, city: City) -> None:
    address = f"/s/{short_code(city.potholes)}?lang=fi"
    found = client.get(address, headers={"Accept-Language": "ko"})
    assert found.location == "/ko/services/pothole-repair/rate"


def test_a_mistyped_or_closed_address_leads_nowhere(
    client: FlaskClient, city: City, store: Store
) -> None:
    code = short_code(city.potholes)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    for nonsense in (wrong, short_code(2**62), "x", "%00", "0" * 30):
        assert client.get(f"/s/{nonsense}").status_code == 404
    store.write(lambda session: session.execute(update(Service).values(is_active=False)))
    assert client.get(f"/s/{code}").status_code == 404


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_poster_shows_the_address_and_prints_on_the_paper_asked_for(
    client: FlaskClient, city: City, lang: str
) -> None:
    address = f"localhost/s/{short_code(city.potholes)}"
    for query, size in (("", "letter"), ("?paper=a4", "a4"), ("?paper=a0", "letter")):
        found = client.get(f"/{lang}/services/pothole-repair/poster{query}")
        assert address in found.text
        assert f'class="sheet poster {size}"' in found.text
