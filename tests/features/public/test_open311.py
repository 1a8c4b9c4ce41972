"""Our list of services as Open311 GeoReport v2 knows it."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.models.services import Service, ServiceText
from portal.store.city import set_city_name
from portal.store.content import raise_content_version
from portal.store.engine import Store
from tests.support.city import City
from tests.support.client import response_page


def as_data(element: ElementTree.Element) -> Any:
    """What XML of this kind says, as JSON would say it."""
    children = list(element)
    if element.tag == "metadata":
        return {"true": True, "false": False}[element.text or ""]
    if not children:
        return element.text or ""
    if element.tag == f"{children[0].tag}s":
        return [as_data(child) for child in children]
    return {child.tag: as_data(child) for child in children}


def test_xml_and_json_say_the_same(client: FlaskClient, city: City) -> None:
    for name in ("v2/services", "discovery"):
        xml, told = client.get(f"/open311/{name}.xml"), client.get(f"/open311/{name}.json")
        assert xml.mimetype == "text/xml"
        assert as_data(ElementTree.fromstring(xml.data)) == told.get_json()  # noqa: S314
        for answer in (xml, told):
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_service_has_the_fields_of_the_specification(
    client: FlaskClient, city: City, store: Store
) -> None:
    store.write(_give_code, city.potholes)
    services = client.get("/open311/v2/services.json").get_json()
    codes = [one["service_code"] for one in services]
    assert codes == ["311-PH", "street-lights", "swimming-pools"]
    assert services[0]["service_name"] == "Pothole repair"
    assert services[0]["group"] == "Public Works"
    for one in services:
        assert (one["metadata"], one["type"]) == (False, "realtime")
        assert set(one) == {
            "service_code", "service_name", "description", "metadata", "type", "keywords", "group",
        }  # fmt: skip


def test_the_list_comes_in_a_language_of_the_city(client: FlaskClient, city: City) -> None:
    for locale, name in (("ar", "Pothole repair (ar)"), ("fi", "Pothole repair")):
        services = client.get(f"/open311/v2/services.json?locale={locale}").get_json()
        assert services[0]["service_name"] == name


def test_the_discovery_names_the_city_in_a_language_of_the_city(
    client: FlaskClient, city: City, store: Store
) -> None:
    store.write(set_city_name, "ar", "مارلو")
    for locale, contact in (
        ("ar", "مارلو: http://localhost/ar/"),
        ("fi", "Marlow: http://localhost/en/"),
    ):
        answer = client.get(f"/open311/discovery.json?locale={locale}")
        assert answer.get_json()["contact"] == contact


def test_the_discovery_document_leads_to_the_list(client: FlaskClient, city: City) -> None:
    [endpoint] = client.get("/open311/discovery.json").get_json()["endpoints"]
    assert endpoint["url"] == "http://localhost/open311/v2"
    assert client.get("/open311/v2/services.json").status_code == 200
    links = response_page(client.get("/en/open-data/")).links()
    assert {"/open311/v2/services.json", "/open311/discovery.json"} <= set(links)


def _give_code(session: Session, service_id: int) -> None:
    session.execute(update(Service).where(Service.id == service_id).values(code="311-PH"))
    raise_content_version(session)


def test_texts_of_long_ago_leave_the_xml_readable(
    client: FlaskClient, city: City, store: Store
) -> None:
    def say(session: Session) -> None:
        words = {"name": "Roads\x0band\x07 paths", "summary": "\uffffAll of them."}
        session.execute(update(ServiceText).values(words))

    store.write(say)
    answer = client.get("/open311/v2/services.xml")
    services = as_data(ElementTree.fromstring(answer.data))  # noqa: S314 - our own
    assert {one["service_name"] for one in services} == {"Roads\nand paths"}
    assert {one["description"] for one in services} == {"All of them."}


@pytest.mark.parametrize(
    ("root", "leads_to"),
    [("/open311/v2", "/open311/discovery.json"), ("/api/v1", "/api/openapi.json")],
)
def test_the_address_above_the_others_says_what_there_is(
    client: FlaskClient, root: str, leads_to: str
) -> None:
    answer = client.get(root)
    assert (answer.status_code, answer.headers["Location"]) == (302, leads_to)
    assert client.get(leads_to).status_code == 200
