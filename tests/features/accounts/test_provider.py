"""Sign-in through an identity provider: a real one, as a process of its own."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from turbohtml.etree import ElementView
from werkzeug.test import TestResponse

from portal.accounts.operations.links import INVITATION_DAYS
from portal.accounts.operations.people import invite_person, revoke_invitation
from portal.accounts.operations.sign_ins import end_all
from portal.app import create_app
from portal.models.appraisals import ThresholdChange
from portal.models.people import AccountLink, Membership, Person
from portal.settings import Settings, SettingsError
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.secrets import Secrets
from tests.conftest import make_app
from tests.features.accounts.conftest import Knock, send, token_of
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk, grow_stale
from tests.support.processes import free_port
from tests.support.second_factor import code_now, give_factors, spare_code

# What the provider says about whom: sub, then claims.
PEOPLE: dict[str, dict[str, Any]] = {
    "staff": {"email": "Staff@city.example", "email_verified": True},
    "reviewer": {"email": "reviewer@city.example", "email_verified": False},
    "parks": {"email": "parks@city.example"},
    "manager": {"email": "manager@city.example", "email_verified": True, "amr": ["pwd"]},
    "admin": {"email": "admin@city.example", "email_verified": True, "amr": ["pwd", "mfa"]},
    "stranger": {"email": "stranger@city.example", "email_verified": True},
    "nova": {"email": "nova@city.example", "email_verified": True},
}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The provider's address, while it runs."""
    port = free_port()
    claims = [json.dumps({"sub": sub, **said}) for sub, said in PEOPLE.items()]
    process = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("oidc-provider-mock")), "--port", str(port),
            "--require-nonce", "true", *(word for one in claims for word in ("--user-claims", one)),
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    for _try in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/.well-known/openid-configuration")
            assert connection.getresponse().status == 200
            connection.close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the provider does not answer")


@pytest.fixture
def app(settings: Settings, store: Store, issuer: str, desk_city: City) -> Flask:
    """The portal with that provider."""
    del desk_city
    with_provider = replace(
        settings, oidc_issuer=issuer, oidc_client_id="portal", oidc_client_secret="s e:c",
        oidc_name="City login",
    )  # fmt: skip
    app = make_app(with_provider, store)
    app.extensions["portal"].clock = Clock(settings.zone, settings.clock_file)  # as the provider's
    return app


