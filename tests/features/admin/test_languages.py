"""Switching a language off for residents: new pages leave it, old receipts stay readable."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.admin.languages import list_languages
from portal.admin.services.operations import add_service
from portal.models.running import AuditEvent
from portal.models.services import Service, ServiceChannel, ServiceLanguage
from portal.settings import Settings
from portal.store.engine import Store
from portal.store.languages import list_closed_languages
from tests.features.admin.conftest import Visitor
from tests.support.city import City
from tests.support.client import response_page
from tests.support.moment import this_moment
from tests.support.residents import Resident

RATE_VI = "/vi/services/pothole-repair/rate"


@pytest.fixture
def resident(
    app: Flask, settings: Settings, city: City, monkeypatch: pytest.MonkeyPatch
) -> Resident:
    """Somebody who sees every change at once. Asked for before the administrator signs in."""
    del city
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 0)
    return Resident(app, settings)


def switch_off(admin: Visitor, tag: str, days: int = 0) -> int:
    admin.get(f"languages/{tag}/")
    day = admin.client.application.extensions["portal"].clock.today() + timedelta(days=days)
    return admin.post(f"languages/{tag}/off", day=day.isoformat()).status_code


def spans(store: Store, service_id: int, role: str) -> list[bool]:
    """Whether each record of Vietnamese is closed, in the order of their days."""
    with store.read() as session:
        rows = session.scalars(
            select(ServiceLanguage.closed_on)
            .filter_by(service_id=service_id, lang="vi", role=role)
            .order_by(ServiceLanguage.opened_on)
        )
        return [row is not None for row in rows]


def test_pages_leave_the_language_and_nothing_offers_it(resident: Resident, admin: Visitor) -> None:
    assert 'hreflang="vi"' in resident.get("/en/services/").text
    assert switch_off(admin, "vi") == 303
    assert 'hreflang="vi"' not in resident.get("/en/services/").text
    answer = resident.client.get("/vi/services/?q=road", headers={"Accept-Language": "vi, es"})
    assert (answer.status_code, answer.location) == (302, "/es/services/?q=road")
    assert answer.headers["Cache-Control"] == "no-cache"
    front = resident.client.get("/", headers={"Accept-Language": "vi, ko"})
    assert front.location == "/ko/"


def test_old_receipts_stay_readable_and_can_still_be_answered(
    resident: Resident, admin: Visitor
) -> None:
    code = resident.send(RATE_VI, comment="Nhiều ổ gà quá.")
    assert switch_off(admin, "vi") == 303
    page = resident.get(f"/vi/receipts/{code}/")
    assert "Nhiều ổ gà quá." in page.text
    assert resident.client.get(f"/vi/receipts/{code}/data/").status_code == 200


def test_services_take_no_feedback_in_it_and_keep_the_day_as_a_record(
    resident: Resident, admin: Visitor, store: Store, city: City
) -> None:
    assert switch_off(admin, "vi") == 303
    assert spans(store, city.potholes, "input") == [True]
    assert spans(store, city.potholes, "required") == [False], "what is owed stays owed"
    closed = resident.client.get(RATE_VI)
    assert 'name="q0"' not in closed.get_data(as_text=True)


def test_switching_on_opens_what_switching_off_has_closed_and_nothing_else(
    resident: Resident, admin: Visitor, store: Store, city: City
) -> None:
    admin.get("services/street-lights/")
    today = admin.client.application.extensions["portal"].clock.today()
    ahead = (today + timedelta(days=3)).isoformat()
    admin.post("services/street-lights/switch", what="input", key="vi", way="close", day=ahead)
    assert switch_off(admin, "vi", days=5) == 303
    admin.get("languages/vi/")
    assert admin.post("languages/vi/on").status_code == 303
    assert spans(store, city.potholes, "input") == [False]
    assert spans(store, city.lights, "input") == [True], "that was its own decision"
    assert 'hreflang="vi"' in resident.get("/en/services/").text
    assert admin.post("languages/vi/on").status_code == 303, "twice is once"
    with store.read() as session:
        actions = session.scalars(
            select(AuditEvent.action).where(AuditEvent.action.like("city_language%"))
        ).all()
    assert actions == ["city_language_closed", "city_language_opened"]


def test_a_day_ahead_changes_nothing_before_it(
    resident: Resident, admin: Visitor, store: Store
) -> None:
    assert switch_off(admin, "ko", days=9) == 303
    assert 'hreflang="ko"' in resident.get("/en/").text
    assert "on until" in admin.get("languages/").get_data(as_text=True)
    with store.read() as session:
        assert set(list_closed_languages(session)) == {"ko"}


@pytest.mark.parametrize(
    ("tag", "days", "status"), [("en", 0, 303), ("vi", -1, 422), ("fr", 0, 404)]
)
def test_what_cannot_be_switched_off(
    admin: Visitor, store: Store, tag: str, days: int, status: int
) -> None:
    assert switch_off(admin, tag, days) == status
    with store.read() as session:
        assert list_closed_languages(session) == {}


def test_a_service_that_is_added_meanwhile_owes_the_language_and_does_not_offer_it(
    admin: Visitor, store: Store, city: City
) -> None:
    assert switch_off(admin, "vi") == 303
    today = admin.client.application.extensions["portal"].clock.today()
    slug = store.write(
        add_service, name="Libraries", department="parks", code=None, languages=["en", "vi"],
        person_id=city.people["admin"], now=this_moment(), today=today,
    )  # fmt: skip
    with store.read() as session:
        rows = session.execute(
            select(ServiceLanguage.lang, ServiceLanguage.role)
            .join(Service, Service.id == ServiceLanguage.service_id)
            .where(Service.slug == slug)
        )
        found = {(row.lang, row.role) for row in rows}
    assert found == {("en", "input"), ("en", "required"), ("vi", "required")}
    admin.get("languages/vi/")
    assert admin.post("languages/vi/on").status_code == 303
    with store.read() as session:
        added = session.scalars(select(Service.id).where(Service.slug == slug)).one()
    assert spans(store, added, "input") == [False], "nobody had decided that it takes none"


def test_a_service_that_begins_to_take_ratings_meanwhile_opens_with_the_language(
    admin: Visitor, store: Store, city: City
) -> None:
    def forget(session: Session) -> None:
        """Pools were never rated, and lights are rated without Vietnamese: somebody chose so."""
        session.execute(delete(ServiceChannel).where(ServiceChannel.service_id == city.pools))
        session.execute(delete(ServiceLanguage).filter_by(lang="vi", role="input"))

    store.write(forget)
    assert switch_off(admin, "vi") == 303
    admin.get("services/swimming-pools/")
    today = admin.client.application.extensions["portal"].clock.today().isoformat()
    opened = admin.post(
        "services/swimming-pools/switch", what="channel", key="web", way="open", day=today
    )
    assert opened.status_code == 303
    assert spans(store, city.pools, "input") == [], "the city does not offer it"
    admin.get("languages/vi/")
    assert admin.post("languages/vi/on").status_code == 303
    assert spans(store, city.pools, "input") == [False]
    assert spans(store, city.lights, "input") == []


def test_the_share_of_residents_pages_stands_beside_that_of_all_pages(admin: Visitor) -> None:
    page = response_page(admin.get("languages/"))
    cells = {
        (page.words(row.find("*")), cell.get("data-l")): page.words(cell)
        for row in page.all("tr")
        for cell in row
        if cell.get("data-l")
    }
    assert cells["Vietnamese", "Residents’ pages"] == "100%"
    assert cells["Vietnamese", "All pages"] != "100%"


def test_completeness_counts_what_people_have_reviewed(store: Store, city: City) -> None:
    del city
    with store.read() as session:
        rows = {row.lang: row for row in list_languages(session, ["en", "ko"])}
    assert rows["en"].services.there == rows["en"].services.of == 3
    assert rows["ko"].districts.of == 2
