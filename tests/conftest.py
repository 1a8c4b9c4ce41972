"""Fixtures that all tests share: a migrated database of each kind, copied anew for every test."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.app import create_app, make_portal
from portal.settings import Settings
from portal.store.engine import Store
from portal.store.schema import migrate
from portal.store.secrets import Secrets
from tests.support import postgres
from tests.support.city import City, make_city
from tests.support.client import PageCheckingClient
from tests.support.marlow import make_once
from tests.support.moment import StillClock, this_moment
from tests.support.soundness import TEST_SECRET
from tests.support.statements import share_compiled

pytest_plugins = ["tests.support.plugin", "tests.support.browser"]

KEY = Secrets(TEST_SECRET).leaf_key
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    store = Store(f"sqlite:///{path}")
    migrate(store.engine)
    share_compiled(store.engine)
    store.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template(pytestconfig: pytest.Config) -> Iterator[tuple[str, str]]:
    """Server address and name of a migrated, empty PostgreSQL database to copy."""
    server = postgres.cluster_url(pytestconfig)
    if server is None:
        pytest.skip("no PostgreSQL here")
    name = f"portal_template_{WORKER}_{uuid.uuid4().hex[:8]}"
    store = Store(postgres.create_database(server, name))
    migrate(store.engine)
    share_compiled(store.engine)
    store.dispose()
    yield server, name
    postgres.drop_database(server, name)


@pytest.fixture(scope="session")
def sqlite_city(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, City]:
    """A SQLite file that holds the small city, to copy, and the city's ids."""
    path = tmp_path_factory.mktemp("template") / "city.db"
    shutil.copy(sqlite_template, path)
    return path, fill(f"sqlite:///{path}")


@pytest.fixture(scope="session")
def postgres_city(postgres_template: tuple[str, str]) -> Iterator[tuple[str, City]]:
    """The name of a PostgreSQL database that holds the small city, to copy, and the city's ids."""
    server, template = postgres_template
    name = f"{template}_city"
    yield name, fill(postgres.create_database(server, name, template))
    postgres.drop_database(server, name)


def fill(url: str) -> City:
    """Make the small city in an empty database; nobody is connected afterwards."""
    store = Store(url, KEY)
    share_compiled(store.engine)
    city = store.write(make_city, this_moment())
    store.dispose()
    return city


@pytest.fixture(scope="session")
def marlow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration city on SQLite, `portal.db` and `instance`, to copy."""
    return make_once(tmp_path_factory)


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], scope="module"
)
def backend(request: pytest.FixtureRequest) -> str:
    """Both databases, always."""
    return str(request.param)


@pytest.fixture
def made_city(backend: str, request: pytest.FixtureRequest) -> City:
    """The small city, which is in the test's database from the beginning."""
    city: City = request.getfixturevalue(f"{backend.removesuffix('ql')}_city")[1]
    return city


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of this test's own: empty, or with the city if the test has it."""
    has_city = "made_city" in request.fixturenames
    if backend == "sqlite":
        path = tmp_path / "portal.db"
        template = request.getfixturevalue("sqlite_template")
        if has_city:
            template, _ = request.getfixturevalue("sqlite_city")
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
        return
    server, template = request.getfixturevalue("postgres_template")
    if has_city:
        template, _ = request.getfixturevalue("postgres_city")
    name = f"portal_{WORKER}_{uuid.uuid4().hex[:12]}"
    yield postgres.create_database(server, name, template=template)
    postgres.drop_database(server, name)


@pytest.fixture
def make_store(database_url: str) -> Iterator[Callable[[], Store]]:
    """Opens the test's database as often as wanted, closed at the end."""
    opened: list[Store] = []

    def open_store() -> Store:
        opened.append(Store(database_url, KEY))
        share_compiled(opened[-1].engine)
        return opened[-1]

    yield open_store
    for store in opened:
        store.dispose()


@pytest.fixture
def store(make_store: Callable[[], Store]) -> Store:
    """The test's database."""
    return make_store()


@pytest.fixture
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a test installation; static files are built once per run."""
    return Settings(
        secret_key=TEST_SECRET,
        database_url=database_url,
        instance=tmp_path_factory.getbasetemp() / "instance",
        base_url="http://localhost",
        city_name="Marlow",
        time_zone="UTC",
        is_testing=True,
        clock_file=tmp_path_factory.mktemp("clock") / "offset",
    )


@pytest.fixture(scope="session")
def made_apps() -> dict[Settings, Flask]:
    """The apps of this process by their settings: making one takes as long as many requests."""
    return {}


@pytest.fixture
def app(settings: Settings, store: Store, made_apps: dict[Settings, Flask]) -> Flask:
    """The portal on the test's database, which is empty: an app that is there, with new parts."""
    alike = replace(settings, database_url="", clock_file=None)
    if alike not in made_apps:
        made_apps[alike] = make_app(settings, store)
    app = made_apps[alike]
    made, new = app.extensions["portal"], make_portal(settings, store)
    app.extensions["portal"] = replace(
        new, static=made.static, find_standing=made.find_standing,
        ask_to_sign_in=made.ask_to_sign_in, ask_again=made.ask_again,
        clock=StillClock(settings.zone, settings.clock_file),
    )  # fmt: skip
    return app


@pytest.fixture
def own_app(settings: Settings, store: Store) -> Flask:
    """An app that the test may change."""
    return make_app(settings, store)


def make_app(settings: Settings, store: Store) -> Flask:
    """The portal, for tests."""
    app = create_app(settings, store)
    app.extensions["portal"].clock = StillClock(settings.zone, settings.clock_file)
    app.config["TESTING"] = False  # errors show as pages, as residents would see them
    app.test_client_class = PageCheckingClient
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody's browser; every page it fetches is checked."""
    return app.test_client()


@pytest.fixture
def city(made_city: City) -> City:
    """A small city in the test's database."""
    return made_city