def agree(address: str, sub: str) -> str:
    """Somebody signs in at the provider; returns the address below /en/ that it sends them to."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"{parts.path}?{parts.query}", urlencode({"sub": sub}), form)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    place = answer.headers["Location"]
    assert place.startswith("http://localhost/en/sign-in/provider/answer?")
    return str(place).removeprefix("http://localhost")


def come(client: FlaskClient, sub: str, **query: str) -> TestResponse:
    """The whole way: door, provider, back, one press."""
    there = client.get("/en/sign-in/provider", query_string=query)
    assert there.status_code == 303
    return press(client, agree(there.location, sub))


def press(client: FlaskClient, back: str) -> TestResponse:
    """The one press on the page that the provider sends the browser back to."""
    page = response_page(client.get(back))
    return send(
        client, "sign-in/provider/answer", code=page.value("code"), state=page.value("state")
    )


def refused(client: FlaskClient, answer: TestResponse) -> bool:
    """Back at the door, with the same words for everything."""
    if answer.location != "/en/sign-in":
        return False
    return "did not work" in response_page(client.get("/en/sign-in")).text


def test_whoever_has_a_verified_address_of_ours_comes_in(client: FlaskClient) -> None:
    door = response_page(client.get("/en/sign-in?next=/en/staff/responses/"))
    link = next(one for one in door.links() if "/sign-in/provider" in one)
    there = client.get(link)
    query = parse_qs(urlsplit(there.location).query)
    assert query["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(query)
    answer = press(client, agree(there.location, "staff"))
    assert answer.location == "/en/staff/responses/"
    assert client.get("/en/staff/responses/").status_code == 200


@pytest.mark.parametrize("sub", ["reviewer", "parks", "stranger"])
def test_nobody_comes_in_without_a_verified_address_that_was_invited(
    client: FlaskClient, sub: str
) -> None:
    assert refused(client, come(client, sub))
    assert client.get("/en/staff/").status_code == 303


@pytest.fixture
def invite(store: Store, settings: Settings, city: City) -> Callable[..., int]:
    """Invites somebody whom the provider knows, so many days ago."""

    def send_one(days: int = 0) -> int:
        return store.write(
            invite_person, now=datetime.now(UTC) - timedelta(days=days), lang="en", name="Nova",
            by=city.people["admin"], email="nova@city.example", roles=[("staff", city.works)],
            secrets=Secrets(settings.secret_key),
        )  # fmt: skip

    return send_one


def test_an_invitation_can_be_accepted_there(
    client: FlaskClient, invite: Callable[..., int]
) -> None:
    invite(days=INVITATION_DAYS - 1)
    assert come(client, "nova").location == "/en/staff/"


def test_whoever_came_by_the_provider_leaves_no_invitation_behind(
    app: Flask, store: Store, settings: Settings, invite: Callable[..., int]
) -> None:
    """Whoever finds the mail later must not choose a password for somebody who works here."""
    number = invite()
    with store.read() as session:
        link = session.scalars(select(AccountLink).where(AccountLink.person_id == number)).one()
    path = (
        f"sign-in/invitation/{Secrets(settings.secret_key).account_token(link.id, link.made_at)}/"
    )
    stranger = app.test_client()
    assert stranger.get(f"/en/{path}").status_code == 200
    assert come(app.test_client(), "nova").location == "/en/staff/"
    assert stranger.get(f"/en/{path}").status_code == 410
    password = "seven herons cross the weir"
    assert send(stranger, path, name="Nova", password=password).status_code == 410
    with store.read() as session:
        assert session.get_one(Person, number).password is None


def test_an_invitation_that_was_taken_back_opens_no_door_there(
    client: FlaskClient, store: Store, city: City, invite: Callable[..., int]
) -> None:
    by, now = city.people["admin"], datetime.now(UTC)
    store.write(revoke_invitation, now=now, by=by, person_id=invite())
    assert refused(client, come(client, "nova"))


def test_an_invitation_that_has_run_out_opens_no_door_there(
    client: FlaskClient, invite: Callable[..., int]
) -> None:
    invite(days=INVITATION_DAYS + 1)
    assert refused(client, come(client, "nova"))


def test_a_second_factor_shown_there_counts_and_else_ours_is_asked_for(
    app: Flask, store: Store, settings: Settings
) -> None:
    client = app.test_client()
    assert come(client, "manager").location == "/en/account/second-factor/"
    store.write(give_factors, Secrets(settings.secret_key))
    assert come(client, "manager").location == "/en/sign-in/code"
    answer = send(client, "sign-in/code", code=code_now(at=datetime.now(UTC)))
    assert answer.location == "/en/manage/"
    assert come(app.test_client(), "admin").location == "/en/manage/"


def test_an_answer_works_once_and_in_the_browser_that_asked(app: Flask) -> None:
    thief, client = app.test_client(), app.test_client()
    back = agree(client.get("/en/sign-in/provider").location, "staff")
    assert refused(thief, press(thief, back))
    thief.get("/en/sign-in/provider")  # nor with a question of its own
    assert refused(thief, press(thief, back))
    assert press(client, back).location == "/en/staff/"
    client.post("/en/sign-out", data={"csrf_token": token_of(client)})
    assert refused(client, press(client, back))


def test_a_token_for_another_question_is_refused(app: Flask) -> None:
    """The code of one sign-in, put into another one of the same browser: the nonce differs."""
    client = app.test_client()
    first = agree(client.get("/en/sign-in/provider").location, "staff")
    second = agree(client.get("/en/sign-in/provider").location, "staff")
    code = parse_qs(urlsplit(first).query)["code"][0]
    state = parse_qs(urlsplit(second).query)["state"][0]
    assert refused(client, send(client, "sign-in/provider/answer", code=code, state=state))


def test_a_question_grows_old(client: FlaskClient, settings: Settings) -> None:
    back = agree(client.get("/en/sign-in/provider").location, "staff")
    assert settings.clock_file is not None
    settings.clock_file.write_text(str(int(timedelta(minutes=11).total_seconds())))
    assert refused(client, press(client, back))


def test_saying_no_there_and_a_provider_that_is_down_lead_back_to_the_door(
    client: FlaskClient, settings: Settings, store: Store
) -> None:
    assert refused(client, client.get("/en/sign-in/provider/answer?error=access_denied&state=x"))
    away = replace(
        settings, oidc_issuer=f"http://127.0.0.1:{free_port()}", oidc_client_id="p",
        oidc_client_secret="s",
    )  # fmt: skip
    elsewhere = create_app(away, store).test_client()
    assert refused(elsewhere, elsewhere.get("/en/sign-in/provider"))


@pytest.fixture
def babbler() -> Iterator[str]:
    """The address of something that answers, and not in HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(b"220 welcome\r\n\r\n")

        thread = Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


