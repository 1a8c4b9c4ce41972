"""Addresses with a NUL are nobody's, each surface misses them in its own way; others stay here."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.store.engine import Store
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk, open_desk

PAGES = (
    "services/%00/", "services/?q=%00", "services/?%00=q", "services/pothole-repair/rate?x=a%00b",
    "responses/?service=%00", "responses/?department=%00", "no-such-page/%00", "sign-in?next=%00",
)  # fmt: skip
DESK = (
    "admin/services/%00/", "admin/services/?q=%00", "admin/services/pothole-repair/texts/%00",
    "admin/services/%00/texts/en", "admin/districts/%00/", "admin/departments/%00/",
    "admin/languages/%00/", "admin/audit/?action=%00", "admin/audit/?subject=%00",
    "admin/people/?q=%00", "manage/services/%00/", "manage/warnings/?service=%00", "staff/?q=%00",
)  # fmt: skip
SENT = (
    "admin/services/%00/", "admin/services/%00/texts/en/drop", "admin/services/%00/checks/en",
    "admin/districts/%00/up", "admin/departments/%00/", "admin/departments/parks/?x=%00",
)  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_residents_miss_them_in_the_language_of_the_address(
    client: FlaskClient, city: City, lang: str
) -> None:
    for path in PAGES:
        answer = client.get(f"/{lang}/{path}", headers={"Accept-Language": "ko"})
        assert answer.status_code == 404, path
        assert "\0" not in answer.text
        assert response_page(answer).all("html")[0].get("lang") == lang
    assert client.post(f"/{lang}/services/%00/rate", data={"q0": "4"}).status_code == 404


def test_the_desk_misses_them(app: Flask, store: Store, city: City) -> None:
    open_desk(store, city)
    desk = Desk(app, "admin")
    for path in DESK:
        answer = desk.client.get(f"/en/{path}")
        assert answer.status_code == 404, path
        assert "\0" not in answer.text
        response_page(answer)
    for path in SENT:
        sent = desk.client.post(f"/en/{path}", data={"csrf_token": desk.csrf_token(), "seen": ""})
        assert sent.status_code == 404, path


@pytest.mark.parametrize("path", ["services/a%00b/level", "services?%00", "responses?service=%00"])
def test_programs_are_told_in_json(client: FlaskClient, city: City, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 404
    assert answer.get_json()["error"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        (f"/en/receipts/{'0' * 25}", f"/en/receipts/{'0' * 25}/"),
        ("/en/account?next=a%20b&x=%C3%A4", "/en/account/?next=a%20b&x=%C3%A4"),
        ("/ar//services//pothole-repair/", "/ar/services/pothole-repair/"),
        ("//evil.example/", None),
        ("//en/account", "/en/account/"),
    ],
)
def test_the_way_to_the_right_spelling_names_no_host(
    client: FlaskClient, city: City, asked: str, reached: str | None
) -> None:
    path, _, query = asked.partition("?")
    answer = client.open(
        path="/", headers={"Host": "other.example"},
        environ_overrides={"PATH_INFO": path, "QUERY_STRING": query},
    )  # fmt: skip
    assert (answer.status_code, answer.location) == (308 if reached else 404, reached)
    assert "other.example" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("asked", "body", "headers", "status"),
    [
        ("/en/services?x=%00", None, {}, 404),
        ("/api/v1//services?x=%00", None, {}, 404),
        ("/en/account", None, {"Transfer-Encoding": "chunked"}, 411),
        ("/en/account", b"x=" + b"x" * 10**6, FORM, 413),
        ("/en/account", b"x=\xff", FORM, 400),
    ],
)
def test_an_error_at_another_spelling_is_shown_as_what_it_is(
    client: FlaskClient,
    city: City,
    asked: str,
    body: bytes | None,
    headers: dict[str, str],
    status: int,
) -> None:
    method = "POST" if headers else "GET"
    answer = client.open(asked, method=method, data=body, headers=headers)
    assert answer.status_code == status
    assert "Location" not in answer.headers
    assert "Redirecting" not in answer.text
    if asked.startswith("/api/"):
        assert answer.get_json()["error"]
    else:
        response_page(answer)
