"""Districts: added, named, put in order and closed, while what was sent from there stays."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from portal.admin.districts import list_districts
from portal.models.running import AuditEvent
from portal.settings import Settings
from portal.store.engine import Store
from tests.features.admin.conftest import Visitor
from tests.support.city import City
from tests.support.residents import RATE, Resident


@pytest.fixture
def resident(
    app: Flask, settings: Settings, city: City, monkeypatch: pytest.MonkeyPatch
) -> Resident:
    """Somebody who sees every change at once. Asked for before the administrator signs in."""
    del city
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 0)
    return Resident(app, settings)


def choices(resident: Resident) -> list[str]:
    """The districts that the rating form lets choose from, in their order."""
    values = [one.get("value", "") for one in resident.get(RATE).all("option")]
    return [value for value in values if value in {"north", "south", "old-town"}]


def deeds(store: Store) -> list[str]:
    with store.read() as session:
        rows = session.scalars(
            select(AuditEvent.action)
            .where(AuditEvent.action.like("district%"))
            .order_by(AuditEvent.id)
        )
        return list(rows)


def slugs(store: Store) -> list[str]:
    with store.read() as session:
        return [row.slug for row in list_districts(session)]


def test_a_new_district_can_be_chosen_at_once_and_keeps_its_short_name(
    resident: Resident, admin: Visitor, store: Store
) -> None:
    assert choices(resident) == ["north", "south"]
    admin.get("districts/")
    assert admin.post("districts/", name="Old Town").location == "/en/admin/districts/old-town/"
    assert choices(resident) == ["north", "south", "old-town"]
    admin.get("districts/old-town/")
    names = {"in_en": "Harbour", "was_en": "Old Town", "in_es": "Puerto"}
    assert admin.post("districts/old-town/", **names).status_code == 303
    assert "Puerto" in resident.get(RATE.replace("/en/", "/es/")).text
    assert slugs(store)[-1] == "old-town"
    assert deeds(store) == ["district_added", "district_named"]


def test_a_district_without_a_name_of_its_own_is_refused(admin: Visitor, store: Store) -> None:
    admin.get("districts/")
    assert admin.post("districts/", name=" ").status_code == 422
    admin.get("districts/north/")
    assert admin.post("districts/north/", in_en="", in_es="Norte").status_code == 422
    again = admin.post("districts/", name="NORTH EN")
    assert again.status_code == 422
    assert "There is a district of this name already." in again.text
    assert deeds(store) == []


def test_moving_up_changes_the_order_that_residents_see(
    resident: Resident, admin: Visitor, store: Store
) -> None:
    admin.get("districts/")
    assert admin.post("districts/south/up").status_code == 303
    assert choices(resident) == ["south", "north"]
    assert admin.post("districts/south/up").status_code == 303, "the first one stays"
    assert slugs(store) == ["south", "north"]
    assert deeds(store) == ["district_moved"]


def test_a_closed_district_cannot_be_chosen_and_keeps_what_was_sent(
    resident: Resident, admin: Visitor, store: Store
) -> None:
    code = resident.send(comment="Deep holes.", district="north")
    admin.get("districts/")
    assert admin.post("districts/north/close").status_code == 303
    assert choices(resident) == ["south"]
    kept = resident.get(f"/en/receipts/{code}/data/").text
    assert "North en" in kept, "the holder of the receipt reads it as it was"
    assert "closed since" in admin.get("districts/").get_data(as_text=True)
    assert admin.post("districts/north/close").status_code == 303, "twice is once"
    assert admin.post("districts/north/reopen").status_code == 303
    assert choices(resident) == ["north", "south"]
    assert deeds(store) == ["district_closed", "district_reopened"]


def test_a_form_that_was_open_while_its_district_closed_says_so(
    resident: Resident, admin: Visitor
) -> None:
    token = resident.token()
    admin.get("districts/")
    admin.post("districts/north/close")
    answer = resident.client.post(RATE, data={"token": token, "q0": "4", "district": "north"})
    assert answer.status_code == 422
    assert "Choose one from the list" in answer.get_data(as_text=True)


def test_what_does_not_exist_is_not_found(admin: Visitor) -> None:
    for path in ("", "up", "close", "reopen"):
        admin.get("districts/")
        assert admin.post(f"districts/nowhere/{path}", in_en="A").status_code == 404
