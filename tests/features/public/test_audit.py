"""`portal audit URL`: an honest portal agrees with itself; whatever is forged is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.models.integrity import RatingList
from portal.store.engine import Store
from tests.features.public.conftest import NOW, appraise_potholes, publish_all
from tests.support.city import make_city
from tests.support.processes import Installation, Running

pytestmark = pytest.mark.slow(30)

POTHOLES = "/api/v1/services/pothole-repair"
Forge = Callable[[Any], Any]


def count_ratings(session: Session, service_id: int) -> None:
    """A quarter's list, as it is published; nobody asks here what is in it."""
    session.add(
        RatingList(
            service_id=service_id, quarter_on=date(2026, 1, 1), text="", sha256="0" * 64,
            count=10, mean=4.0,
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def town(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A city with levels, appraisals and a quarter of results."""
    folder = tmp_path_factory.mktemp("audited")
    shutil.copy(sqlite_template, folder / "portal.db")
    town = Installation(folder, f"sqlite:///{folder / 'portal.db'}")
    store = Store(town.database_url)
    city = store.write(make_city, NOW)
    store.write(publish_all, city)
    store.write(appraise_potholes, city.potholes)
    store.write(count_ratings, city.potholes)
    store.dispose()
    return town


@pytest.fixture(scope="module")
def served(town: Installation) -> Iterator[Running]:
    """The same, really served."""
    with town.running("serve") as portal:
        portal.wait_for("/readyz")
        yield portal


@contextmanager
def between(portal: Running, path: str, forge: Forge) -> Iterator[str]:
    """The address of a server that passes everything on, and forges what stands at one path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = portal.ask(self.path)
            body = answer.body
            if self.path == path:
                text = body.decode()
                body = (
                    forge(text) if path.endswith(".svg") else json.dumps(forge(json.loads(text)))
                ).encode()
            self.send_response(answer.status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def change(*keys: str | int, to: Any) -> Forge:
    """Put something else at a place of a document."""

    def forge(data: Any) -> Any:
        place = data
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = to
        return data

    return forge


def hide_one(data: Any) -> Any:
    """Hide a single cell, which the total gives away."""
    data["results"][0]["languages"]["cells"]["en"] = None
    return data


def test_an_honest_portal_agrees(town: Installation, served: Running) -> None:
    done = town.run("audit", f"http://127.0.0.1:{served.port}/en/")
    assert (done.status, done.err) == (0, "")
    assert done.out == (
        f"Everything at http://127.0.0.1:{served.port}/ agrees. Checked: levels 2, "
        "listed services 2, badges 2, monthly figures 2, appraisals 4, steps between appraisals 4, "
        "themes 3, quarters of results 2, quarters of the city 1, responses 3, signed lists 1.\n"
    )


FORGED: list[tuple[str, Forge, str]] = [
    ("/api/v1/services", change("services", 0, "level", to=4), "is listed with level 4"),
    (f"{POTHOLES}/level", change("published", "raw", to=4), "its result says otherwise"),
    (f"{POTHOLES}/level", change("evidence", "raters", to=3), "fewer than 10 people"),
    (f"{POTHOLES}/level", change("evidence_sha256", to="0" * 64), "the hash is not that"),
    (f"{POTHOLES}/level", change("evidence", to={}), "pothole-repair: "),
    (f"{POTHOLES}/level", change("result", "level", to=4), "says level 4, its evidence gives 2"),
    (f"{POTHOLES}/level/2026-01-01", change("published", "level", to=4), "publishes level 4"),
    (f"{POTHOLES}/level/2025-07-01", change("published", "level", to=4), "no appraisals before it"),
    (f"{POTHOLES}/level/2025-07-01", change("published", "level", to=1), "publishes level 1, to"),
    (f"{POTHOLES}/themes", change("themes", 0, "people", to=9), "shows 9 people, fewer than 10"),
    ("/api/v1/integrity/", change("lists", 0, "count", to=3), "shows 3 ratings, fewer than 10"),
    (f"{POTHOLES}/figures", change("thresholds", to={"L3.1": {"tau": 0.1}}), "makes no sense"),
    (
        "/ar/services/pothole-repair/badge.svg",
        lambda svg: svg.replace('data-level="3"', 'data-level="4"'),
        "its badge shows level 4, its level is 3",
    ),
    (f"{POTHOLES}/results", change("results", 0, "languages", "n", to=4), "too few for a table"),
    (f"{POTHOLES}/results", hide_one, "can be worked out from the total"),
    (f"{POTHOLES}/results", change("results", 0, "waits", to=None), "makes no sense"),
    (
        "/api/v1/responses",
        change(
            "responses",
            0,
            "replies",
            to={"as_of": "2026-06-01", "n": 25, "cells": {"yes": 12, "partly": 12, "no": 1}},
        ),
        "shows a group of fewer than 10 people",
    ),
    (
        "/api/v1/results",
        change("results", 0, "waits", "cells", "within_7", to=1),
        "waits, within_7: says 1, its services say 9 together",
    ),
]


@pytest.mark.parametrize(("path", "forge", "said"), FORGED, ids=[one[2] for one in FORGED])
def test_what_is_forged_is_named(
    town: Installation, served: Running, path: str, forge: Forge, said: str
) -> None:
    with between(served, path, forge) as address:
        done = town.run("audit", address)
    assert (done.status, done.err) == (1, "")
    assert said in done.out
    assert "do not agree. Checked: levels 2" in done.out.splitlines()[-1]


@pytest.mark.parametrize(
    "url", ["city.example", "ftp://city.example", "http://127.0.0.1:1", "file:///etc/passwd"]
)
def test_where_there_is_no_portal_one_line_says_so(town: Installation, url: str) -> None:
    done = town.run("audit", url)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("Error: ")
    assert done.err.count("\n") == 1


def test_another_kind_of_site_is_no_portal(town: Installation, served: Running) -> None:
    with between(served, "/api/v1/services", lambda _data: ["nothing"]) as address:
        done = town.run("audit", address)
    assert done.status == 2
    assert "there is no portal at" in done.err
