"""Statements and rights: what is stored, which cookies there are, licences, whom to tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.data import load_accessibility_checks
from portal.domain.contact import CityContact, OpenSpan, read_hours
from portal.settings import Settings, SettingsError
from portal.store.city import set_contact
from portal.store.engine import Store
from portal.store.retention import Periods, set_periods
from portal.web.cookies import ALL
from tests.support.city import PASSWORD, City
from tests.support.client import Page, PageCheckingClient, response_page
from tests.support.desk import open_desk
from tests.support.moment import this_moment
from tests.support.residents import Resident

REACHED = CityContact(
    phone="+1 512 555 0134",
    email="hello@city.example",
    place="City Hall, 1 Main Street",
    hours="Mon-Fri 08:00-17:30, Sat 09:00-12:00",
    security="https://city.example/security",
)
SECURITY = "/.well-known/security.txt"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages look for news at every request."""
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 0)


@pytest.fixture
def make_client(settings: Settings, store: Store) -> Callable[..., FlaskClient]:
    """Somebody's browser at a portal with other settings."""

    def make(**changed: object) -> FlaskClient:
        app = create_app(replace(settings, **changed), store)  # type: ignore[arg-type]
        app.test_client_class = PageCheckingClient
        return app.test_client()

    return make


def name_contact(store: Store, contact: CityContact) -> None:
    store.write(set_contact, contact)


def cookies_on(page: Page) -> set[str]:
    return {page.words(one) for one in page.all("th") if one.find(".//*[@translate]") is not None}


def cookies_set_by(*answers: TestResponse) -> set[str]:
    return {
        cookie.partition("=")[0]
        for answer in answers
        for cookie in answer.headers.getlist("Set-Cookie")
    }


def test_the_privacy_page_names_every_field_about_residents(
    client: FlaskClient, city: City
) -> None:
    words = response_page(client.get("/en/privacy/")).words()
    for field in (
        "submission.q0", "submission.comment", "submission.person_key", "loop_event.verdict",
        "contact.email_encrypted", "case_note.text", "pending_entry.answers", "throttle.key",
        "person.email", "sign_in.device", "audit_event.person_id",
    ):  # fmt: skip
        assert field in words
    for other in ("worker_job.", "appraisal.evidence", "service.slug"):
        assert other not in words


def test_the_privacy_page_states_the_periods_in_force(
    client: FlaskClient, store: Store, city: City
) -> None:
    words = response_page(client.get("/en/privacy/")).words()
    assert "until 90 days after the last step of your case, or until you erase it" in words
    assert "runs this portal, or until you withdraw it" in words
    store.write(set_periods, Periods(contact_days=30, comment_months=24))
    words = response_page(client.get("/en/privacy/")).words()
    assert "until 30 days after the last step" in words
    assert "until 24 months after the last step of your case, or until you withdraw it" in words


def test_no_cookie_is_set_that_the_page_does_not_list(
    client: FlaskClient, app: Flask, store: Store, settings: Settings, city: City
) -> None:
    open_desk(store, city)
    listed = cookies_on(response_page(client.get("/en/privacy/")))
    assert listed == set(ALL)
    rated = Resident(app, settings).rate()
    door = client.get("/en/sign-in")
    form = {"csrf_token": response_page(door).value("csrf_token"), "password": PASSWORD}
    came_in = client.post("/en/sign-in", data={**form, "email": "staff@city.example"})
    assert came_in.status_code == 303
    assert cookies_set_by(rated, door, came_in, client.get("/en/staff/")) == listed


def test_over_https_cookies_are_listed_by_their_full_name(
    make_client: Callable[..., FlaskClient], city: City
) -> None:
    page = response_page(make_client(base_url="https://city.example").get("/en/privacy/"))
    assert cookies_on(page) == {f"__Host-{name}" for name in ALL}


def test_the_accessibility_statement_says_what_was_looked_at_and_what_not(
    make_client: Callable[..., FlaskClient], city: City
) -> None:
    words = response_page(make_client().get("/en/accessibility/")).words()
    checked = load_accessibility_checks()
    assert f"{checked.on:%B} {checked.on.day}, {checked.on.year}" in words
    for part in (checked.tool, "320 and 1,280", "100% and 200%", "light, dark, and high contrast"):
        assert part in words
    assert "Vietnamese, Chinese" in words
    assert "have not looked at these languages" not in words


def test_the_city_is_reached_in_the_words_of_every_language(
    client: FlaskClient, store: Store, city: City
) -> None:
    assert "has not named a phone number" in response_page(client.get("/en/privacy/")).words()
    name_contact(store, REACHED)
    page = response_page(client.get("/en/accessibility/"))
    assert "Monday – Friday: 8:00 AM – 5:30 PM" in page.words().replace("\u202f", " ")
    assert {"tel:+15125550134", "mailto:hello@city.example"} <= set(page.links())
    assert "lunes – viernes" in response_page(client.get("/es/accessibility/")).words().lower()
    assert "City Hall, 1 Main Street" in response_page(client.get("/ar/privacy/")).words()


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", []),
        ("Mon-Fri 08:00-17:00", [OpenSpan(0, 4, "08:00", "17:00")]),
        ("sat 09:00-12:00, SUN 10:00-11:00",
         [OpenSpan(5, 5, "09:00", "12:00"), OpenSpan(6, 6, "10:00", "11:00")]),
    ],
)  # fmt: skip
def test_hours_are_read(text: str, spans: list[OpenSpan]) -> None:
    assert read_hours(text) == spans


@pytest.mark.parametrize(
    "text",
    ["Mon", "weekdays", "Mon-Fri", "Fri-Mon 08:00-17:00", "Mon 17:00-08:00", "Foo 08:00-09:00",
     "Mon 08:00-24:30", "Mon 08:00-17:00,", "Mon 8-17"],
)  # fmt: skip
def test_what_is_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="days"):
        read_hours(text)


def test_whom_to_tell_of_a_fault_stands_where_finders_look(
    client: FlaskClient, store: Store, city: City
) -> None:
    assert client.get(SECURITY).status_code == 404
    name_contact(store, replace(REACHED, security=""))
    answer = client.get(SECURITY)
    assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
    fields = dict(line.split(": ", 1) for line in answer.get_data(as_text=True).splitlines())
    assert fields["Contact"] == "mailto:hello@city.example"
    assert fields["Canonical"] == f"http://localhost{SECURITY}"
    assert fields["Preferred-Languages"] == "en, es, vi, zh-Hans, ar, ko"
    expires = datetime.strptime(fields["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    ahead = expires - this_moment()
    assert timedelta(days=170) < ahead < timedelta(days=365)
    name_contact(store, REACHED)
    assert "Contact: https://city.example/security\n" in client.get(SECURITY).get_data(as_text=True)


def test_licences_are_those_of_the_settings(
    make_client: Callable[..., FlaskClient], city: City
) -> None:
    page = response_page(make_client().get("/en/open-data/"))
    assert "may use these data under this licence: https://creativecommons" in page.words()
    assert "program under" not in page.words()
    assert "https://creativecommons.org/licenses/by/4.0/" in page.links()
    other = make_client(data_licence="", software_licence="https://example.org/l")
    words = response_page(other.get("/en/open-data/")).words()
    assert "has not named a licence" in words
    assert "program under this licence: https://example.org/l" in words


def test_a_licence_s_address_is_one(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="SOFTWARE_LICENCE"):
        replace(settings, software_licence="javascript:alert(1)")
