"""A city whose managers can sign in, and a theme about which they decide together with others."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.models.people import Membership, Person
from portal.store.engine import Store
from tests.support.answers import Office, send
from tests.support.city import City, make_person
from tests.support.desk import Desk, hashed, open_desk
from tests.support.history import NOW
from tests.support.together import Table


@pytest.fixture
def desk_city(store: Store, city: City) -> City:
    """Beside the people of every test city, a manager of another department."""
    store.write(_add_parks_manager, city.parks)
    return open_desk(store, city)


def _add_parks_manager(session: Session, department_id: int) -> None:
    session.add(
        Person(
            email="parks-manager@city.example", name="Parks", fs_uniquifier="parks-manager",
            lang="en", created_at=NOW, password=hashed(),
            memberships=[Membership(role="manager", department_id=department_id)],
        )
    )  # fmt: skip


@pytest.fixture
def desk(app: Flask, store: Store, city: City) -> Desk:
    open_desk(store, city)
    return Desk(app, "manager")


@pytest.fixture
def colleague(app: Flask, store: Store, city: City, desk: Desk) -> Desk:
    """Another manager of public works."""
    del desk  # opens it for everybody
    roles: list[tuple[str, int | None]] = [("manager", city.works)]
    store.write(lambda session: make_person(session, "colleague@city.example", NOW, roles))
    return Desk(app, "colleague")


@pytest.fixture
def theme(store: Store, city: City) -> int:
    return Office(store, city).group([send(store, city.potholes, comment="The kerb is high.")])


@pytest.fixture
def table(store: Store, city: City) -> Table:
    return Table(store, city)
