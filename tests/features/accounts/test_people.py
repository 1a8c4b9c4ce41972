"""Adding people: which roles and passwords are taken, and clear words where they are not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.accounts.operations.people import add_person
from portal.accounts.passwords import PasswordError, hash_password, matches, require_good
from portal.accounts.queries.visitors import find_account, get_scope
from portal.models.people import Person
from portal.models.running import AuditEvent
from portal.store.engine import Store
from tests.support.city import City

NOW = datetime(2026, 11, 20, tzinfo=UTC)
GOOD = "violet tram crosses the river"


def add(store: Store, **changes: Any) -> int:
    values: dict[str, Any] = {
        "now": NOW,
        "email": "New@City.example",
        "name": "N. New",
        "password": GOOD,
        "roles": ["staff"],
        "departments": ["public-works"],
    }
    return store.write(add_person, **{**values, **changes})


def test_a_person_signs_in_with_the_roles_given(store: Store, city: City) -> None:
    person_id = add(store, roles=["staff", "manager"], departments=["public-works", "parks"])
    with store.read() as session:
        found = find_account(session, email="new@city.example", password=GOOD)
        assert found is not None
        scope = get_scope(session, person_id)
        actions = session.scalars(select(AuditEvent.action)).all()
    assert scope.desk == {city.works, city.parks}
    assert not scope.is_administrator
    assert actions == ["person_added"]


def test_an_administrator_needs_no_department(store: Store, city: City) -> None:
    person_id = add(store, roles=["administrator"], departments=[])
    with store.read() as session:
        scope = get_scope(session, person_id)
    assert scope.is_administrator
    assert scope.desk == frozenset()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "no address"}, "not an e-mail address"),
        ({"email": "staff@city.example"}, "already signs in"),
        ({"email": f"{'x' * 250}@b.example"}, "254 characters"),
        ({"name": " "}, "name is needed"),
        ({"name": "N" * 201}, "200 characters"),
        ({"roles": ["king"]}, "roles are"),
        ({"roles": []}, "roles are"),
        ({"departments": []}, "need a department"),
        ({"departments": ["moon"]}, "no such department: moon"),
        ({"password": "short"}, "12 characters"),
    ],
)
def test_what_cannot_be_is_refused_in_one_clear_line(
    store: Store, city: City, changes: dict[str, Any], words: str
) -> None:
    with store.read() as session:
        before = session.scalar(select(func.count()).select_from(Person))
    with pytest.raises(ValueError, match=words) as caught:
        add(store, **changes)
    assert "\n" not in str(caught.value)
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == before


@pytest.mark.parametrize(
    "password",
    [
        "elevenchars",
        "Password1234",
        "P@ssw0rd!!!!",
        "passwordpassword",
        "123456789012",
        "qwertyuiop12",
        "aaaaaaaaaaaaaaaa",
        "abababababab",
        "November2026!",
        "mary.smith@city.example",
        "mary.smith12",
        "x" * 201,
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(PasswordError):
        require_good(password, "mary.smith@city.example")


@pytest.mark.parametrize("password", [GOOD, "correct horse battery staple", "Šest želv jde domů"])
def test_long_ones_are_taken_without_rules_about_signs(password: str) -> None:
    require_good(password, "mary.smith@city.example")


def test_a_password_rests_as_dearly_as_owasp_asks() -> None:
    assert hash_password("a passphrase of somebody").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_password_is_the_same_from_every_keyboard() -> None:
    kept = hash_password("cafe\u0301 au lait, deux")
    assert matches("caf\u00e9 au lait, deux", kept)
    assert not matches("cafe au lait, deux", kept)
    assert not matches("anything", None)
    assert not matches("anything", "not a hash")
