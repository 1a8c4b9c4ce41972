"""A city whose installation is on each database, and to which languages are added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.app import create_app
from portal.data import use_languages
from portal.settings import Settings, load_settings
from portal.store.engine import Store
from tests.support.city import City
from tests.support.client import PageCheckingClient
from tests.support.processes import Installation


@pytest.fixture(autouse=True)
def languages_of_others(tmp_path: Path) -> Iterator[None]:
    """What this test adds is forgotten with it."""
    yield
    use_languages(tmp_path / "nothing")


@pytest.fixture
def installation(database_url: str, tmp_path: Path, city: City) -> Installation:
    del city  # must be there
    return Installation(tmp_path, database_url)


@pytest.fixture
def town(installation: Installation, settings: Settings, store: Store) -> Callable[[], FlaskClient]:
    """The portal of the installation, started anew."""

    def start() -> FlaskClient:
        loaded = load_settings(installation.environment)
        app = create_app(
            replace(settings, instance=loaded.instance, languages=loaded.languages), store
        )
        app.test_client_class = PageCheckingClient
        return app.test_client()

    return start
