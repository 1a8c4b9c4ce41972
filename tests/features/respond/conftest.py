"""A city whose people can sign in, and an office that writes answers."""

from __future__ import annotations

import pytest

from portal.store.engine import Store
from tests.support.answers import Office
from tests.support.city import City
from tests.support.desk import open_desk


@pytest.fixture
def desk_city(store: Store, city: City) -> City:
    return open_desk(store, city)


@pytest.fixture
def office(store: Store, desk_city: City) -> Office:
    return Office(store, desk_city)
