"""Residents read and rate in a language that was added; what is missing is marked as English."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.data import load_instrument
from portal.models.submissions import Submission
from portal.store.engine import Store
from tests.support.added_languages import LEFT_OUT, offer
from tests.support.client import Page, response_page
from tests.support.processes import Installation
from tests.support.residents import Resident


def marked_english(page: Page) -> list[str]:
    return [page.words(one) for one in page.all("span") if one.get("lang") == "en"]


@pytest.mark.parametrize(("tag", "name", "way"), [("fi", "Suomi", "ltr"), ("ur", "اردو", "rtl")])
def test_residents_read_and_rate_in_a_language_that_was_added(
    installation: Installation,
    store: Store,
    town: Callable[[], FlaskClient],
    tag: str,
    name: str,
    way: str,
) -> None:
    offer(installation, store, tag)
    client = town()
    page = response_page(client.get(f"/{tag}/services/pothole-repair/"))
    assert (page.root.get("lang"), page.root.get("dir")) == (tag, way)
    assert f"{tag} Rate this service" in page.words()
    assert f"{tag} Pothole repair" in page.words()
    assert marked_english(page) == [LEFT_OUT]
    assert "What is missing is in English" in page.words(page.root)
    switcher = {a.get("hreflang"): page.words(a) for a in page.all("a") if a.get("hreflang")}
    assert switcher[tag] == name
    assert client.get("/", headers={"Accept-Language": f"{tag}, en;q=0.5"}).location == f"/{tag}/"
    code = Resident(client.application, client.application.extensions["portal"].settings).send(
        f"/{tag}/services/pothole-repair/rate", q1="4", comment="Sama kuoppa"
    )
    with store.read() as session:
        assert session.scalars(select(Submission.lang)).all() == [tag]
    receipt = response_page(client.get(f"/{tag}/receipts/{code}/data/"))
    assert f"{tag} {load_instrument().text('q1.text', 'en')}" in receipt.words()
    feed = client.get(f"/{tag}/responses/feed.atom").get_data(as_text=True)
    assert [sign for sign in feed if unicodedata.category(sign) == "Co"] == [], "marks of pages"
    assert installation.call("language", "withdraw", tag).status == 0
    assert town().get(f"/{tag}/").status_code == 404


def test_two_added_languages_stand_beside_each_other(
    installation: Installation, store: Store, town: Callable[[], FlaskClient]
) -> None:
    for tag in ("fi", "ur"):
        offer(installation, store, tag)
    client = town()
    assert (
        "fi Rate this service" in response_page(client.get("/fi/services/street-lights/")).words()
    )
    assert (
        "ur Rate this service" in response_page(client.get("/ur/services/street-lights/")).words()
    )
    page = response_page(client.get("/es/"))
    assert marked_english(page) == []
    assert "What is missing is in English" not in page.words(page.root)
    statement = response_page(client.get("/en/accessibility/")).words()
    assert "have not looked at these languages: Finnish and Urdu" in statement


def test_a_translation_that_would_break_a_page_does_not_count(
    installation: Installation, store: Store, town: Callable[[], FlaskClient]
) -> None:
    offer(installation, store, "fi")
    path = installation.folder / "instance" / "languages" / "fi" / "LC_MESSAGES" / "messages.po"
    text = path.read_text()
    for wrong in ("fi %(place)s", "fi <b>%(city)s</b>"):
        path.write_text(text.replace('"fi %(city)s listens"', f'"{wrong}"'))
        assert wrong in path.read_text()
        page = response_page(town().get("/fi/"))
        assert "Marlow listens" in page.words(page.root)
