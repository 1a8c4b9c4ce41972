"""A city adds languages of its own, one of them right to left: files, a queue, pages. No code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from babel import Locale, localedata
from babel.messages.pofile import write_po
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.data import load_instrument, use_languages
from portal.data.languages import list_added
from portal.domain.language import direction
from portal.models.operations import AuditEvent
from portal.models.services import Service, ServiceChannel, ServiceLanguage, ServiceText
from portal.models.submissions import Submission
from portal.settings import Settings, load_settings
from portal.store.engine import Store
from portal.store.languages import list_closed_languages
from portal.web.catalogues import (
    is_for_staff_only,
    is_translated,
    list_messages,
    read_catalogue,
    sources,
)
from tests.support.city import City
from tests.support.client import Page, PageCheckingClient, response_page
from tests.support.desk import Desk, open_desk
from tests.support.processes import Installation
from tests.support.residents import Resident

LEFT_OUT = "How is this service for you?"  # a text that the translators of these tests missed


@pytest.fixture(autouse=True)
def languages_of_others(tmp_path: Path) -> Iterator[None]:
    """What this test adds is forgotten with it."""
    yield
    use_languages(tmp_path / "nothing")


@pytest.fixture
def installation(database_url: str, tmp_path: Path, city: City) -> Installation:
    del city  # must be there
    return Installation(tmp_path, database_url)


@pytest.fixture
def town(installation: Installation, settings: Settings, store: Store) -> Callable[[], FlaskClient]:
    """The portal of the installation, started anew."""

    def start() -> FlaskClient:
        loaded = load_settings(installation.environment)
        app = create_app(
            replace(settings, instance=loaded.instance, languages=loaded.languages), store
        )
        app.test_client_class = PageCheckingClient
        return app.test_client()

    return start


def translate(folder: Path, tag: str) -> None:
    """Every text with the language's tag before it, except one; as translators would hand it in."""
    path = folder / "LC_MESSAGES" / "messages.po"
    catalogue = read_catalogue(path)
    for message in list_messages(catalogue):
        if is_for_staff_only(message) or message.id == LEFT_OUT:
            continue
        texts = sources(message)
        if message.pluralizable:
            message.string = tuple(f"{tag} {texts[-1]}" for _ in range(catalogue.num_plurals))
        else:
            message.string = f"{tag} {texts[0]}"
    with path.open("wb") as file:
        write_po(file, catalogue)
    sheets = json.loads((folder / "texts.json").read_text())
    for sheet in sheets.values():
        for entry in sheet.values():
            entry.update(text=f"{tag} {entry['en']}", status="reviewed")
    (folder / "texts.json").write_text(json.dumps(sheets))


def review_services(session: Session, tag: str) -> None:
    """Put reviewed texts of all services before residents."""
    for text in session.scalars(select(ServiceText).where(ServiceText.lang == "en")).all():
        session.add(
            ServiceText(
                service_id=text.service_id, lang=tag, name=f"{tag} {text.name}",
                summary=f"{tag} {text.summary}", about="", status="reviewed",
                updated_at=text.updated_at,
            )
        )  # fmt: skip


def offer(installation: Installation, store: Store, tag: str) -> str:
    """Add, translate and offer a language; returns what the command said."""
    assert installation.call("language", "add", tag).status == 0
    translate(installation.folder / "instance" / "languages" / tag, tag)
    store.write(review_services, tag)
    done = installation.call("language", "offer", tag)
    assert done.status == 0, done
    return done.out


def records(store: Store, service_id: int, tag: str) -> list[tuple[bool, bool]]:
    """Whether each record of the language for feedback began today, and is open."""
    with store.read() as session:
        rows = session.scalars(
            select(ServiceLanguage).filter_by(service_id=service_id, lang=tag, role="input")
        ).all()
        return [(row.opened_on == datetime.now(UTC).date(), row.closed_on is None) for row in rows]


def open_since_long(session: Session, tag: str) -> None:
    """As if it had been offered long ago."""
    session.execute(
        update(ServiceLanguage)
        .where(ServiceLanguage.lang == tag)
        .values(opened_on=date(2026, 1, 1))
    )


def marked_english(page: Page) -> list[str]:
    return [page.words(one) for one in page.all("span") if one.get("lang") == "en"]


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
    assert "\ue000" not in feed
    assert installation.call("language", "withdraw", tag).status == 0
    assert town().get(f"/{tag}/").status_code == 404


def test_offering_opens_every_service_that_has_not_decided_otherwise(
    installation: Installation, store: Store, city: City
) -> None:
    def prepare(session: Session) -> None:
        """Lights closed the language on purpose; pools are not rated on the web."""
        day = datetime.now(UTC).date()
        session.add(
            ServiceLanguage(
                service_id=city.lights, lang="fi", role="input", opened_on=day - timedelta(days=9),
                closed_on=day - timedelta(days=5),
            )
        )  # fmt: skip
        session.execute(
            update(ServiceChannel)
            .where(ServiceChannel.service_id == city.pools, ServiceChannel.channel == "web")
            .values(closed_on=day)
        )

    store.write(prepare)
    assert "Opened for ratings of 1 service.\n" in offer(installation, store, "fi")
    assert records(store, city.potholes, "fi") == [(True, True)]
    assert records(store, city.lights, "fi") == [(False, False)]
    assert records(store, city.pools, "fi") == []
    assert "Opened for ratings of 0 services.\n" in installation.call("language", "offer", "fi").out
    with store.read() as session:
        kept = session.scalars(select(AuditEvent)).all()
    assert [
        (one.action, one.person_id, one.detail["lang"], one.detail["count"]) for one in kept
    ] == [("city_language_opened", None, "fi", 1)]


def test_withdrawing_is_switching_off_and_offering_again_opens_the_same(
    installation: Installation, store: Store, city: City
) -> None:
    offer(installation, store, "fi")
    store.write(open_since_long, "fi")
    assert installation.call("language", "withdraw", "fi").status == 0
    assert records(store, city.potholes, "fi") == [(False, False)]
    with store.read() as session:
        assert set(list_closed_languages(session)) == {"fi"}
    again = installation.call("language", "offer", "fi")
    assert "Opened for ratings of 3 services.\n" in again.out
    assert records(store, city.potholes, "fi") == [(False, True)]
    with store.read() as session:
        assert list_closed_languages(session) == {}


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


def test_the_share_that_a_city_asks_for_decides(installation: Installation, store: Store) -> None:
    installation.call("language", "add", "fi")
    folder = installation.folder / "instance" / "languages" / "fi"
    translate(folder, "fi")
    refused = installation.call("language", "offer", "fi", PORTAL_LANGUAGE_PERCENT="100")
    assert (refused.status, "the city asks for 100 %" in refused.err) == (2, True)
    assert not list_added(installation.folder / "instance")[0].is_offered
    assert installation.call("language", "offer", "fi").status == 0


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
