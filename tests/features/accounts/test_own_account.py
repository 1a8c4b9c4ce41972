"""One's own account: where one is signed in, the password, and being asked again who one is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.arriving import device_kind
from portal.models.appraisals import ThresholdChange
from portal.models.people import Person, SignIn
from portal.store.engine import Store
from tests.features.accounts.conftest import Knock, actions, send, token_of
from tests.support.city import PASSWORD, City
from tests.support.client import response_page
from tests.support.desk import Desk, grow_stale
from tests.support.moment import this_moment

NEW = "seven herons cross the weir"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile/15E148 Safari/604.1"


@pytest.fixture(autouse=True)
def everybody(desk_city: City) -> City:
    return desk_city


def is_in(client: FlaskClient) -> bool:
    return client.get("/en/account/").status_code == 200


@pytest.mark.parametrize(
    ("user_agent", "kind"),
    [
        (PHONE, "phone"),
        ("Mozilla/5.0 (Linux; Android 16; Pixel 9) Chrome/140.0 Mobile Safari/537.36", "phone"),
        ("Mozilla/5.0 (Linux; Android 16; SM-X810) Chrome/140.0 Safari/537.36", "tablet"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0", "computer"),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0", "computer"),
        ("", "other"),
    ],
)
def test_a_device_is_known_by_its_kind_alone(user_agent: str, kind: str) -> None:
    assert device_kind(user_agent) == kind


def test_sign_ins_are_listed_and_can_be_ended(app: Flask, store: Store, knock: Knock) -> None:
    here, phone, third = (app.test_client() for _ in range(3))
    knock(here, "staff")
    phone.environ_base["HTTP_USER_AGENT"] = PHONE
    knock(phone, "staff")
    knock(third, "staff")
    page = response_page(here.get("/en/account/"))
    assert page.words().count("Signed in") == 3
    assert "A phone" in page.words()
    with store.read() as session:
        numbers = session.scalars(select(SignIn.id).order_by(SignIn.id)).all()
        kept = session.execute(select(SignIn.device)).all()
    assert PHONE not in str(kept)
    for _press in range(2):
        assert send(here, "account/sign-ins/end", sign_in=numbers[1]).status_code == 303
    assert [is_in(one) for one in (here, phone, third)] == [True, False, True]
    send(here, "account/sign-ins/end-others")
    assert [is_in(one) for one in (here, phone, third)] == [True, False, False]
    assert actions(store) == ["sign_in_ended", "sign_ins_ended"]


def test_nobody_ends_the_sign_in_of_somebody_else(app: Flask, store: Store, knock: Knock) -> None:
    staff, parks = app.test_client(), app.test_client()
    knock(staff, "staff")
    knock(parks, "parks")
    with store.read() as session:
        number = session.scalar(select(SignIn.id).order_by(SignIn.id).limit(1))
    for wrong in (number, 999, "9" * 30, "x"):
        assert send(parks, "account/sign-ins/end", sign_in=wrong).status_code == 404
    assert is_in(staff)


def test_a_new_password_ends_the_other_sign_ins_and_changes_the_secret_of_this_one(
    app: Flask, knock: Knock
) -> None:
    here, other, thief = (app.test_client() for _ in range(3))
    knock(here, "staff")
    knock(other, "staff")
    cookie = here.get_cookie("portal")
    assert cookie is not None
    thief.set_cookie("portal", cookie.value)
    assert send(here, "account/password", password="password1234").status_code == 422
    assert send(here, "account/password", password=NEW).status_code == 303
    assert [is_in(one) for one in (here, other, thief)] == [True, False, False]
    assert knock(other, "staff").status_code == 422
    assert knock(other, "staff", NEW).status_code == 303


def test_name_and_language_are_kept(client: FlaskClient, store: Store, knock: Knock) -> None:
    knock(client, "staff")
    assert send(client, "account/", name="", lang="es").status_code == 422
    assert send(client, "account/", name="X", lang="xx").status_code == 422
    assert send(client, "account/", name=" Ana M. ", lang="es").status_code == 303
    with store.read() as session:
        person = session.scalars(select(Person).where(Person.email == "staff@city.example")).one()
        assert (person.name, person.lang) == ("Ana M.", "es")


def test_what_administrators_change_asks_who_they_are_and_loses_nothing(
    app: Flask, store: Store
) -> None:
    admin = Desk(app, "admin").client
    grow_stale(store)
    form = {
        "which": "L3.1.tau", "value": "80", "reason": "R & <b>S</b>",
        "from_on": (this_moment() + timedelta(days=1)).date().isoformat(),
    }  # fmt: skip
    answer = send(admin, "admin/thresholds/", **form)
    assert answer.status_code == 403
    page = response_page(answer)
    assert "Nothing is saved yet" in page.words()
    assert {name: page.value(name) for name in form} == form
    for proof in (
        {"proof_password": "wrong password"},
        {"proof_code": "1"},
        {"proof_passkey": "{"},
        {"proof_passkey": "[" * 60_000},
    ):
        assert send(admin, "admin/thresholds/", **form, **proof).status_code == 422
    assert not _changes(store)
    answer = send(admin, "admin/thresholds/", **form, proof_password=PASSWORD)
    assert answer.status_code == 303
    assert _changes(store) == ["R & <b>S</b>"]
    assert send(admin, "admin/thresholds/", **form).status_code != 403  # fresh for a while


def _changes(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(ThresholdChange.reason)))


def test_a_page_that_asks_is_reached_after_the_proof(
    client: FlaskClient, store: Store, knock: Knock
) -> None:
    knock(client, "staff")
    grow_stale(store)
    answer = client.get("/en/account/password")
    assert answer.location == "/en/account/again?next=/en/account/password"
    door = client.get(answer.location)
    assert response_page(door).words().startswith("Confirm that it is you")
    data = {"csrf_token": token_of(client), "proof_password": PASSWORD}
    again = client.post(answer.location, data=data)
    assert again.location == "/en/account/password"
    assert client.get("/en/account/password").status_code == 200


def test_the_question_needs_the_sessions_token(
    client: FlaskClient, store: Store, knock: Knock
) -> None:
    knock(client, "staff")
    grow_stale(store)
    data = {"proof_password": PASSWORD, "password": NEW}
    assert client.post("/en/account/password", data=data).status_code == 400
    assert client.get("/en/account/password").status_code == 303
