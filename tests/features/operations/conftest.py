"""An installation on each database, with a small city, run by its own command."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.store.engine import Store
from tests.support.city import City, make_city
from tests.support.processes import Installation


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Installation:
    """A migrated portal without a city."""
    return Installation(tmp_path, database_url)


@pytest.fixture
def empty_installation(tmp_path: Path) -> Installation:
    """A portal on an SQLite file that does not exist yet."""
    return Installation(tmp_path, f"sqlite:///{tmp_path / 'new.db'}")


@pytest.fixture
def city(store: Store) -> City:
    """A small city in the installation's database."""
    return store.write(make_city, datetime.now(UTC))
