"""People at the desk, as browsers that have signed in."""

from __future__ import annotations

from functools import cache
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.passwords import normalise
from portal.store.engine import Store
from tests.support.city import PASSWORD, City, set_passwords
from tests.support.client import Page, response_page
from tests.support.second_factor import give_factors, next_spare_code

# A hash says itself what it costs to check. The portal's own cost is tested where passwords are.
_CHEAP = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1)


@cache
def hashed() -> str:
    """The hash of everybody's password in the test city; cheap, as they sign in often."""
    return _CHEAP.hash(normalise(PASSWORD))


def open_desk(store: Store, city: City) -> City:
    """Let everybody in the city sign in."""
    store.write(_set, hashed())
    return city


def _set(session: Session, value: str) -> None:
    set_passwords(session, value)


class Desk:
    """One signed-in person. Posts carry the CSRF token of the page that they come from."""

    def __init__(self, app: Flask, who: str = "staff") -> None:
        """Sign in as `<who>@city.example`, with a second factor where the person must have one."""
        portal = app.extensions["portal"]
        portal.store.write(give_factors, portal.secrets)
        self.client: FlaskClient = app.test_client()
        self._csrf_token: str | None = None
        door = response_page(self.client.get("/en/sign-in"))
        answer = self.client.post(
            "/en/sign-in",
            data={
                "csrf_token": door.value("csrf_token"),
                "email": f"{who}@city.example",
                "password": PASSWORD,
                "next": "",
            },
        )
        assert answer.status_code == 303, answer.get_data(as_text=True)
        if answer.location.startswith("/en/sign-in/code"):
            door = response_page(self.client.get(answer.location))
            form = {"csrf_token": door.value("csrf_token"), "code": next_spare_code(app, who)}
            answer = self.client.post("/en/sign-in/code", data=form)
            assert answer.status_code == 303, answer.get_data(as_text=True)

    def get(self, path: str, status: int = 200) -> Page:
        """The page at an address below /en/staff/."""
        answer = self.client.get(f"/en/staff/{path}")
        assert answer.status_code == status, (path, answer.status_code)
        return response_page(answer)

    def post(self, path: str, status: int = 303, /, **data: Any) -> TestResponse:
        """Send a form below /en/staff/; a `case` may be a list."""
        answer = self.client.post(
            f"/en/staff/{path}", data={"csrf_token": self.csrf_token(), **data}
        )
        assert answer.status_code == status, (path, answer.status_code, words_of(answer))
        return answer

    def csrf_token(self) -> str:
        """The token of this session, read from its first page."""
        if self._csrf_token is None:
            page = response_page(self.client.get("/en/staff/responses/"))
            self._csrf_token = page.value("csrf_token")
        return self._csrf_token


def words_of(answer: TestResponse) -> str:
    """The text of a page, for messages."""
    return response_page(answer).words() if answer.mimetype == "text/html" else ""
