"""The test city with its people, who can sign in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.models.running import AuditEvent
from portal.store.engine import Store
from tests.support.city import PASSWORD, City
from tests.support.client import response_page
from tests.support.desk import open_desk

Knock = Callable[..., TestResponse]


@pytest.fixture
def desk_city(store: Store, city: City) -> City:
    """Everybody has a password; who must have a second factor, gets it in Desk."""
    return open_desk(store, city)


@pytest.fixture
def knock() -> Knock:
    """Sends the sign-in form from somebody's browser."""

    def send(client: FlaskClient, who: str, password: str = PASSWORD, **data: str) -> TestResponse:
        client.get("/en/sign-in")
        form = {"csrf_token": token_of(client), "email": f"{who}@city.example"}
        return client.post("/en/sign-in", data={**form, "password": password, **data})

    return send


def token_of(client: FlaskClient, path: str = "/en/sign-in/reset") -> str:
    """The CSRF token of a browser's session."""
    return response_page(client.get(path)).value("csrf_token")


def send(client: FlaskClient, path: str, **data: object) -> TestResponse:
    """Send a form of a signed-in person."""
    return client.post(f"/en/{path}", data={"csrf_token": token_of(client), **data})


def change_roles(client: FlaskClient, person_id: int, role: list[str]) -> TestResponse:
    """Open the page of a person and give them these roles."""
    path = f"admin/people/{person_id}/"
    seen = response_page(client.get(f"/en/{path}")).value("seen")
    return send(client, f"{path}roles", role=role, seen=seen)


def actions(store: Store) -> list[str]:
    """What the audit trail says, without arrivals and the codes that Desk arrives with."""
    with store.read() as session:
        found = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    return [one for one in found if one not in {"signed_in", "recovery_code_used"}]
