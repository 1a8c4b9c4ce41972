"""The second factor: who must have one, what counts as one, and that no code works twice."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import select

from portal.accounts.operations.links import post_link
from portal.accounts.operations.sign_ins import count_code
from portal.accounts.visiting import is_factor_required
from portal.app import create_app
from portal.models.people import AccountLink, SignIn
from portal.settings import Settings
from portal.store.city import mark_as_demo
from portal.store.engine import Store
from portal.store.secrets import Secrets
from tests.features.accounts.conftest import Knock, actions, send, token_of
from tests.support.city import City
from tests.support.client import response_page
from tests.support.moment import this_day, this_moment
from tests.support.second_factor import code_now, give_factor, give_factors, spare_code

SET_UP = "/en/account/second-factor/"
NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def everybody(desk_city: City) -> City:
    return desk_city


@pytest.fixture
def factors(store: Store, settings: Settings) -> None:
    store.write(give_factors, Secrets(settings.secret_key))


def status(client: FlaskClient, path: str) -> tuple[int, str]:
    answer = client.get(path)
    return answer.status_code, (answer.location or "").split("?")[0]


def give(client: FlaskClient, code: str) -> int:
    return send(client, "sign-in/code", code=code).status_code


@pytest.mark.parametrize("who", ["manager", "admin"])
def test_whoever_must_have_one_can_only_set_one_up(
    client: FlaskClient, knock: Knock, who: str
) -> None:
    assert knock(client, who).location == SET_UP
    for path in ("/en/manage/", "/en/staff/", "/en/account/", "/en/account/password"):
        assert status(client, path) == (303, SET_UP)
    assert send(client, "account/second-factor/recovery-codes").status_code == 403
    assert response_page(client.get(SET_UP)).words().startswith("Second factor")


def test_an_app_is_set_up_with_its_first_code_and_spare_codes_are_shown_once(
    client: FlaskClient, store: Store, knock: Knock
) -> None:
    knock(client, "manager")
    assert send(client, "account/second-factor/app/begin").location == f"{SET_UP}app"
    shown = response_page(client.get(f"{SET_UP}app"))
    key = next(one for one in shown.all("p") if one.get("class") == "secret")
    app = TOTP(key=shown.words(key))
    assert send(client, "account/second-factor/app", code="000000").status_code == 422
    assert status(client, "/en/manage/") == (303, SET_UP)
    answer = send(client, "account/second-factor/app", code=app.generate(this_moment()).token)
    spare = re.findall(r"[0-9A-Z]{5}-[0-9A-Z]{5}", response_page(answer).words())
    assert len(set(spare)) == 10
    assert status(client, "/en/manage/") == (200, "")
    assert status(client, f"{SET_UP}app") == (303, SET_UP)  # the key is never shown again
    assert actions(store) == ["authenticator_added", "recovery_codes_made"]
    assert spare[0] not in response_page(client.get(SET_UP)).text


@pytest.mark.usefixtures("factors")
def test_the_password_alone_opens_nothing(client: FlaskClient, knock: Knock) -> None:
    answer = knock(client, "manager", next="/en/manage/warnings/")
    assert answer.location == "/en/sign-in/code?next=/en/manage/warnings/"
    for path in ("/en/manage/", "/en/account/", SET_UP, "/en/account/again"):
        assert status(client, path) == (303, "/en/sign-in")
    answer = send(client, "sign-in/code", code=code_now(), next="/en/manage/warnings/")
    assert answer.location == "/en/manage/warnings/"
    assert status(client, "/en/manage/warnings/") == (200, "")


@pytest.mark.usefixtures("factors")
def test_no_code_works_twice(app: Flask, knock: Knock) -> None:
    one, other = app.test_client(), app.test_client()
    knock(one, "manager")
    knock(other, "manager")
    code = code_now()
    assert give(one, f" {code[:3]} {code[3:]}") == 303
    assert give(other, code) == 422
    assert give(other, code_now(-30)) == 422  # nor one from before it
    spare = spare_code(3)
    assert give(other, f"{spare[:5].lower()}-{spare[5:]}") == 303
    knock(other, "manager")
    assert give(other, spare) == 422
    assert give(other, spare_code(4)) == 303


@pytest.mark.usefixtures("factors")
def test_codes_cannot_be_guessed(app: Flask, knock: Knock) -> None:
    client = app.test_client()
    knock(client, "manager")
    form = {"csrf_token": token_of(client), "code": "123456"}
    assert [client.post("/en/sign-in/code", data=form).status_code for _try in range(11)] == [
        *[422] * 10, 429,
    ]  # fmt: skip
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    answer = client.post(
        "/en/sign-in/code", data={**form, "code": code_now()}, environ_overrides=elsewhere
    )
    assert answer.status_code == 429


def test_tries_that_are_refused_take_nothing_from_the_days(store: Store) -> None:
    """Whoever presses on after the tenth wrong code is let in later, and not the day after."""

    def count(minutes: int) -> list[int]:
        moment = NOON + timedelta(minutes=minutes)
        waits = [store.write(count_code, now=moment, person_id=1) for _try in range(60)]
        return [wait for wait in waits if wait is not None]

    for quarter in range(5):
        refused = count(15 * quarter)
        assert (len(refused), max(refused)) == (50, 15 * 60)
    spent = count(75)
    assert (len(spent), spent[0]) == (60, 10 * 3600 + 45 * 60), "fifty guesses are a day's"


@pytest.mark.usefixtures("factors")
def test_the_time_between_password_and_code_is_short(
    client: FlaskClient, settings: Settings, knock: Knock
) -> None:
    wanted = "/en/manage/warnings/"
    knock(client, "manager", next=wanted)
    assert settings.clock_file is not None
    settings.clock_file.write_text("660")
    for is_sent in (True, False):
        again = (
            send(client, "sign-in/code", code=spare_code(0), next=wanted)
            if is_sent
            else client.get("/en/sign-in/code", query_string={"next": wanted})
        )
        assert again.location == f"/en/sign-in?next={wanted}"
        door = response_page(client.get(again.location))
        assert "That took more than 10 minutes." in " ".join(door.root.itertext())
        assert door.value("next") == wanted
    assert knock(client, "manager", next=wanted).location == f"/en/sign-in/code?next={wanted}"
    assert send(client, "sign-in/code", code=spare_code(0), next=wanted).location == wanted


@pytest.mark.usefixtures("factors")
@pytest.mark.parametrize("path", ["sign-in/code", "sign-in/code/passkey"])
def test_a_page_for_the_code_that_is_out_of_date_asks_for_what_is_still_needed(
    app: Flask, settings: Settings, knock: Knock, path: str
) -> None:
    client, wanted = app.test_client(), "/en/manage/warnings/"
    form = {"csrf_token": token_of(app.test_client()), "code": spare_code(0), "next": wanted}
    knock(client, "manager")
    answer = client.post(f"/en/{path}", data=form)
    page = response_page(answer)
    assert answer.status_code == 400
    assert "That page was out of date." in page.words()
    assert "Sign in once more" not in page.words(), "the password was right a moment ago"
    assert [one.get("id") for one in page.all("input") if one.get("type") != "hidden"] == ["code"]
    again = {**form, "csrf_token": page.value("csrf_token"), "next": page.value("next")}
    assert settings.clock_file is not None
    settings.clock_file.write_text("4000")
    answer = client.post(f"/en/{path}", data=form)
    assert answer.status_code == 400
    door = response_page(answer)
    assert "That page was out of date. Sign in once more." in door.words()
    assert "That took" not in answer.text
    assert door.value("next") == wanted
    settings.clock_file.write_text("0")
    assert client.post("/en/sign-in/code", data=again).location == wanted


@pytest.mark.usefixtures("factors")
def test_a_code_sent_twice_leads_on_without_a_word(client: FlaskClient, knock: Knock) -> None:
    knock(client, "manager")
    for _click in range(2):
        answer = send(client, "sign-in/code", code=spare_code(0), next="/en/manage/warnings/")
        while answer.location.startswith("/en/sign-in"):
            answer = client.get(answer.location)
        assert answer.location == "/en/manage/warnings/"
    page = response_page(client.get("/en/manage/warnings/"))
    assert not [one for one in page.all("div") if one.get("role") == "alert"]


def test_whoever_was_never_at_the_door_is_sent_there(client: FlaskClient) -> None:
    answer = client.get("/en/sign-in/code")
    assert answer.location == "/en/sign-in"
    assert "That took" not in " ".join(response_page(client.get(answer.location)).root.itertext())


def test_staff_may_have_one_and_are_then_asked_for_it(
    app: Flask, store: Store, settings: Settings, city: City, knock: Knock
) -> None:
    client = app.test_client()
    assert knock(client, "staff").location == "/en/staff/"
    assert "None yet" in response_page(client.get("/en/account/")).words()
    store.write(give_factor, city.people["staff"], Secrets(settings.secret_key))
    assert status(client, "/en/staff/") == (303, "/en/sign-in")
    knock(client, "staff")
    assert give(client, code_now()) == 303
    assert send(client, "account/second-factor/app/remove").status_code == 303
    assert knock(app.test_client(), "staff").location == "/en/staff/"


@pytest.mark.usefixtures("factors")
def test_whoever_must_have_one_keeps_the_last_one(client: FlaskClient, knock: Knock) -> None:
    knock(client, "manager")
    give(client, spare_code(0))
    assert "This is your only second factor" in remove(client, "app")
    assert status(client, "/en/manage/") == (200, "")


def remove(client: FlaskClient, what: str, **data: object) -> str:
    """Press Remove; returns what is said then."""
    form = {"csrf_token": token_of(client), **data}
    page = client.post(f"{SET_UP}{what}/remove", data=form, follow_redirects=True)
    assert page.status_code == 200
    return " ".join(response_page(page).root.itertext())


def test_beginning_anew_with_another_key_alarms_nobody(
    client: FlaskClient, store: Store, knock: Knock
) -> None:
    """A key that never counted was no second factor."""
    knock(client, "manager")
    send(client, "account/second-factor/app/begin")
    first = response_page(client.get(f"{SET_UP}app")).text
    assert "It is removed." in remove(client, "app")
    send(client, "account/second-factor/app/begin")
    assert response_page(client.get(f"{SET_UP}app")).text != first
    assert actions(store) == []


@pytest.mark.parametrize("new", ["account/password", "sign-in/reset"])
def test_a_key_that_waits_ends_with_the_sign_ins_that_could_read_it(
    app: Flask, store: Store, settings: Settings, city: City, knock: Knock, new: str
) -> None:
    """Else who knew the old password would know the second factor that comes after the new one."""
    thief, owner, password = app.test_client(), app.test_client(), "seven herons cross the weir"
    knock(thief, "staff")
    known = new_key(thief)
    if new == "account/password":
        knock(owner, "staff")
    else:
        new = reset_path(store, settings, city.people["staff"])
    assert send(owner, new, password=password).status_code == 303
    knock(owner, "staff", password)
    assert new_key(owner) != known


def test_a_key_that_waits_ends_with_the_one_sign_in_that_could_read_it(
    app: Flask, store: Store, knock: Knock
) -> None:
    """Also where that one signed out before its owner pressed the button."""
    thief, owner = app.test_client(), app.test_client()
    for is_out in (False, True):
        knock(thief, "staff")
        known = new_key(thief)
        with store.read() as session:
            number = session.scalar(select(SignIn.id).order_by(SignIn.id.desc()).limit(1))
        if is_out:
            send(thief, "sign-out")
        knock(owner, "staff")
        assert send(owner, "account/sign-ins/end", sign_in=number).status_code == 303
        assert new_key(owner) != known


def test_whose_key_is_gone_is_told_that_the_code_was_for_nothing(
    client: FlaskClient, knock: Knock
) -> None:
    said = "The key of that app does not work any more."
    knock(client, "staff")
    app = TOTP(key=new_key(client))
    token = token_of(client)
    send(client, "account/second-factor/app/remove")
    for code in (app.generate(this_moment()).token, ""):
        form = {"csrf_token": token, "code": code}
        answer = client.post(f"{SET_UP}app", data=form)
        assert answer.location == SET_UP
        assert said in client.get(SET_UP).text
    assert client.get(f"{SET_UP}app").location == SET_UP
    assert said not in client.get(SET_UP).text, "nothing was typed there"
    code = TOTP(key=new_key(client)).generate(this_moment()).token
    assert [send(client, "account/second-factor/app", code=code).status_code for _ in "12"] == [
        200, 303,
    ]  # fmt: skip
    assert said not in client.get(SET_UP).text, "a second press: it is in use"


def new_key(client: FlaskClient) -> str:
    """Begin to set up an app; returns the key that it is to be told."""
    assert send(client, "account/second-factor/app/begin").status_code == 303
    shown = response_page(client.get(f"{SET_UP}app"))
    return shown.words(next(one for one in shown.all("p") if one.get("class") == "secret"))


def reset_path(store: Store, settings: Settings, person_id: int) -> str:
    """The address below /en/ of a mailed link to choose a new password."""
    secrets = Secrets(settings.secret_key)
    number = store.write(
        post_link, now=this_moment(), person_id=person_id, kind="reset", by=None, secrets=secrets
    )
    with store.read() as session:
        link = session.get_one(AccountLink, number)
    return f"sign-in/reset/{secrets.account_token(link.id, link.made_at)}/"


def test_pressing_remove_twice_says_twice_that_it_is_removed(
    client: FlaskClient, store: Store, settings: Settings, city: City, knock: Knock
) -> None:
    knock(client, "manager")
    for _press in range(2):
        assert "It is removed." in remove(client, "app")
        assert "It is removed." in remove(client, "passkeys", passkey=1)
    store.write(give_factor, city.people["staff"], Secrets(settings.secret_key))
    knock(client, "staff")
    give(client, code_now())
    for _press in range(2):
        assert "It is removed." in remove(client, "app")
    assert actions(store) == ["authenticator_removed"]


@pytest.mark.parametrize(
    ("host", "base_url", "is_asked"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000", False),
        ("0.0.0.0", "http://127.0.0.1:8000", True),  # noqa: S104 - that is the point
        ("127.0.0.1", "https://demo.example.org", True),
    ],
)
def test_it_is_off_only_in_a_demonstration_that_stays_on_its_machine(
    settings: Settings, store: Store, host: str, base_url: str, is_asked: bool
) -> None:
    app = create_app(replace(settings, host=host, base_url=base_url), store)
    with app.test_request_context("/en/sign-in"):
        assert is_factor_required()
    store.write(mark_as_demo, this_day())
    with app.test_request_context("/en/sign-in"):
        assert is_factor_required() == is_asked
