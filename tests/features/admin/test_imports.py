"""A list of services in the browser: what it would change is shown, and kept only as drafts."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.admin.import_words import LINES, LISTS
from portal.admin.service_forms import MAX_LIST
from portal.models.running import AuditEvent
from portal.models.service_drafts import ServiceDraft
from portal.models.services import Department, Service, ServiceText
from portal.store.engine import Store
from portal.store.service_files import FAULTS, LIST_FAULTS
from tests.features.admin.conftest import Visitor
from tests.support.city import PASSWORD, City
from tests.support.client import response_page
from tests.support.desk import grow_stale

CSV = """service_name,service_code,department,description,name:es
Pothole repair,,Public Works,We fill holes within a week.,Reparación de baches
Leaf collection,L1,Parks and Recreation,Bags are picked up in autumn.,Recogida de hojas
Graffiti removal,G1,Clean City,,
"""


def show(admin: Visitor, text: str, lang: str = "en") -> TestResponse:
    admin.get("import/")
    return admin.post("import/", text=text, lang=lang)


def keep(admin: Visitor, shown: TestResponse) -> TestResponse:
    page = response_page(shown)
    values = {name: page.value(name) for name in ("text", "lang", "seen")}
    return admin.post("import/apply", **values)


def drafts(store: Store) -> dict[tuple[str, str], str]:
    """{(slug, language): name} of everything that waits for a second person."""
    with store.read() as session:
        rows = session.execute(
            select(Service.slug, ServiceDraft.lang, ServiceDraft.name).join(
                ServiceDraft, ServiceDraft.service_id == Service.id
            )
        )
        return {(row.slug, row.lang): row.name for row in rows}


def deeds(store: Store) -> list[dict[str, int]]:
    with store.read() as session:
        rows = session.scalars(
            select(AuditEvent.detail).where(AuditEvent.action == "services_imported")
        )
        return list(rows)


def test_the_page_says_what_would_change_and_changes_nothing(admin: Visitor, store: Store) -> None:
    shown = show(admin, CSV)
    assert shown.status_code == 200
    text = response_page(shown).words()
    for words in ("Leaf collection", "Recogida de hojas", "We fill holes within a week.",
                  "Departments that would be added: Clean City."):  # fmt: skip
        assert words in text
    rows = [one for one in response_page(shown).all("th") if one.get("scope") == "row"]
    named = {response_page(shown).words(one) for one in rows}
    assert named == {"Pothole repair"}  # by its name, not by its part of an address
    assert drafts(store) == {}
    assert deeds(store) == []


def test_what_was_kept_are_drafts_and_services_out_of_use(
    admin: Visitor, client: FlaskClient, store: Store
) -> None:
    assert keep(admin, show(admin, CSV)).status_code == 303
    assert drafts(store) == {
        ("pothole-repair", "en"): "Pothole repair",
        ("pothole-repair", "es"): "Reparación de baches",
        ("leaf-collection", "en"): "Leaf collection",
        ("leaf-collection", "es"): "Recogida de hojas",
        ("graffiti-removal", "en"): "Graffiti removal",
    }
    assert deeds(store) == [{"new": 2, "changed": 1, "unchanged": 0}]
    with store.read() as session:
        new = session.scalars(select(Service).where(Service.code.in_(("L1", "G1")))).all()
        assert [one.is_active for one in new] == [False, False]
        slugs = set(session.scalars(select(Department.slug)))
    assert "clean-city" in slugs
    assert client.get("/en/services/leaf-collection/").status_code == 404
    residents = client.get("/en/services/pothole-repair/").get_data(as_text=True)
    assert "All about pothole repair." in residents, "they read the reviewed text"


def test_the_same_list_again_changes_nothing(admin: Visitor, store: Store) -> None:
    keep(admin, show(admin, CSV))
    again = show(admin, CSV)
    assert "Nothing would change" in again.get_data(as_text=True)
    assert "Keep these changes" not in again.get_data(as_text=True)
    assert len(deeds(store)) == 1


def test_new_services_are_called_by_the_name_that_nobody_has_reviewed_yet(admin: Visitor) -> None:
    assert keep(admin, show(admin, CSV)).status_code == 303

    def listed(path: str) -> list[str]:
        page = response_page(admin.get(path))
        return [page.words(one) for one in page.all("th") if one.get("scope") == "row"]

    assert {"Leaf collection", "Graffiti removal", "Pothole repair"} <= set(listed("services/"))
    assert "leaf-collection" not in listed("services/")
    assert listed("services/?q=hojas") == ["Leaf collection"]
    page = response_page(admin.get("services/leaf-collection/"))
    assert "Leaf collection" in page.words(next(iter(page.all("h1"))))
    plan = response_page(show(admin, CSV.replace("in autumn", "all year")))
    rows = [one for one in plan.all("th") if one.get("scope") == "row"]
    assert [plan.words(one) for one in rows] == ["Leaf collection"]


def test_a_service_gets_the_code_that_a_later_list_brings(admin: Visitor, store: Store) -> None:
    keep(admin, show(admin, "service_name\nLeaf collection\n"))
    shown = show(admin, "service_name,service_code\nLeaf collection,L1\n")
    words = response_page(shown).words()
    assert "Services that get their code" in words
    assert "L1" in words
    assert "Changed words" not in words
    assert keep(admin, shown).status_code == 303
    with store.read() as session:
        leaves = select(Service.slug, Service.code).where(Service.slug.like("leaf%"))
        assert [tuple(row) for row in session.execute(leaves)] == [("leaf-collection", "L1")]
    assert deeds(store)[1:] == [{"new": 0, "changed": 1, "unchanged": 0}]
    again = show(admin, "service_name\nLeaf collection\n")
    assert "Nothing would change" in response_page(again).words()


def test_the_page_says_whose_draft_would_be_replaced(
    admin: Visitor, second: Visitor, store: Store
) -> None:
    changed = "service_name,description\nStreet lights,New words.\n"
    before = show(admin, changed)
    assert "Draft by" not in response_page(before).words()
    path = "services/street-lights/texts/en"
    seen = response_page(second.get(path)).value("seen")
    second.post(path, name="Lamps at night", summary="Theirs.", about="", seen=seen)
    assert keep(admin, before).status_code == 409
    warning = "Draft by \u2068Second\u2069 that is not reviewed yet: it would be replaced."
    shown = show(admin, changed)
    assert warning in response_page(shown).words()
    assert drafts(store) == {("street-lights", "en"): "Lamps at night"}
    assert keep(admin, shown).status_code == 303
    assert drafts(store) == {("street-lights", "en"): "Street lights"}


def test_a_second_person_puts_an_imported_text_before_residents(
    admin: Visitor, store: Store, city: City
) -> None:
    keep(admin, show(admin, CSV))
    page = admin.get("services/pothole-repair/texts/en").get_data(as_text=True)
    assert "We fill holes within a week." in page
    with store.read() as session:
        shown = session.scalars(
            select(ServiceText).filter_by(service_id=city.potholes, lang="en")
        ).one()
        assert shown.summary == "All about pothole repair."


def test_a_list_that_would_do_something_else_by_now_is_shown_again(
    admin: Visitor, store: Store
) -> None:
    shown = show(admin, CSV)
    values = {name: response_page(shown).value(name) for name in ("text", "lang", "seen")}
    values["text"] = values["text"].replace("Graffiti removal", "Graffiti")
    answer = admin.post("import/apply", **values)
    assert answer.status_code == 409
    assert "Something changed" in answer.get_data(as_text=True)
    assert drafts(store) == {}


def test_bad_lines_stay_out_with_their_reason_and_the_others_come_in(
    admin: Visitor, store: Store
) -> None:
    text = "service_name,service_code\nTrees,T1\n,T2\nDogs,T1\n"
    shown = show(admin, text)
    words = response_page(shown).words()
    assert "Line 3" in words
    assert "The name (service_name) is empty." in words
    assert "The code T1 stands in line 2 already." in words
    keep(admin, shown)
    assert set(drafts(store)) == {("trees", "en")}


def test_what_copying_brings_along_stays_out_of_names_and_breaks_no_row(
    admin: Visitor, store: Store
) -> None:
    shown = show(admin, "service_name,service_code\r\nPlay\x0bgrounds,P1\r\nTrees\x07,T1\r\n")
    keep(admin, shown)
    assert set(drafts(store).values()) == {"Play grounds", "Trees"}


def test_open311_is_read_in_both_its_forms(admin: Visitor) -> None:
    service = "<service_code>7</service_code><service_name>Trees</service_name>"
    xml = f"<services><service>{service}</service></services>"
    services = json.dumps([{"service_code": "8", "service_name": "Dogs", "group": "Parks"}])
    assert "Trees" in response_page(show(admin, xml)).words()
    assert "Dogs" in response_page(show(admin, services)).words()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Paste the list"),
        ("name,code\nA,1\n", "no column service_name"),
        ("<!DOCTYPE x><services/>", "DOCTYPE"),
        ("[1, 2", "not JSON"),
        ("service_name\n" + "x" * 120_001, "too long"),
    ],
)
def test_what_is_no_list_is_refused_and_stays_in_the_field(
    admin: Visitor, text: str, reason: str
) -> None:
    answer = show(admin, text)
    assert answer.status_code == 422
    assert reason in answer.get_data(as_text=True)


@pytest.mark.parametrize("letter", ["도", "🌳"])
def test_the_longest_list_comes_in_whatever_its_script(
    admin: Visitor, store: Store, letter: str
) -> None:
    """Also where the portal asks in between who it is."""
    text = "service_name,note\nTrees,"
    text += letter * (MAX_LIST - len(text))
    asked = admin.get("import/")
    grow_stale(store)
    question = admin.send_form(asked, "import/", text=text, lang="en")
    assert question.status_code == 403
    shown = admin.send_form(question, "import/", proof_password=PASSWORD)
    assert shown.status_code == 200
    grow_stale(store)
    question = admin.send_form(shown, "import/apply")
    assert question.status_code == 403
    assert admin.send_form(question, "import/apply", proof_password=PASSWORD).status_code == 303
    assert drafts(store) == {("trees", "en"): "Trees"}


def test_names_of_a_hostile_list_are_words_on_the_page(admin: Visitor) -> None:
    shown = show(admin, 'service_name\n"<script>alert(1)</script> %(n)s {{7*7}}"\n')
    assert "<script>alert(1)" not in shown.get_data(as_text=True)
    assert "%(n)s {{7*7}}" in response_page(shown).words()


def test_every_fault_can_be_said_in_the_readers_language() -> None:
    assert set(LINES) == set(FAULTS)
    assert set(LISTS) == set(LIST_FAULTS)