def test_a_provider_that_speaks_no_http_leads_back_to_the_door_and_what_was_wanted(
    settings: Settings, store: Store, babbler: str
) -> None:
    wrong = replace(
        settings, oidc_issuer=babbler, oidc_client_id="p", oidc_client_secret="s",
    )  # fmt: skip
    client, wanted = create_app(wrong, store).test_client(), "/en/staff/promises/"
    answer = client.get("/en/sign-in/provider", query_string={"next": wanted})
    assert answer.location == f"/en/sign-in?next={wanted}"
    assert "did not work" in client.get(answer.location).text


Tell = Callable[..., None]


@pytest.fixture
def tell(issuer: str) -> Tell:
    """Changes what the provider says about "again", who is one of our people once more.

    It says by itself that they have signed in just now.
    """

    def put(who: str, **claims: Any) -> None:
        said = {"email": f"{who}@city.example", "email_verified": True, **claims}
        connection = http.client.HTTPConnection(urlsplit(issuer).netloc, timeout=20)
        headers = {"Content-Type": "application/json"}
        connection.request("PUT", "/users/again", json.dumps(said), headers)
        assert connection.getresponse().status == 204
        connection.close()

    return put


def again_link(page: Page) -> ElementView:
    """What leads to the provider once more."""
    return next(one for one in page.all("a") if "again=1" in one.get("href", ""))


@pytest.mark.parametrize("auth_time", [None, 1_700_000_000])
def test_a_provider_that_confirms_nothing_is_not_asked_for_ever(
    client: FlaskClient, store: Store, tell: Tell, auth_time: int | None
) -> None:
    tell("staff", auth_time=auth_time)
    come(client, "again")
    asking = client.get("/en/account/password").location
    there = client.get(again_link(response_page(client.get(asking))).get("href", ""))
    query = parse_qs(urlsplit(there.location).query)
    assert (query["prompt"], query["max_age"]) == (["login"], ["0"])
    answer = press(client, agree(there.location, "again"))
    assert answer.location == asking
    page = response_page(client.get(answer.location))
    assert "does not say that you signed in just now" in " ".join(page.root.itertext())
    grow_passwordless(store)
    links = response_page(client.get(asking)).links()
    assert "/en/sign-in/reset" in links, "the way out for who has no other"


@pytest.mark.parametrize("auth_time", [1e300, 10**17, -(10**17), "now", [1]])
def test_odd_words_of_the_provider_count_for_nothing(
    client: FlaskClient, tell: Tell, auth_time: object
) -> None:
    tell("manager", auth_time=auth_time, amr=[{"mfa": 1}, ["mfa"], None], acr={"mfa": 1})
    assert come(client, "again").location == "/en/account/second-factor/"


def grow_passwordless(store: Store) -> None:
    """Let everybody come by the provider alone."""
    store.write(lambda session: session.execute(update(Person).values(password=None)))


def form_of(day: datetime) -> dict[str, str]:
    """What an administrator typed, of which nothing must be lost."""
    return {
        "which": "L3.1.tau", "value": "80", "reason": "R & <b>S</b>",
        "from_on": (day + timedelta(days=1)).date().isoformat(),
    }  # fmt: skip


def reasons(store: Store) -> list[str]:
    """What was stored of it."""
    with store.read() as session:
        return list(session.scalars(select(ThresholdChange.reason)))


@pytest.fixture
def waiting(client: FlaskClient, store: Store, tell: Tell) -> Page:
    """The question that an administrator's form led to who signs in by the provider alone."""
    grow_passwordless(store)
    tell("admin", amr=["mfa"])
    assert come(client, "again").location == "/en/manage/"
    grow_stale(store)
    answer = send(client, "admin/thresholds/", **form_of(datetime.now(UTC)))
    assert answer.status_code == 403
    return response_page(answer)


