"""A city prepares a language of its own, one of them right to left: files, a queue. No code."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from babel import Locale, localedata
from babel.messages.pofile import write_po
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.data import load_instrument
from portal.data.languages import list_added
from portal.domain.language import direction
from portal.models.services import Service
from portal.store.engine import Store
from portal.web.catalogues import (
    is_translated,
    list_messages,
    read_catalogue,
)
from tests.support.added_languages import offer, review_services, translate
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk, open_desk
from tests.support.processes import Installation


@pytest.mark.parametrize(
    ("tag", "name", "way", "forms"), [("fi", "Suomi", "ltr", 2), ("ur", "اردو", "rtl", 2)]
)
def test_a_language_is_added_translated_and_offered(
    installation: Installation,
    store: Store,
    town: Callable[[], FlaskClient],
    tag: str,
    name: str,
    way: str,
    forms: int,
) -> None:
    done = installation.run("language", "add", tag)
    assert (done.status, done.err) == (0, "")
    assert f"{tag}: {name}, {way}" in done.out
    folder = installation.folder / "instance" / "languages" / tag
    catalogue = read_catalogue(folder / "LC_MESSAGES" / "messages.po")
    assert catalogue.num_plurals == forms
    assert not any(map(is_translated, list_messages(catalogue)))
    sheets = json.loads((folder / "texts.json").read_text())
    first = sheets["engage-survey-1"]["q0.text"]
    assert first == {"en": load_instrument().text("q0.text", "en"), "text": "", "status": "draft"}

    assert town().get(f"/{tag}/").status_code == 404  # nobody reads what is not there
    refused = installation.call("language", "offer", tag)
    assert refused.status == 2
    assert "wordings of the questions are missing" in refused.err
    translate(folder, tag)
    store.write(review_services, tag)
    listed = installation.call("language", "list")
    assert f"{tag}  {name}  {way}  in preparation  99 %" in listed.out


def test_the_share_that_a_city_asks_for_decides(installation: Installation, store: Store) -> None:
    installation.call("language", "add", "fi")
    folder = installation.folder / "instance" / "languages" / "fi"
    translate(folder, "fi")
    refused = installation.call("language", "offer", "fi", PORTAL_LANGUAGE_PERCENT="100")
    assert (refused.status, "the city asks for 100 %" in refused.err) == (2, True)
    assert not list_added(installation.folder / "instance")[0].is_offered
    assert installation.call("language", "offer", "fi").status == 0


def test_adding_again_brings_in_what_is_new_and_keeps_what_was_translated(
    installation: Installation, store: Store
) -> None:
    offer(installation, store, "ur")
    folder = installation.folder / "instance" / "languages" / "ur"
    before = (folder / "texts.json").read_text(), list_added(folder.parents[1])
    catalogue = read_catalogue(folder / "LC_MESSAGES" / "messages.po")
    catalogue.delete("Rate this service")
    with (folder / "LC_MESSAGES" / "messages.po").open("wb") as file:
        write_po(file, catalogue)
    assert installation.call("language", "add", "ur").status == 0
    again = read_catalogue(folder / "LC_MESSAGES" / "messages.po")
    kept, back = again.get("Skip to the content"), again.get("Rate this service")
    assert kept is not None
    assert kept.string == "ur Skip to the content"
    assert back is not None
    assert not back.string
    assert json.loads((folder / "texts.json").read_text()) == json.loads(before[0])
    assert list_added(folder.parents[1]) == before[1]


def test_texts_of_services_wait_for_translation_into_a_language_in_preparation(
    installation: Installation, store: Store, city: City, town: Callable[[], FlaskClient]
) -> None:
    open_desk(store, city)
    installation.call("language", "add", "fi")
    admin = Desk(town().application, "admin").client
    queue = response_page(admin.get("/en/admin/texts/?language=fi"))
    with store.read() as session:
        services = len(session.scalars(select(Service.id).where(Service.is_active)).all())
    links = [link for link in queue.links() if link.endswith("/texts/fi")]
    assert len(set(links)) == services
    assert admin.get(links[0]).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("add", "klingon"), "no language tag"),
        (("add", "xx"), "CLDR does not know"),
        (("add", "es"), "is there already"),
        (("offer", "fi"), "portal language add fi"),
        (("withdraw", "es"), "portal language add es"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    installation: Installation, arguments: tuple[str, ...], why: str
) -> None:
    done = installation.call("language", *arguments)
    assert done.status == 2
    assert len(done.err.splitlines()) == 1
    assert why in done.err
    assert not (installation.folder / "instance" / "languages").exists()


def test_every_language_of_cldr_runs_in_its_direction() -> None:
    for identifier in localedata.locale_identifiers():
        is_rtl = Locale.parse(identifier).text_direction == "rtl"
        assert direction(identifier.replace("_", "-")) == ("rtl" if is_rtl else "ltr"), identifier
