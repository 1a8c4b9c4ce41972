"""What puts the portal into production gives it all that the settings and the documents promise."""

from __future__ import annotations

import re
from dataclasses import fields

from portal.admin.menu import MENU
from portal.settings import PREFIX, Settings
from tests.support.processes import ROOT

COMPOSE = (ROOT / "compose.yaml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()

# Made from other things in the file, or right for this file only.
MADE = {"secret_key", "database_url", "base_url", "trusted_proxies"}
# What `.env` must not change.
KEPT_OUT = {
    "instance",  # where the image has its volume
    "host",  # the image listens to the proxy,
    "port",  # which knows where, as the health check does
    "client_address_header",  # the one that the proxy writes
    "is_testing",  # test runs only
    "clock_file",
}


def given() -> dict[str, str]:
    """{setting: what compose.yaml gives to the containers}; empty: what `.env` says."""
    found = re.search(r"^  environment: &settings\n((?: {4}.*\n)+)", COMPOSE, re.MULTILINE)
    assert found is not None
    lines = re.findall(rf"^    {PREFIX}([A-Z_]+):(.*)$", found[1], re.MULTILINE)
    return {name.lower(): value.strip() for name, value in lines}


def test_every_setting_reaches_the_containers() -> None:
    assert set(given()) == {item.name for item in fields(Settings)} - KEPT_OUT


def test_what_env_leaves_out_keeps_the_portals_own_default() -> None:
    assert {name for name, value in given().items() if value} == MADE


def test_only_migrations_know_the_owners_password() -> None:
    parts = COMPOSE.split("\n  migrate:\n")
    after = parts[1].split("\n  web:\n")[1]
    assert "DATABASE_OWNER_PASSWORD" not in after
    assert not any("DATABASE_OWNER_PASSWORD" in value for value in given().values())
    assert "env_file" not in COMPOSE  # it would give every container all of `.env`


def test_the_image_backs_up_with_the_servers_own_version() -> None:
    [server] = re.findall(r"image: postgres:(\S+)", COMPOSE)
    [client] = re.findall(r"FROM postgres:(\S+) AS postgres", DOCKERFILE)
    [copied] = re.findall(r"COPY --from=postgres /usr/lib/postgresql/(\d+)/bin/pg_dump", DOCKERFILE)
    assert server == client
    assert server.split("-")[0] == copied


def test_the_image_compiles_the_modules_of_its_own_python() -> None:
    bases = set(re.findall(r"^FROM python:(\d+\.\d+)-", DOCKERFILE, re.MULTILINE))
    assert bases == set(re.findall(r"^ +/usr/local/lib/python(\S+)$", DOCKERFILE, re.MULTILINE))


def test_the_image_names_settings_that_there_are() -> None:
    named = set(re.findall(rf"\b{PREFIX}([A-Z_]+)=", DOCKERFILE))
    assert {name.lower() for name in named} <= {item.name for item in fields(Settings)}
    assert "instance" in {name.lower() for name in named}


def test_the_proxy_passes_no_header_on_that_looks_like_its_own() -> None:
    """WSGI cannot tell X_Forwarded_For from X-Forwarded-For, and the later one would count."""
    [proxy] = re.findall(r"^  proxy:\n    content: \|\n((?: {6}.*\n)+)", COMPOSE, re.MULTILINE)
    assert re.search(r"^ +request_header -\*_\*$", proxy, re.MULTILINE)


def test_only_one_part_builds_the_image_and_no_registry_is_asked_for_it() -> None:
    parts = dict(
        re.findall(r"^  (\w+):\n((?:    .*\n)+)", COMPOSE.split("\nservices:\n")[1], re.MULTILINE)
    )
    ours = {name for name, text in parts.items() if "<<: *portal" in text}
    assert ours == {"migrate", "web", "worker"}
    assert [name for name in ours if "build: ." in parts[name]] == ["migrate"]
    assert {name for name in ours if "pull_policy: never" in parts[name]} == ours - {"migrate"}


def test_all_stages_of_the_image_are_of_one_release() -> None:
    """A program that is copied from one to another needs the libraries of its own."""
    assert len(set(re.findall(r"^FROM \S+-(\w+)", DOCKERFILE, re.MULTILINE))) == 1
    assert len(re.findall(r"^FROM", DOCKERFILE, re.MULTILINE)) == 3


def test_the_manual_names_every_place_of_the_administrators() -> None:
    manual = (ROOT / "docs" / "running.md").read_text().split("\n## 10. In the browser\n")[1]
    places = [str(entry.name) for _, entries in MENU for entry in entries]
    assert len(places) > 15
    assert [place for place in places if place not in manual] == []
