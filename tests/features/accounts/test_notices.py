"""People hear at once, in their language, of whatever lets somebody into their account."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.operations.notices import TOLD
from portal.accounts.operations.people import deactivate_person
from portal.models.people import Person
from portal.models.running import Outbox
from portal.notify.account_notices import WORDS, prepare_account_notice
from portal.notify.rendering import make_renderer
from portal.notify.stationery import Letter, Nothing, Stationery
from portal.settings import Settings
from portal.store.engine import Store
from portal.store.secrets import Secrets
from tests.features.accounts.conftest import change_roles, send
from tests.support.city import City
from tests.support.desk import Desk
from tests.support.moment import this_moment

NEW = "seven herons cross the weir"
Prepare = Callable[[int], Letter | Nothing]


@pytest.fixture(autouse=True)
def everybody(desk_city: City) -> City:
    return desk_city


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    return Desk(app, "admin").client


@pytest.fixture
def prepare(store: Store, settings: Settings) -> Prepare:
    stationery = Stationery(Secrets(settings.secret_key), settings)

    def make(job_id: int) -> Letter | Nothing:
        return store.write(
            prepare_account_notice, now=this_moment(), stationery=stationery, job_id=job_id
        )

    return make


def notices(store: Store) -> list[tuple[int, int, str]]:
    """(job, person, what) of every notice since everybody had their second factor."""
    with store.read() as session:
        rows = session.scalars(
            select(Outbox).where(Outbox.kind == "account_notice").order_by(Outbox.id)
        )
        found = [(one.id, one.detail["person_id"], one.detail["what"]) for one in rows]
    return [one for one in found if one[2] != "recovery_code_used"]


def test_a_person_hears_that_an_administrator_changed_their_roles(
    app: Flask, store: Store, city: City, admin: FlaskClient, prepare: Prepare
) -> None:
    staff = city.people["staff"]
    store.write(lambda session: session.execute(update(Person).values(lang="es")))
    assert change_roles(admin, staff, [f"translator:{city.works}"]).status_code == 303
    ((job_id, person_id, what),) = notices(store)
    assert (person_id, what) == (staff, "roles_changed")
    letter = prepare(job_id)
    assert isinstance(letter, Letter)
    assert (letter.to, letter.lang, letter.stop_link) == ("staff@city.example", "es", None)
    words = make_renderer(app)(letter.template, letter.lang, letter.context)
    assert words.subject == "Algo cambió en su cuenta"
    assert "Un administrador cambió sus roles" in words.text
    assert "http://localhost/es/sign-in/reset" in words.text
    assert "Un administrador cambió sus roles" in words.html


def test_a_new_password_is_told(app: Flask, store: Store, city: City) -> None:
    client = Desk(app, "staff").client
    answer = send(client, "account/password", password=NEW)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert [(one[1], one[2]) for one in notices(store)] == [
        (city.people["staff"], "password_changed")
    ]


def test_a_lost_second_factor_is_told(store: Store, city: City, admin: FlaskClient) -> None:
    manager = city.people["manager"]
    assert send(admin, f"admin/people/{manager}/forget-second-factor").status_code == 303
    assert [(one[1], one[2]) for one in notices(store)] == [(manager, "second_factor_forgotten")]


def test_who_may_not_sign_in_any_more_gets_no_mail(
    store: Store, city: City, admin: FlaskClient, prepare: Prepare
) -> None:
    staff = city.people["staff"]
    change_roles(admin, staff, [f"translator:{city.works}"])

    def leave(session: Session) -> None:
        deactivate_person(session, now=this_moment(), by=city.people["admin"], person_id=staff)

    store.write(leave)
    assert isinstance(prepare(notices(store)[0][0]), Nothing)


def test_everything_that_is_told_has_words() -> None:
    assert set(WORDS) == set(TOLD)
