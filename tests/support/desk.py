"""People at the desk, as browsers that have signed in."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.arriving import begin
from portal.accounts.passwords import normalise
from portal.models.people import Authenticator, Person, SignIn
from portal.store.engine import Store
from portal.web.database import read
from tests.support.city import PASSWORD, City, set_passwords
from tests.support.client import Page, response_page
from tests.support.moment import this_moment
from tests.support.second_factor import give_factors

# A hash says itself what it costs to check. The portal's own cost is tested where passwords are.
_CHEAP = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1)

_ACCOUNT = (
    select(Person.id, Authenticator.person_id.is_not(None))
    .outerjoin(Authenticator, Authenticator.person_id == Person.id)
    .where(Person.email == bindparam("email"))
)


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


def grow_stale(store: Store) -> None:
    """Let every sign-in be of the day before yesterday."""
    store.write(_grow_stale)


def _grow_stale(session: Session) -> None:
    session.execute(update(SignIn).values(fresh_at=this_moment() - timedelta(days=2)))


class Desk:
    """One signed-in person. Posts carry the CSRF token of their session."""

    def __init__(self, app: Flask, who: str = "staff") -> None:
        """Be signed in as `<who>@city.example`, with a second factor where one is needed.

        The door itself is tried in tests/features/accounts and by everybody in a real browser.
        """
        portal = app.extensions["portal"]
        portal.store.write(give_factors, portal.secrets)
        self.client: FlaskClient = app.test_client()
        # Beginning a session writes, which only what is sent may do.
        sent = app.test_request_context(
            "/en/sign-in", method="POST", environ_base=self.client.environ_base
        )
        with sent:
            number, has_factor = read().execute(_ACCOUNT, {"email": f"{who}@city.example"}).one()
            begin(number, factor="recovery" if has_factor else None)
            self._csrf_token = str(generate_csrf())
            begun = dict(session)
        with self.client.session_transaction("/en/sign-in") as kept:
            kept.update(begun)

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
        """The token of this session, as its pages carry it."""
        return self._csrf_token


def words_of(answer: TestResponse) -> str:
    """The text of a page, for messages."""
    return response_page(answer).words() if answer.mimetype == "text/html" else ""
