"""The list of kiosks."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from portal.admin.kiosks import NewKiosk, close_kiosk, list_kiosks, set_up_kiosk
from portal.models.doors import Kiosk
from portal.store.engine import Store
from tests.features.admin.conftest import Visitor
from tests.support.city import City
from tests.support.client import response_page
from tests.support.moment import this_moment
from tests.support.statements import watch_statements


def test_all_services_are_named_at_once(store: Store, city: City) -> None:
    services = (city.potholes, city.lights, city.pools, None)
    for number, service_id in enumerate(services):
        now = this_moment()
        store.write(
            set_up_kiosk, new=NewKiosk(f"Hall {number}", service_id, 60),
            person_id=city.people["admin"], today=now.date(), now=now,
        )  # fmt: skip
    with watch_statements(store) as sent, store.read() as session:
        named = [row.service and row.service.text for row in list_kiosks(session, ["en"])]
    assert named == ["Pothole repair", "Street lights", "Swimming pools", None]
    assert len([one for one, _parameters in sent if one.startswith("SELECT")]) == 2


def test_what_is_closed_stands_apart_from_what_is_in_use(
    app: Flask, store: Store, city: City
) -> None:
    admin, now = Visitor(app, "admin"), this_moment()
    who: dict[str, Any] = {"person_id": city.people["admin"], "today": now.date(), "now": now}
    for name in ("Hall", "Library"):
        store.write(set_up_kiosk, new=NewKiosk(name, None, 60), **who)
    for number, closed in enumerate(("Library", "Hall"), start=1):
        with store.read() as session:
            kiosk_id = session.scalars(select(Kiosk.id).where(Kiosk.name == closed)).one()
        store.write(close_kiosk, kiosk_id=kiosk_id, **who)
        page = response_page(admin.get("kiosks/"))
        [fold] = [one for one in page.all("details") if one.get("class") == "fold"]
        assert page.words(fold).count("closed on") == page.words().count("closed on") == number
        assert ("No kiosk in use" in page.words()) is (closed == "Hall")
