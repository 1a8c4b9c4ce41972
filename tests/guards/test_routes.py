"""Every address has one access class, GET never commits, and no address vanishes unnoticed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.routing import Rule

from portal.store.engine import Store
from portal.web.access import EXTENSION_ROUTES, SIGNED_IN, Access, access_of, needs_fresh
from portal.web.session import is_signed_in_area
from tests.support.city import City

# What administrators send that does once more what was asked for before, or keeps a draft that
# nobody reads until a second person has agreed.
HARMLESS = {
    "admin.ask_report_anew",
    "admin.drop_draft",
    "admin.fetch_again",
    "admin.save_text",
    "mail.retry_mail",
    "mail.retry_refused_mail",
    "admin.retry_webhook",
}
NO_WORKER = "health.show_worker"  # which none of these tests has begun
LIST = Path(__file__).with_name("routes.txt")


def rules(app: Flask) -> Iterator[Rule]:
    yield from sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def described(app: Flask) -> list[str]:
    lines = []
    for rule in rules(app):
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        address = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"<\1>", rule.rule)
        fresh = "+fresh" if needs_fresh(app, rule.endpoint) else ""
        lines.append(f"{access_of(app, rule.endpoint)}{fresh} {methods} {address}")
    return lines


def test_every_route_has_one_access_class(app: Flask) -> None:
    for rule in rules(app):
        assert access_of(app, rule.endpoint) is not None, f"{rule.endpoint} says nothing"


def test_extension_routes_that_are_listed_exist(app: Flask) -> None:
    assert set(EXTENSION_ROUTES) <= set(app.view_functions)


def test_no_route_vanishes_or_changes_its_access_unnoticed(app: Flask) -> None:
    """When this fails on purpose: consider who linked to it, then write routes.txt anew."""
    found = described(app)
    listed = LIST.read_text().splitlines() if LIST.exists() else []
    assert found == listed, "\n".join(sorted(set(found) ^ set(listed)))


def test_a_route_learns_to_build_its_address_when_it_is_first_asked(own_app: Flask) -> None:
    """As Werkzeug itself builds it, with values that stand in the address and others."""
    late = next(own_app.url_map.iter_rules("public.show_service"))
    plain = Rule(late.rule, endpoint=late.endpoint)
    own_app.url_map.add(plain)
    values = {"lang": "en", "slug": "pothole-repair", "self": "a b", "rule": "1"}
    waiting = late._build_unknown
    built = [late.build(values), late.build(values)]
    assert built == [plain.build(values)] * 2
    assert late._build_unknown is not waiting
    address = late.build({"lang": "en", "slug": "a/b"}, append_unknown=False)
    assert address == plain.build({"lang": "en", "slug": "a/b"}, append_unknown=False)


def test_other_sites_may_ask_for_open_data_and_for_nothing_else(
    app: Flask, client: FlaskClient
) -> None:
    asking = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    asked = 0
    for rule in rules(app):
        address = re.sub(r"<int[^<>]*>", "1", rule.rule)
        address = re.sub(r"<[^<>]*(day|date|as_of|quarter)>", "2026-01-01", address)
        address = re.sub(r"<[^<>]+>", "en", address)
        answer = client.options(address, headers=asking)
        may = {name for name in dict(answer.headers) if name.startswith("Access-Control-Allow-")}
        if access_of(app, rule.endpoint) is not Access.OPEN_DATA:
            # What is not there below /api/ is said to every site; whether it may ask, to none.
            assert may <= {"Access-Control-Allow-Origin"}, address
            assert not may or answer.status_code == 404, address
            continue
        asked += 1
        assert answer.status_code == 200, address
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
        assert "If-None-Match" in answer.headers["Access-Control-Allow-Headers"]
        assert int(answer.headers["Access-Control-Max-Age"]) > 0
        assert rule.methods == {"GET", "HEAD", "OPTIONS"}, address
    assert asked > 20


def test_all_that_administrators_send_asks_who_they_are(app: Flask) -> None:
    for rule in rules(app):
        is_sent = "POST" in (rule.methods or ()) and rule.endpoint not in HARMLESS
        if is_sent and access_of(app, rule.endpoint) is Access.ADMINISTRATOR:
            assert needs_fresh(app, rule.endpoint), f"{rule}: is_fresh=True, or HARMLESS"


def test_sessions_exist_exactly_where_people_sign_in(app: Flask) -> None:
    for rule in rules(app):
        level = access_of(app, rule.endpoint)
        needs_session = level in SIGNED_IN or level is Access.SIGN_IN
        assert is_signed_in_area(rule.rule.replace("<lang:lang>", "en")) == needs_session, rule


def test_signed_in_pages_ask_for_sign_in(client: FlaskClient, app: Flask, city: City) -> None:
    asked = 0
    for rule in rules(app):
        if access_of(app, rule.endpoint) not in SIGNED_IN or "GET" not in (rule.methods or ()):
            continue
        response = client.get(sample(rule))
        assert response.status_code == 303, rule
        assert response.location.startswith("/en/sign-in"), rule
        asked += 1
    assert asked > 3


def sample(rule: Rule) -> str:
    """An address of the rule, with something in every place."""
    address = rule.rule.replace("<lang:lang>", "en").replace("<slug>", "pothole-repair")
    address = re.sub(r"<int:[^>]+>", "1", address)
    address = re.sub(r"<string:slug>", "pothole-repair", address)
    return re.sub(r"<[^>]+>", "0" * 25, address)


@pytest.fixture
def commits(store: Store) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(connection: object) -> None:
        seen.append("commit")

    event.listen(store.engine, "commit", note)
    yield seen
    event.remove(store.engine, "commit", note)


def test_get_never_commits_and_sets_no_cookie_for_residents(
    client: FlaskClient, app: Flask, city: City, commits: list[str]
) -> None:
    for rule in rules(app):
        if "GET" not in (rule.methods or ()):
            continue
        commits.clear()
        response = client.get(sample(rule))
        usual = {503} if rule.endpoint == NO_WORKER else {200, 302, 303, 304, 404}
        assert response.status_code in usual, (rule, response.status_code)
        assert not commits, f"GET {rule} commits"
        if not is_signed_in_area(sample(rule)):
            assert "Set-Cookie" not in response.headers, rule
            assert "Cookie" not in response.headers.get("Vary", ""), rule


def test_every_answer_has_the_security_headers(client: FlaskClient, app: Flask, city: City) -> None:
    for rule in rules(app):
        if "GET" not in (rule.methods or ()):
            continue
        response = client.get(sample(rule))
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe-inline" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        if "code" in rule.arguments:
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["X-Robots-Tag"] == "noindex"
