"""Pages in the reader's language, also those that are not there, and figures as it writes them."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.web.formats import day, language_name, number, percent
from portal.web.words import ngettext
from tests.support.city import City
from tests.support.client import response_page


def test_a_page_that_is_not_there_is_missed_in_the_language_of_its_address(
    client: FlaskClient, city: City
) -> None:
    page = response_page(client.get("/ar/no-such-page", headers={"Accept-Language": "ko"}))
    assert (page.all("html")[0].get("lang"), page.all("html")[0].get("dir")) == ("ar", "rtl")
    page = response_page(client.get("/no-such/page", headers={"Accept-Language": "ko"}))
    assert page.all("html")[0].get("lang") == "ko"


@pytest.mark.parametrize(
    ("lang", "figures"),
    [
        ("en", ("12,345", "83%", "November 3, 2026")),
        ("es", ("12,345", "83%", "3 de noviembre de 2026")),
        ("vi", ("12.345", "83%", "3 tháng 11, 2026")),
        ("zh-Hans", ("12,345", "83%", "2026年11月3日")),
        ("ar", ("12,345", "83\u200e%\u200e", "3 نوفمبر 2026")),
        ("ko", ("12,345", "83%", "2026년 11월 3일")),
    ],
)
def test_figures_are_written_as_the_language_does_in_the_city_s_country(
    app: Flask, lang: str, figures: tuple[str, str, str]
) -> None:
    with app.test_request_context(f"/{lang}/"):
        written = (number(12345), percent(0.83), day(date(2026, 11, 3)))
    assert tuple(part.replace("\xa0", "") for part in written[:2]) == figures[:2]
    assert written[2] == figures[2]


def test_the_switcher_of_an_error_leads_to_a_page(client: FlaskClient, city: City) -> None:
    address = f"/en/receipts/{'0' * 25}/confirm"
    page = response_page(client.post(address, data={"verdict": "yes"}))
    assert "/ar/" in page.links()
    page = response_page(client.post("/en/services/pothole-repair/rate", data={}))
    assert "/ar/services/pothole-repair/rate" in page.links()


@pytest.mark.parametrize(
    "path", ["", "services/", "services/pothole-repair/", "services/pothole-repair/rate", "sign-in"]
)
def test_the_switcher_keeps_what_stands_behind_the_question_mark(
    client: FlaskClient, city: City, path: str
) -> None:
    """Whatever it is called: some of these names mean something to the maker of addresses."""
    query = "endpoint=x&_anchor=a&_scheme=s&_method=PUT&_external=1&slug=no&lang=vi&q=a+b&q=c"
    page = response_page(client.get(f"/en/{path}?{query}"))
    assert f"/ar/{path}?{query}" in page.links()


def test_what_one_reader_s_address_holds_is_in_nobody_else_s_form(
    client: FlaskClient, city: City
) -> None:
    form = "/en/services/pothole-repair/rate"
    assert f"/ar{form[3:]}?fbclid=mine" in response_page(client.get(f"{form}?fbclid=mine")).links()
    assert "mine" not in response_page(client.get(form)).text


def test_a_number_takes_the_form_that_its_language_has_for_it(app: Flask) -> None:
    with app.test_request_context("/ar/"):
        forms = {ngettext("%(n)s day", "%(n)s days", n, n="") for n in (1, 2, 3, 11)}
    assert len(forms) == 4


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("es", "Spanish"),
        ("zh-Hans", "Chinese (Simplified)"),
        ("hmn", "Hmong"),  # CLDR names it, and knows nothing else of it
        ("und", "Unknown language"),
        ("kar", "kar"),
        ("old English", "old English"),
    ],
)
def test_a_language_of_earlier_records_has_a_name_or_stays_as_it_is_written(
    app: Flask, tag: str, name: str
) -> None:
    with app.test_request_context("/en/"):
        assert language_name(tag) == name