def go_on(client: FlaskClient, page: Page) -> TestResponse:
    """Press Continue on the question."""
    held = page.sent_along("/admin/thresholds/")
    token = page.value("csrf_token")
    return client.post("/en/admin/thresholds/", data={"csrf_token": token, **held})


def test_a_form_waits_while_the_provider_is_asked_in_another_tab(
    client: FlaskClient, store: Store, waiting: Page
) -> None:
    link = again_link(waiting)
    assert link.get("target") == "_blank"
    too_soon = go_on(client, waiting)
    assert too_soon.status_code == 422
    page = response_page(too_soon)
    assert "It is not confirmed yet" in page.words()
    assert form_of(datetime.now(UTC)).items() <= page.sent_along("/admin/thresholds/").items()
    there = client.get(link.get("href", ""))
    answer = press(client, agree(there.location, "again"))
    assert response_page(client.get(answer.location)).words().startswith("It is confirmed")
    assert reasons(store) == []
    assert go_on(client, waiting).status_code == 303
    assert reasons(store) == ["R & <b>S</b>"]


def test_whoever_changes_their_mind_at_the_provider_still_has_the_form(
    client: FlaskClient, store: Store, waiting: Page
) -> None:
    there = client.get(again_link(waiting).get("href", ""))
    (state,) = parse_qs(urlsplit(there.location).query)["state"]
    no = {"error": "access_denied", "state": state}
    answer = client.get("/en/sign-in/provider/answer", query_string=no)
    page = response_page(client.get(answer.location))
    assert "did not work. Try again." in " ".join(page.root.itertext())
    assert go_on(client, waiting).status_code == 422
    there = client.get(again_link(page).get("href", ""))
    answer = press(client, agree(there.location, "again"))
    assert response_page(client.get(answer.location)).words().startswith("It is confirmed")
    assert go_on(client, waiting).status_code == 303
    assert reasons(store) == ["R & <b>S</b>"]


def test_a_form_waits_for_who_has_given_the_password_and_then_leaves_the_provider(
    app: Flask, store: Store, city: City, knock: Knock
) -> None:
    client, path, now = Desk(app, "manager").client, "/en/account/", datetime.now(UTC)
    typed = {"name": "R & <b>S</b>", "lang": "es", "csrf_token": token_of(client)}
    store.write(end_all, now=now, person_id=city.people["manager"], by=None)
    page = response_page(client.post(path, data=typed))
    assert knock(client, "manager").location == "/en/sign-in/code"
    client.get("/en/sign-in/provider/answer?error=access_denied&state=x")
    assert client.get("/en/manage/").status_code == 303, "the password alone opens nothing"
    held = {"csrf_token": page.value("csrf_token"), **page.sent_along(path)}
    assert client.post(path, data=held).status_code == 403
    assert send(client, "sign-in/code", code=spare_code(1)).location == "/en/manage/"
    assert client.post(path, data=held).status_code == 303
    with store.read() as session:
        assert session.get_one(Person, city.people["manager"]).name == typed["name"]


def test_nobody_goes_on_with_the_form_of_somebody_else(
    client: FlaskClient, store: Store, city: City, waiting: Page, tell: Tell
) -> None:
    def promote(session: Session) -> None:
        session.add(Membership(person_id=city.people["staff"], role="administrator"))

    store.write(promote)
    tell("staff", amr=["mfa"])
    there = client.get(again_link(waiting).get("href", ""))
    assert press(client, agree(there.location, "again")).status_code == 303
    arrived = client.get("/en/admin/")
    assert arrived.status_code == 200
    assert "it cannot be sent any more" in arrived.text
    assert go_on(client, waiting).status_code == 400
    assert reasons(store) == []


def test_without_a_provider_there_is_no_such_door(settings: Settings, store: Store) -> None:
    client = create_app(settings, store).test_client()
    assert "/sign-in/provider" not in client.get("/en/sign-in").get_data(as_text=True)
    for path in ("/en/sign-in/provider", "/en/sign-in/provider/answer?code=1&state=2"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "https://id.example"},
        {"oidc_issuer": "http://id.example", "oidc_client_id": "p", "oidc_client_secret": "s"},
    ],
)
def test_half_a_provider_is_refused_at_the_start(settings: Settings, wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="PORTAL_OIDC_"):
        replace(settings, **wrong)  # type: ignore[arg-type]
