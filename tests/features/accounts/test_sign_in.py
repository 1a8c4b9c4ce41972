"""Signing in and out: one answer for every failure, limits, a session that is new every time."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts import visiting
from portal.accounts.operations.sign_ins import count_attempt
from portal.accounts.passwords import hash_password
from portal.app import create_app
from portal.models.people import Person, SignIn
from portal.settings import Settings
from portal.store.engine import Store
from portal.store.secrets import sha256
from tests.support.city import PASSWORD, City, set_passwords
from tests.support.client import response_page
from tests.support.desk import Desk, open_desk
from tests.support.moment import this_moment

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
WRONG = "The email address or the password is wrong."


@pytest.fixture(autouse=True)
def desk_city(store: Store, city: City) -> City:
    return open_desk(store, city)


def knock(client: FlaskClient, email: str, password: str, **data: str) -> TestResponse:
    """Send the sign-in form."""
    door = response_page(client.get("/en/sign-in"))
    return client.post(
        "/en/sign-in",
        data={
            "csrf_token": door.value("csrf_token"),
            "email": email,
            "password": password,
            **data,
        },
    )


def test_the_right_password_opens_the_inbox(client: FlaskClient) -> None:
    answer = knock(client, " Staff@City.example ", PASSWORD)
    assert answer.status_code == 303
    assert answer.location == "/en/staff/"
    assert response_page(client.get("/en/staff/")).words().startswith("Inbox")


def test_all_failures_give_the_same_answer(client: FlaskClient, store: Store) -> None:
    store.write(_deactivate, "reviewer@city.example")
    pages = set()
    for email, password in (
        ("nobody@city.example", PASSWORD),
        ("staff@city.example", "wrong password here"),
        ("reviewer@city.example", PASSWORD),
    ):
        answer = knock(client, email, password)
        assert answer.status_code == 422
        words = response_page(answer).words()
        assert WRONG in words
        pages.add(words.replace(email, ""))
    assert len(pages) == 1


def _deactivate(session: Session, email: str) -> None:
    session.execute(update(Person).where(Person.email == email).values(active=False))


def test_an_unknown_address_takes_as_long_as_a_wrong_password(
    client: FlaskClient, store: Store
) -> None:
    store.write(set_passwords, hash_password(PASSWORD))  # a real one
    knock(client, "nobody@city.example", "warm up the hasher")

    def fastest(email: str) -> float:
        times = []
        for _try in range(3):
            began = time.perf_counter()
            knock(client, email, "wrong password here")
            times.append(time.perf_counter() - began)
        return min(times)

    known, unknown = fastest("staff@city.example"), fastest("nobody@city.example")
    assert 0.4 < known / unknown < 2.5


def test_somebody_who_is_deactivated_is_out_at_once(app: Flask, store: Store) -> None:
    staff = Desk(app)
    staff.get("")
    store.write(_deactivate, "staff@city.example")
    assert staff.client.get("/en/staff/").status_code == 303


def test_tries_are_limited_for_one_address_but_nobody_is_locked_out_from_elsewhere(
    app: Flask,
) -> None:
    client = app.test_client()
    door = response_page(client.get("/en/sign-in")).value("csrf_token")
    form = {"csrf_token": door, "email": "staff@city.example", "password": "wrong password"}
    answers = [client.post("/en/sign-in", data=form) for _try in range(12)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) > 0
    form["password"] = PASSWORD
    assert client.post("/en/sign-in", data=form).status_code == 429
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    answer = client.post("/en/sign-in", data=form, environ_overrides=elsewhere)
    assert answer.status_code == 303


def test_a_hundred_tries_from_one_network_keep_nobody_elsewhere_out(store: Store) -> None:
    def count(prefix: str, email: str | None = "staff") -> int | None:
        return store.write(count_attempt, now=NOON, email_hash=email, prefix_hash=prefix)

    assert sum(count("here") is None for _try in range(150)) == 10
    assert count("elsewhere") is None
    assert [count(f"network {n}") for n in range(120)].count(None) == 89, "tried from anywhere"


def test_a_network_of_many_colleagues_signs_in_without_passwords(store: Store) -> None:
    def arrive(prefix: str) -> int | None:
        return store.write(count_attempt, now=NOON, email_hash=None, prefix_hash=prefix)

    assert sum(arrive("town hall") is None for _colleague in range(250)) == 200
    assert arrive("library") is None


def test_the_session_is_a_new_one_at_every_sign_in(app: Flask, store: Store) -> None:
    client = app.test_client()
    knock(client, "staff@city.example", PASSWORD)
    with client.session_transaction("/en/staff/") as session:
        first = session[visiting.TOKEN]
    assert client.get("/en/sign-in").status_code == 303
    with client.session_transaction("/en/staff/") as session:
        csrf = session.get("csrf_token")
    assert csrf is None
    page = response_page(client.get("/en/staff/"))
    client.post(
        "/en/sign-in",
        data={
            "csrf_token": page.value("csrf_token"),
            "email": "staff@city.example",
            "password": PASSWORD,
        },
    )
    with client.session_transaction("/en/staff/") as session:
        second = session[visiting.TOKEN]
    assert first != second
    assert _row(store, first).ended_at is not None
    assert _row(store, second).ended_at is None


def _row(store: Store, token: str) -> SignIn:
    with store.read() as session:
        row = session.scalar(select(SignIn).where(SignIn.token_hash == sha256(token)))
    assert row is not None
    return row


def test_a_stolen_cookie_is_worthless_after_sign_out(app: Flask) -> None:
    staff, thief = Desk(app), app.test_client()
    cookie = staff.client.get_cookie("portal")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    thief.set_cookie("portal", cookie.value)
    assert thief.get("/en/staff/").status_code == 200
    staff.client.post("/en/sign-out", data={"csrf_token": staff.csrf_token()})
    assert staff.client.get("/en/staff/").status_code == 303
    assert thief.get("/en/staff/").status_code == 303


def test_a_sign_in_ends_after_twelve_hours(app: Flask, settings: Settings) -> None:
    staff = Desk(app)
    clock_file = settings.clock_file
    assert isinstance(clock_file, Path)
    clock_file.write_text(str(11 * 3600))
    staff.get("")
    clock_file.write_text(str(13 * 3600))
    assert staff.client.get("/en/staff/").status_code == 303


def test_last_seen_is_renewed_by_posts_only(app: Flask, store: Store) -> None:
    staff = Desk(app)
    long_ago = (this_moment() - timedelta(days=5)).date()
    store.write(_see, long_ago)
    staff.get("")
    with store.read() as session:
        assert session.scalars(select(SignIn.last_seen_on)).all() == [long_ago]
    staff.client.post("/en/staff/group", data={"csrf_token": staff.csrf_token()})
    with store.read() as session:
        assert session.scalar(select(SignIn.last_seen_on)) != long_ago


def _see(session: Session, day: object) -> None:
    session.execute(update(SignIn).values(last_seen_on=day))


def test_forms_without_the_sessions_token_are_refused(app: Flask, city: City) -> None:
    staff = Desk(app)
    for path in ("/en/staff/group", "/en/sign-out", "/en/staff/responses/1/publish"):
        assert staff.client.post(path, data={}).status_code == 400
    other = Desk(app, "reviewer")
    answer = staff.client.post("/en/staff/group", data={"csrf_token": other.csrf_token()})
    assert answer.status_code == 400


def test_a_door_that_another_tab_still_shows_leads_on_or_is_shown_anew(app: Flask) -> None:
    client, wanted = app.test_client(), "/en/staff/promises/"
    older = response_page(app.test_client().get("/en/sign-in")).value("csrf_token")
    form = {
        "csrf_token": older, "email": "staff@city.example", "password": PASSWORD, "next": wanted,
    }  # fmt: skip
    answer = client.post("/en/sign-in", data=form)
    assert answer.status_code == 400
    door = response_page(answer)
    assert "That page was out of date." in door.words()
    assert (door.value("email"), door.value("next")) == ("staff@city.example", wanted)
    assert client.get(wanted).status_code == 303, "the older form signs nobody in"
    token = door.value("csrf_token")
    assert client.post("/en/sign-in", data={**form, "csrf_token": token}).location == wanted
    again = client.post("/en/sign-in", data={**form, "csrf_token": token})
    assert client.get(again.location).location == wanted
    reached = client.get(wanted).text
    assert "out of date" not in reached
    assert "You are signed in already, as" in reached, "perhaps a colleague is, at a counter"
    for path in ("sign-in/code", "sign-in/passkey", "sign-in/code/passkey"):
        evil = {"csrf_token": older, "next": "//evil.example"}
        assert "evil" not in client.post(f"/en/{path}", data=evil).location
        elsewhere = app.test_client().post(f"/en/{path}", data=evil)
        assert elsewhere.status_code == 400
        assert response_page(elsewhere).value("email") == ""
        assert "evil" not in elsewhere.text


def test_a_browser_that_keeps_no_cookie_is_told_that_nobody_is_signed_in(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    answer = knock(client, "staff@city.example", PASSWORD)
    assert answer.status_code == 400
    assert "You are not signed in" in response_page(answer).words()


FORGED: list[dict[str, dict[str, str]]] = [
    {"headers": {"Sec-Fetch-Site": "cross-site"}},
    {"headers": {"Origin": "https://evil.example"}},
    {"token": {}},
]


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("path", ["sign-in", "sign-in/passkey", "sign-in/code", "sign-out"])
def test_a_form_from_elsewhere_leaves_the_session_alone(
    app: Flask, path: str, forged: dict[str, dict[str, str]]
) -> None:
    """It comes without the cookie, so whatever its answer set would take the place of that one."""
    form = forged.get("token", {"csrf_token": "x"})
    answer = app.test_client().post(f"/en/{path}", data=form, headers=forged.get("headers"))
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/en/staff/responses/", "/en/staff/responses/"),
        ("/es/staff/?place=due", "/es/staff/?place=due"),
        ("//evil.example/staff/", "/en/staff/"),
        ("https://evil.example/staff/", "/en/staff/"),
        ("/\\evil.example/staff/", "/en/staff/"),
        ("/en/staff/\r\nSet-Cookie: a=b", "/en/staff/"),
        ("/en/services/", "/en/staff/"),
        ("", "/en/staff/"),
    ],
)
def test_after_signing_in_only_pages_of_ours_are_reached(
    client: FlaskClient, wanted: str, reached: str
) -> None:
    answer = knock(client, "staff@city.example", PASSWORD, next=wanted)
    assert answer.location == reached


@pytest.mark.parametrize(
    ("path", "status"),
    [("admin/people/", 403), ("staff/cases/999/", 404), ("staff/x", 404)],
)
def test_an_error_leaves_whoever_is_signed_in_their_menu(
    app: Flask, path: str, status: int
) -> None:
    answer = Desk(app).client.get(f"/ar/{path}")
    page = response_page(answer)
    is_known = path.startswith(("admin", "staff/cases"))  # else nobody was looked up
    assert answer.status_code == status
    assert ("/ar/staff/promises/" in page.links()) == is_known
    assert ("/ar/sign-in" in page.links()) != is_known


def test_no_sign_in_by_token_query_or_json(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/en/staff/?auth_token=anything").status_code == 303
    header = {"Authentication-Token": "anything"}
    assert client.get("/en/staff/", headers=header).status_code == 303
    answer = client.post("/en/sign-in", json={"email": "staff@city.example", "password": PASSWORD})
    assert answer.status_code == 400
    assert not [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security")]


@pytest.mark.parametrize("number", ["a\0b", "\ud800", "", 1, None])
def test_a_passkey_that_no_database_can_hold_is_nobodys(
    client: FlaskClient, number: object
) -> None:
    door = response_page(client.get("/en/sign-in"))
    form = {"csrf_token": door.value("csrf_token"), "credential": json.dumps({"id": number})}
    answer = client.post("/en/sign-in/passkey", data=form)
    assert answer.status_code == 422
    assert "This passkey does not work here." in response_page(answer).words()


def test_nobody_is_looked_up_on_pages_of_residents(app: Flask, store: Store) -> None:
    staff = Desk(app)
    answer = staff.client.get("/en/services/")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "Sign out" not in answer.get_data(as_text=True)


def test_the_cookie_is_bound_to_the_host_over_https(
    store: Store, settings: Settings, database_url: str
) -> None:
    values = {**settings.__dict__, "base_url": "https://listens.example"}
    secure = create_app(Settings(**values), store)
    answer = secure.test_client().get("/en/sign-in", base_url="https://listens.example")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-portal=")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie


def test_passwords_rest_as_argon2id_and_secrets_as_hashes(app: Flask, store: Store) -> None:
    staff = Desk(app)
    with staff.client.session_transaction("/en/staff/") as session:
        token = session[visiting.TOKEN]
    with store.read() as database:
        kept = database.scalars(select(Person.password)).all()
        hashes = database.scalars(select(SignIn.token_hash)).all()
    assert all(one and one.startswith("$argon2id$") for one in kept)
    assert token not in hashes
    assert sha256(token) in hashes
