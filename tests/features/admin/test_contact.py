"""Saying how the city is reached: what is typed, what is refused, and who may."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.domain.contact import CityContact
from portal.models.running import AuditEvent
from portal.store.city import get_contact, set_contact
from portal.store.engine import Store
from tests.features.admin.conftest import Visitor
from tests.support.city import City
from tests.support.client import response_page

FILLED = {
    "phone": "+1 (512) 555-0134", "email": "hello@city.example", "place": "City Hall, 1 Main St",
    "hours": "Mon-Fri 08:00-17:00", "security": "https://city.example/faults",
}  # fmt: skip


def audited(store: Store) -> list[dict[str, object]]:
    with store.read() as session:
        return list(
            session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "contact_changed"))
        )


def test_an_administrator_says_how_the_city_is_reached(
    admin: Visitor, store: Store, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 0)
    assert "has not named" in response_page(client.get("/en/accessibility/")).words()
    admin.get("contact/")
    assert admin.post("contact/", **FILLED).status_code == 303
    with store.read() as session:
        assert get_contact(session) == CityContact(**FILLED)
    page = response_page(admin.get("contact/"))
    assert [page.value(name) for name in FILLED] == list(FILLED.values())
    assert "City Hall, 1 Main St" in response_page(client.get("/en/accessibility/")).words()
    assert "https://city.example/faults" in response_page(client.get("/en/privacy/")).links()
    assert audited(store) == [{"fields": list(FILLED)}]
    shown = {f"was_{name}": page.value(f"was_{name}") for name in FILLED}
    admin.post("contact/", **FILLED, **shown)  # nothing new: nothing to write down
    assert len(audited(store)) == 1
    admin.post("contact/", **{**FILLED, "phone": ""}, **shown)
    assert audited(store)[1:] == [{"fields": ["phone"]}]


def test_two_people_say_how_and_neither_undoes_the_other(admin: Visitor, store: Store) -> None:
    admin.get("contact/")
    admin.post("contact/", phone="311")  # by somebody else
    admin.post("contact/", email="hello@city.example")  # from a page that showed nothing yet
    answer = admin.post("contact/", phone="555-0134", place="City Hall")
    assert answer.status_code == 409
    page = response_page(answer)
    assert "Somebody else saved “311” here." in page.words()
    with store.read() as session:
        assert get_contact(session) == CityContact(phone="311", email="hello@city.example")
    again = {name: page.value(name) for one in FILLED for name in (one, f"was_{one}")}
    assert admin.post("contact/", **again).status_code == 303
    with store.read() as session:
        assert get_contact(session) == CityContact(
            phone="555-0134", email="hello@city.example", place="City Hall"
        )


def test_what_was_stored_untidily_is_not_taken_for_typed(admin: Visitor, store: Store) -> None:
    untidy = CityContact(place="City  Hall,\u00a0Main St", phone="311")
    store.write(set_contact, untidy)
    page = response_page(admin.get("contact/"))
    sent = {name: page.value(name) for one in FILLED for name in (one, f"was_{one}")}
    store.write(set_contact, replace(untidy, place="Library"))  # by somebody else
    assert admin.post("contact/", **{**sent, "phone": "555-0134"}).status_code == 303
    with store.read() as session:
        assert get_contact(session) == CityContact(place="Library", phone="555-0134")


@pytest.mark.parametrize(
    ("field", "typed", "answer"),
    [
        ("phone", "call me", "in digits"),
        ("email", "nobody", "an email address like"),
        ("place", "x" * 301, "too long"),
        ("hours", "in the mornings", "days and hours like this"),
        ("hours", "Mon-Fri 17:00-08:00", "days and hours like this"),
        ("security", "javascript:alert(1)", "begins with https://"),
        ("security", "http://city.example", "begins with https://"),
    ],
)
def test_what_nobody_could_use_is_refused(
    admin: Visitor, store: Store, field: str, typed: str, answer: str
) -> None:
    admin.get("contact/")
    refused = admin.post("contact/", **{**FILLED, field: typed})
    assert refused.status_code == 422
    assert answer in response_page(refused).words()
    with store.read() as session:
        assert get_contact(session) == CityContact()


def test_only_administrators_change_it(app: Flask, store: Store, city: City) -> None:
    staff = Visitor(app, "staff")
    assert staff.post("contact/", **FILLED).status_code == 403
    with store.read() as session:
        assert get_contact(session) == CityContact()
