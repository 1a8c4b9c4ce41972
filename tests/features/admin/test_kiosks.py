"""The list of kiosks."""

from __future__ import annotations

from portal.admin.kiosks import NewKiosk, list_kiosks, set_up_kiosk
from portal.store.engine import Store
from tests.support.city import City
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
