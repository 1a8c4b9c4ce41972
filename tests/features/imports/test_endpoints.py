"""Lists of services from live endpoints: our own, and those of strangers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from portal.imports import endpoints
from portal.imports.endpoints import fetch_services
from portal.models.services import Service, ServiceText
from portal.store.engine import Store
from portal.store.service_files import MAX_BYTES
from tests.support.city import City
from tests.support.processes import Installation
from tests.support.strangers import drip, say, stranger

LIST = b"""<?xml version="1.0" encoding="utf-8"?><services><service><service_code>7</service_code>
<service_name>Potholes</service_name><group>Streets</group></service></services>"""


@pytest.fixture
def served(app: Flask, city: City) -> Iterator[str]:
    """The address of the test city's own portal, served."""
    del city
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def newcomer(tmp_path: Path) -> Installation:
    """A portal that has no services yet."""
    installation = Installation(tmp_path, f"sqlite:///{tmp_path / 'new.db'}")
    assert installation.call("init").status == 0
    return installation


@pytest.mark.parametrize(
    ("path", "lang", "name"),
    [
        ("/open311/v2", "en", "Pothole repair"),
        ("/open311/v2/services.json", "en", "Pothole repair"),
        ("/open311/v2/services.xml?locale=ar", "ar", "Pothole repair (ar)"),
    ],
)
def test_a_portal_takes_the_services_of_another_one(
    served: str, newcomer: Installation, path: str, lang: str, name: str
) -> None:
    for expected in ("3 added, 0 changed", "0 added, 0 changed, 3 as they were"):
        done = newcomer.call("import-services", served + path, "--lang", lang)
        assert (done.status, done.err) == (0, "")
        assert expected in done.out
    store = Store(newcomer.database_url)
    with store.read() as session:
        rows = session.execute(
            select(Service.code, ServiceText.lang, ServiceText.name).join(
                ServiceText, ServiceText.service_id == Service.id
            )
        )
        assert ("pothole-repair", lang, name) in [tuple(row) for row in rows]
    store.dispose()


def test_an_endpoint_is_asked_for_its_list() -> None:
    with stranger(say(200, LIST)) as endpoint:
        assert fetch_services(f"{endpoint.url}/v2/?jurisdiction_id=city.example") == LIST
        assert fetch_services(f"{endpoint.url}/v2/services.json") == LIST
    paths = [asked.path for asked in endpoint.received]
    assert paths == ["/v2/services.xml?jurisdiction_id=city.example", "/v2/services.json"]


def test_redirects_lead_on_within_the_same_host_only() -> None:
    with stranger(say(200, LIST)) as elsewhere:
        other = elsewhere.url.replace("127.0.0.1", "localhost")
        here = say(301, Location="/new/services.xml")
        with stranger(here, say(200, LIST)) as endpoint:
            assert fetch_services(f"{endpoint.url}/services.xml") == LIST
        for location in (other, "ftp://127.0.0.1/x", "file:///etc/passwd", ""):
            with (
                stranger(say(302, Location=location)) as endpoint,
                pytest.raises(ValueError, match="another address"),
            ):
                fetch_services(f"{endpoint.url}/services.xml")
    assert elsewhere.received == []


def test_redirects_come_to_an_end() -> None:
    with (
        stranger(say(302, Location="/services.xml")) as endpoint,
        pytest.raises(ValueError, match="status 302"),
    ):
        fetch_services(f"{endpoint.url}/services.xml")
    assert len(endpoint.received) == endpoints.MAX_REDIRECTS + 1


def test_what_drips_for_ever_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "SECONDS", 1.0)
    begun = time.monotonic()
    with stranger(drip) as endpoint, pytest.raises(ValueError, match="cannot be read"):
        fetch_services(f"{endpoint.url}/services.xml")
    assert time.monotonic() - begun < 5


def refused(installation: Installation, address: str) -> str:
    """The one line with which an address is refused."""
    done = installation.call("import-services", address)
    assert (done.status, done.out) == (2, "")
    [line] = done.err.splitlines()
    return line


def test_what_cannot_be_taken_is_said_in_one_line(newcomer: Installation) -> None:
    for answer, words in (
        (say(404, b"no"), "status 404"),
        (say(200, b"<html></html>"), "not an Open311 list"),
        (say(200, b"<!DOCTYPE x [<!ENTITY a 'b'>]><services/>"), "document type"),
        (say(200, b"x" * (MAX_BYTES + 1)), "larger than 20 MB"),
    ):
        with stranger(answer) as endpoint:
            assert words in refused(newcomer, f"{endpoint.url}/services.xml")
    with stranger() as gone:
        pass
    assert "cannot be read" in refused(newcomer, f"{gone.url}/services.xml")
    assert "not an address" in refused(newcomer, "http:///services.xml")
    assert "not an address" in refused(newcomer, "https://me:secret@city.example/")
