"""Who may open the administrators' pages, tried for every route of the list.

The routes are the app's own, so that a new page is tried as soon as it exists. Forms are sent
empty: whoever may not is turned away before anything is read.
"""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.web.access import Access, access_of
from tests.features.admin.conftest import Visitor
from tests.support.city import City
from tests.support.client import response_page

UNKNOWN = 987654321  # no row has this id


@pytest.fixture
def pages(app: Flask, city: City) -> list[tuple[str, str]]:
    """(method, address) of every route that asks for an administrator.

    An argument names something of the city, or nothing.
    """
    made: dict[str, Any] = {
        "lang": "en",
        "person_id": city.people["parks"],
        "slug": "pothole-repair",
        "tag": "es",
        "department": "parks",
        "district": "south",
    }
    found = []
    for rule in app.url_map.iter_rules():
        if access_of(app, rule.endpoint) is Access.ADMINISTRATOR:
            values = {name: made.get(name, UNKNOWN) for name in rule.arguments}
            with app.test_request_context():
                address = app.url_map.bind("localhost").build(rule.endpoint, values)
            found += [(method, address) for method in (rule.methods or set()) & {"GET", "POST"}]
    assert found
    return found


def _ask(visitor: Visitor, method: str, address: str) -> int:
    data = {"csrf_token": visitor.token} if method == "POST" else None
    return visitor.client.open(address, method=method, data=data).status_code


def test_whoever_is_signed_out_is_sent_to_the_door(
    app: Flask, pages: list[tuple[str, str]]
) -> None:
    client = app.test_client()
    for method, address in pages:
        answer = client.open(address, method=method)
        if method == "GET":
            place = answer.location or ""
            assert (answer.status_code, place.split("?")[0]) == (303, "/en/sign-in"), address
        else:
            assert answer.status_code in {303, 400}, address


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("who", ["staff", "manager", "reviewer"])
def test_nobody_else_may(app: Flask, pages: list[tuple[str, str]], who: str) -> None:
    visitor = Visitor(app, who)
    visitor.token = _token(visitor)
    for method, address in pages:
        assert _ask(visitor, method, address) == 403, (method, address)


def test_administrators_may(
    app: Flask, city: City, admin: Visitor, pages: list[tuple[str, str]]
) -> None:
    del app, city
    admin.get("thresholds/")
    for method, address in pages:
        expected = {200} if method == "GET" else {200, 303, 409, 422}  # 200: a table
        if str(UNKNOWN) in address:
            expected = {404}
        assert _ask(admin, method, address) in expected, (method, address)


def _token(visitor: Visitor) -> str:
    """The token of the session after the sign-in, from a page that everybody at the desk has."""
    page = response_page(visitor.client.get("/en/staff/responses/"))
    return page.value("csrf_token")
