"""An installation on each database, with a small city, run by its own command."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.store.engine import Store
from tests.support.city import City, make_city
from tests.support.processes import Installation, Running
from tests.support.signed import make_busy


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Installation:
    """A migrated portal without a city, on each database."""
    return Installation(tmp_path, database_url)


@pytest.fixture
def city(store: Store) -> City:
    """A small city in the installation's database."""
    return store.write(make_city, datetime.now(UTC))


@pytest.fixture
def busy(store: Store, city: City) -> Store:
    """Three days with ratings enough to publish, a case that was answered, and what people did."""
    make_busy(store, city)
    return store


@pytest.fixture
def empty_installation(tmp_path: Path) -> Installation:
    """A portal on an SQLite file that does not exist yet."""
    return Installation(tmp_path, f"sqlite:///{tmp_path / 'new.db'}")


@pytest.fixture
def small_town(sqlite_template: Path, tmp_path: Path) -> Installation:
    """A small city on SQLite, for what no database has a say in."""
    return make_small_town(sqlite_template, tmp_path)


@pytest.fixture(scope="module")
def open_town(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A small city on SQLite whose portal serves while the module's tests last."""
    town = make_small_town(sqlite_template, tmp_path_factory.mktemp("town"))
    with town.running("serve") as portal:
        portal.wait_for("/readyz")
        yield portal


def make_small_town(template: Path, folder: Path) -> Installation:
    """A copy of the migrated file with a city in it."""
    shutil.copy(template, folder / "portal.db")
    town = Installation(folder, f"sqlite:///{folder / 'portal.db'}")
    store = Store(town.database_url)
    store.write(make_city, datetime.now(UTC))
    store.dispose()
    return town
