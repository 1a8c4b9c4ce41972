"""A form that was sent after the sign-in had ended waits until its sender has signed in anew."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from passlib.totp import TOTP
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.accounts.operations.sign_ins import end_all
from portal.models.people import Person
from portal.settings import Settings
from portal.store.engine import Store
from tests.features.accounts.conftest import Knock, send
from tests.support.city import PASSWORD, City
from tests.support.client import Page, response_page
from tests.support.desk import Desk, grow_stale
from tests.support.moment import this_moment
from tests.support.second_factor import spare_code

TYPED = {"name": "R & <b>S</b>", "lang": "es"}
OWN = "/en/account/"


@pytest.fixture(autouse=True)
def everybody(desk_city: City) -> City:
    return desk_city


def end_sign_ins(store: Store, city: City, who: str) -> None:
    """Let all of a person's sign-ins end, as whoever looks after people can."""
    store.write(end_all, now=this_moment(), person_id=city.people[who], by=None)


def send_own(desk: Desk) -> TestResponse:
    """Send the form of one's own account."""
    return desk.client.post(OWN, data={"csrf_token": desk.csrf_token(), **TYPED})


def go_on(client: FlaskClient, page: Page) -> TestResponse:
    """Press Continue."""
    held = page.sent_along(OWN)
    return client.post(OWN, data={"csrf_token": page.value("csrf_token"), **held})


def names(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(Person.name).where(Person.name == TYPED["name"])))


@pytest.mark.parametrize("who", ["staff", "manager"])
def test_what_was_typed_waits_while_its_sender_signs_in(
    app: Flask, store: Store, city: City, knock: Knock, who: str
) -> None:
    desk = Desk(app, who)
    end_sign_ins(store, city, who)
    answer = send_own(desk)
    assert answer.status_code == 403
    page = response_page(answer)
    assert "Nothing is saved yet" in page.words()
    assert TYPED.items() <= page.sent_along(OWN).items()
    again = response_page(go_on(desk.client, page))
    assert "You are not signed in yet" in again.words()
    assert TYPED.items() <= again.sent_along(OWN).items()
    (link,) = (one for one in page.all("a") if one.get("target") == "_blank")
    wanted = response_page(desk.client.get(link.get("href", ""))).value("next")
    arrived = knock(desk.client, who, next=wanted)
    if who == "manager":
        arrived = send(desk.client, "sign-in/code", code=spare_code(1), next=wanted)
    assert response_page(desk.client.get(arrived.location)).words().startswith("You are signed in")
    assert names(store) == [], "not before it is sent again"
    assert go_on(desk.client, page).status_code == 303
    assert names(store) == [TYPED["name"]]


def test_what_was_typed_waits_while_a_second_factor_is_set_up(
    app: Flask, store: Store, city: City, knock: Knock
) -> None:
    desk = Desk(app, "manager")
    end_sign_ins(store, city, "manager")
    page = response_page(send_own(desk))
    forget = f"admin/people/{city.people['manager']}/forget-second-factor"
    assert send(Desk(app, "admin").client, forget).status_code == 303
    set_up = "/en/account/second-factor/"
    assert knock(desk.client, "manager").location == set_up
    waiting = go_on(desk.client, page)
    assert waiting.status_code == 403
    again = response_page(waiting)
    assert TYPED.items() <= again.sent_along(OWN).items()
    (link,) = (one for one in again.all("a") if one.get("target") == "_blank")
    assert desk.client.get(link.get("href", "")).location == set_up
    assert names(store) == []
    assert send(desk.client, "account/second-factor/app/begin").status_code == 303
    shown = response_page(desk.client.get(f"{set_up}app"))
    key = next(one for one in shown.all("p") if one.get("class") == "secret")
    code = TOTP(key=shown.words(key)).generate(this_moment()).token
    assert send(desk.client, "account/second-factor/app", code=code).status_code == 200
    assert go_on(desk.client, again).status_code == 303
    assert names(store) == [TYPED["name"]]


def test_a_form_goes_on_in_as_many_bytes_as_it_came(app: Flask, store: Store, city: City) -> None:
    desk = Desk(app, "admin")
    end_sign_ins(store, city, "admin")
    path = "/en/admin/import/"
    data = {"csrf_token": desk.csrf_token(), "text": "س"}
    for kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        page = response_page(desk.client.post(path, data=data, content_type=kind))
        assert page.encoding(path) == kind


def test_a_form_of_many_fields_waits_for_who_it_is(app: Flask, store: Store) -> None:
    """There is a limit for fields in parts, and it was sent without any."""
    desk, path = Desk(app, "admin"), "/en/admin/city/"
    grow_stale(store)
    many = {f"field-{number}": "x" for number in range(600)}
    data = {"csrf_token": desk.csrf_token(), "in_en": "Marlow", **many}
    answer = desk.client.post(path, data=data)
    assert answer.status_code == 403
    page = response_page(answer)
    forms = [one for one in page.all("form") if one.get("action") == path]
    assert {one.get("enctype") for one in forms} == {None}
    sent = {**page.sent_along(path), "csrf_token": page.value("csrf_token")}
    done = desk.client.post(
        path, data={**sent, "proof_password": PASSWORD}, content_type=page.encoding(path)
    )
    assert done.status_code == 303


def test_nobody_sends_the_form_of_somebody_else(
    app: Flask, store: Store, city: City, knock: Knock
) -> None:
    desk = Desk(app)
    end_sign_ins(store, city, "staff")
    page = response_page(send_own(desk))
    assert knock(desk.client, "reviewer").status_code == 303
    assert go_on(desk.client, page).status_code == 400
    assert names(store) == []


def test_a_form_waits_overnight(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(app)
    assert settings.clock_file is not None
    settings.clock_file.write_text(str(16 * 3600))
    signed_at = TimestampSigner.get_timestamp
    monkeypatch.setattr(
        TimestampSigner, "get_timestamp", lambda signer: signed_at(signer) + 16 * 3600
    )
    assert TYPED.items() <= response_page(send_own(desk)).sent_along(OWN).items()


def test_what_comes_without_the_sessions_token_is_not_given_back(
    app: Flask, store: Store, city: City
) -> None:
    desk = Desk(app)
    end_sign_ins(store, city, "staff")
    other = {"csrf_token": Desk(app, "reviewer").csrf_token()}
    for data in ({}, other):
        answer = desk.client.post(OWN, data={**TYPED, **data})
        assert (answer.status_code, answer.location) == (303, "/en/sign-in")


@pytest.mark.parametrize(
    ("stood", "reached"),
    [
        ("http://localhost/en/staff/cases/7/?q=pool,(a)", "/en/staff/cases/7/?q=pool,(a)"),
        ("http://localhost/en/services/", None),
        ("https://evil.example/en/staff/", None),
    ],
)  # fmt: skip
def test_whoever_was_never_signed_in_is_led_to_where_the_form_stood(
    client: FlaskClient, stood: str, reached: str | None
) -> None:
    answer = client.post("/en/staff/cases/7/notes", data=TYPED, headers={"Referer": stood})
    assert answer.status_code == 303
    door = client.get(answer.location)
    assert response_page(door).value("next") == (reached or "")


def test_a_page_is_reached_with_its_filters(client: FlaskClient, knock: Knock) -> None:
    overlong = client.get(f"/en/staff/?text={'x' * 3000}")
    assert response_page(client.get(overlong.location)).value("next") == ""
    wanted = "/en/staff/?text=pool,+(big)&page=3"
    door = response_page(client.get(client.get(wanted).location))
    assert door.value("next") == wanted
    assert knock(client, "staff", next=door.value("next")).location == wanted
