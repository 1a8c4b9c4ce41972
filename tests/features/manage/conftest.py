"""A city whose managers can sign in."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.models.people import Membership, Person
from portal.store.engine import Store
from tests.support.city import City
from tests.support.desk import hashed, open_desk
from tests.support.history import NOW


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
