"""The page of the logo, and the logo at the head of every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session
from turbohtml.etree import ElementView

from portal.admin.kiosks import NewKiosk, set_up_kiosk
from portal.domain.colours import Colours
from portal.domain.picture_faults import FETCH_FAULTS, PICTURE_FAULTS
from portal.domain.pictures import read_picture
from portal.models.city_logo import CityLogo
from portal.store.city import set_colours
from portal.store.engine import Store
from tests.features.admin.conftest import Visitor
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.jobs import find_job
from tests.support.moment import this_moment
from tests.support.pictures import JPEG, WEBP, png, svg
from tests.support.strangers import Stranger, say, stranger


@pytest.fixture(autouse=True)
def _pages_are_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 0)


@pytest.fixture
def website() -> Iterator[Stranger]:
    with stranger(say(200, png())) as found:
        yield found


def choose(admin: Visitor, url: str) -> None:
    admin.get("logo/")
    assert admin.post("logo/", url=url).status_code == 303


def logos(page: Page) -> list[ElementView]:
    return [one for one in page.all("img") if one.get("class") == "logo"]


def words(admin: Visitor) -> str:
    return response_page(admin.get("logo/")).words()


def test_it_waits_for_the_worker_and_then_stands_at_the_head_of_every_page(
    app: Flask, admin: Visitor, client: FlaskClient, website: Stranger
) -> None:
    assert "No logo yet" in words(admin)
    assert logos(response_page(client.get("/en/"))) == []
    choose(admin, f"{website.url}/logo.png")
    waiting = response_page(admin.get("logo/"))
    assert "is being fetched" in waiting.words()
    assert waiting.value("url") == f"{website.url}/logo.png", "to be mended, not typed again"
    find_job(app, "fetch the logo").run()
    assert "PNG, 60 by 30 pixels" in words(admin)
    assert "is being fetched" not in words(admin)
    for address in ("/en/", "/ar/services/", "/en/services/pothole-repair/rate", "/en/sign-in"):
        [logo] = logos(response_page(client.get(address)))
        assert logo.get("alt") == "", "the city's name stands beside it"
        assert (logo.get("width"), logo.get("height")) == ("60", "30")
        assert logo.get("src", "").startswith("/city/logo/")
    assert len(logos(response_page(admin.get("logo/")))) == 3  # the head, and a sample of each kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (png(), "image/png"),
        (JPEG, "image/jpeg"),
        (WEBP, "image/webp"),
        (svg(), "image/svg+xml; charset=utf-8"),
    ],
)
def test_it_is_served_from_here_for_good_and_can_do_nothing(
    app: Flask, admin: Visitor, client: FlaskClient, website: Stranger, content: bytes, kind: str
) -> None:
    website.answer_with(say(200, content, Content_Type="text/html", Set_Cookie="a=b"))
    choose(admin, website.url)
    find_job(app, "fetch the logo").run()
    [logo] = logos(response_page(client.get("/en/")))
    answer = client.get(logo.get("src", ""))
    assert answer.data == content
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert "Set-Cookie" not in answer.headers


def test_another_name_leads_to_nothing(
    app: Flask, admin: Visitor, client: FlaskClient, website: Stranger
) -> None:
    choose(admin, website.url)
    find_job(app, "fetch the logo").run()
    name = read_picture(png()).name
    assert client.get(f"/city/logo/{name}").status_code == 200
    for other in (name.replace(".png", ".svg"), name.replace("60x30", "61x30"), "logo.png", "x"):
        assert client.get(f"/city/logo/{other}").status_code == 404


def test_removing_takes_it_off_every_page(
    app: Flask, admin: Visitor, client: FlaskClient, website: Stranger
) -> None:
    choose(admin, website.url)
    find_job(app, "fetch the logo").run()
    [logo] = logos(response_page(client.get("/en/")))
    assert admin.post("logo/remove").status_code == 303
    assert logos(response_page(client.get("/en/"))) == []
    assert client.get(logo.get("src", "")).status_code == 404
    assert "No logo yet" in words(admin)
    assert admin.post("logo/remove").status_code == 303  # twice does no harm


def test_fetching_again_and_another_address(app: Flask, admin: Visitor, website: Stranger) -> None:
    choose(admin, website.url)
    find_job(app, "fetch the logo").run()
    admin.get("logo/")
    assert admin.post("logo/again").status_code == 303
    assert "is being fetched" in words(admin)
    find_job(app, "fetch the logo").run()
    website.answer_with(say(404))
    choose(admin, f"{website.url}/other.png")
    find_job(app, "fetch the logo").run()
    shown = words(admin)
    assert "HTTP 404" in shown
    assert "/other.png" in shown
    assert "the picture from before stays" in shown
    assert len(website.received) == 3


def test_every_reason_is_told_in_words_of_its_own(
    admin: Visitor, store: Store, website: Stranger
) -> None:
    choose(admin, website.url)
    told = set()
    for fault in (*FETCH_FAULTS, *PICTURE_FAULTS):
        store.write(say_fault, fault)
        page = response_page(admin.get("logo/"))
        [notice] = [one for one in page.all("div") if "alarm" in one.get("class", "")]
        told.add(page.words(notice))
        assert "%(" not in page.words()
    assert len(told) == len(FETCH_FAULTS + PICTURE_FAULTS)


def say_fault(session: Session, fault: str) -> None:
    session.execute(update(CityLogo).values(fault=fault, status=500, tried_at=CityLogo.due_at))


@pytest.mark.parametrize(
    "wrong",
    [
        "", "city.example/logo.png", "ftp://city.example/logo.png", "javascript:alert(1)",
        "https://me:secret@city.example/logo.png", "data:image/png;base64,AA",
        "https://city.example/" + "x" * 500,
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_and_stays_in_its_field(
    admin: Visitor, store: Store, wrong: str
) -> None:
    admin.get("logo/")
    answer = admin.post("logo/", url=wrong)
    assert answer.status_code == 422
    assert response_page(answer).value("url") == wrong
    with store.read() as session:
        assert session.get(CityLogo, 1) is None


def test_pages_of_a_city_with_everything_of_its_own_ask_for_six_files_at_most(
    app: Flask, admin: Visitor, client: FlaskClient, store: Store, website: Stranger
) -> None:
    choose(admin, website.url)
    find_job(app, "fetch the logo").run()
    store.write(set_colours, Colours(accent_light="#0b3d91"))
    page = response_page(client.get("/en/services/pothole-repair/rate"))
    files = [one.get("src") for tag in ("img", "script") for one in page.all(tag)]
    files += [
        one.get("href") for one in page.all("link") if one.get("rel") in ("stylesheet", "icon")
    ]
    asked = [one for one in files if one and not one.startswith("data:")]
    assert len(asked) >= 4, files
    assert 1 + len(asked) <= 6, files


def test_a_printed_sheet_and_a_kiosk_show_it_too(
    app: Flask, admin: Visitor, client: FlaskClient, store: Store, city: City, website: Stranger
) -> None:
    choose(admin, website.url)
    find_job(app, "fetch the logo").run()
    sheet = response_page(client.get("/en/services/pothole-repair/poster"))
    assert len(logos(sheet)) == 2  # the page's head and the sheet's
    today = this_moment()
    key = store.write(
        set_up_kiosk, new=NewKiosk("Library", None, 60), person_id=city.people["admin"],
        today=today.date(), now=today,
    )  # fmt: skip
    assert len(logos(response_page(client.get(f"/kiosk/{key}/")))) == 1
