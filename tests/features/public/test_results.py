"""Results: who took part, what they answered, how long they waited; nobody stands out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.store.engine import Store
from tests.features.public.answering import publish_results, rate, survey, tell
from tests.support.attack import is_given
from tests.support.city import LANGUAGES, City
from tests.support.client import response_page
from tests.support.linear import Equation, ranges

SERVICES = ("pothole-repair", "street-lights", "swimming-pools")
QUARTERS = ["2026-04-01", "2026-01-01"]
NOW = datetime(2026, 7, 2, 15, tzinfo=UTC)


@pytest.fixture
def surveyed(store: Store, city: City) -> City:
    """Potholes with many answers, lights with some, pools with fewer than ten."""
    store.write(survey, city, NOW)
    return city


def results_of(client: FlaskClient, service: str | None = None) -> list[dict[str, Any]]:
    path = f"/api/v1/services/{service}/results" if service else "/api/v1/results"
    found: list[dict[str, Any]] = client.get(f"{path}?past-the-cache").get_json()["results"]
    return found


def tables_of(result: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from ((name, result[name]) for name in ("languages", "waits", "verdicts"))
    yield from result["questions"].items()


@pytest.mark.usefixtures("surveyed")
def test_the_page_says_first_shows_second_and_counts_third(client: FlaskClient) -> None:
    page = response_page(client.get("/en/services/pothole-repair/results/2026-01-01/"))
    said = page.words()
    assert "Figures of the 1st quarter 2026, as of July 2, 2026." in said
    assert "140 ratings were sent." in said
    assert "Of 31 cases, 81% were told within 30 days what came of them." in said
    assert "6% have not been told yet." in said
    places = [said.index(text) for text in ("140 ratings", "English", "As a table", "(CSV)")]
    assert places == sorted(places)
    newest = response_page(client.get("/en/services/pothole-repair/results/"))
    assert "Figures of the 2nd quarter 2026" in newest.words()
    assert "/en/services/pothole-repair/results/2026-01-01/" in newest.links()
    assert "/api/v1/services/pothole-repair/results.csv" in newest.links()


@pytest.mark.usefixtures("surveyed")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_shows_them(client: FlaskClient, lang: str) -> None:
    for path in ("results/", "services/pothole-repair/results/", "services/street-lights/results/"):
        assert client.get(f"/{lang}/{path}").status_code == 200
    assert client.get(f"/{lang}/services/pothole-repair/").status_code == 200


@pytest.mark.usefixtures("surveyed")
def test_a_service_with_few_ratings_says_when_figures_come(client: FlaskClient) -> None:
    page = response_page(client.get("/en/services/swimming-pools/results/"))
    assert "Not enough ratings yet" in page.words()
    assert "/en/services/swimming-pools/rate" in page.links()
    assert results_of(client, "swimming-pools") == []
    city = response_page(client.get("/en/results/2026-01-01/")).words()
    assert "Swimming poolsfewer than 10" in city
    assert "Pothole repair140" in city


def test_answers_in_small_groups_are_said_to_be_hidden(
    client: FlaskClient, store: Store, city: City
) -> None:
    store.write(tell, city.lights, date(2026, 1, 20), [5] * 10, "y" * 4 + "p" * 3 + "n" * 3)
    store.write(publish_results, city, NOW)
    said = response_page(client.get("/en/services/street-lights/results/2026-01-01/")).words()
    assert "10 people replied." in said
    assert "How many gave each answer is not shown: the groups are too small." in said
    assert "Partly" not in said


@pytest.mark.usefixtures("city")
def test_before_the_first_batch_pages_say_so(client: FlaskClient) -> None:
    assert "Not enough ratings yet" in response_page(client.get("/en/results/")).words()
    assert results_of(client) == []


@pytest.mark.usefixtures("surveyed")
@pytest.mark.parametrize(
    "path",
    [
        "/en/results/2025-01-01/",
        "/en/results/2026-02-30/",
        "/en/services/pothole-repair/results/2026-02-01/",
        "/en/services/swimming-pools/results/2026-01-01/",
        "/en/services/nothing/results/",
        "/api/v1/services/nothing/results",
    ],
)
def test_quarters_and_services_that_are_not_there(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.usefixtures("surveyed")
def test_the_file_holds_what_the_page_shows(client: FlaskClient) -> None:
    for service in (None, *SERVICES):
        path = f"/api/v1/services/{service}/results.csv" if service else "/api/v1/results.csv"
        rows = list(csv.DictReader(io.StringIO(client.get(path).get_data(as_text=True))))
        told = {
            (r["quarter"], r["table"], r["cell"]): (r["people"], r["table_people"]) for r in rows
        }
        assert told == {
            (result["quarter"], name, cell): ("" if n is None else str(n), str(table["n"]))
            for result in results_of(client, service)
            for name, table in tables_of(result)
            for cell, n in table["cells"].items()
        }


@pytest.mark.usefixtures("surveyed")
def test_figures_are_those_of_the_answers(client: FlaskClient) -> None:
    newest, first = results_of(client, "pothole-repair")
    assert [newest["quarter"], first["quarter"]] == QUARTERS
    assert (newest["languages"]["n"], first["languages"]["n"]) == (70, 140)
    assert first["waits"]["cells"] == {
        "within_7": 14, "within_30": 11, "within_90": 3, "later": 1, "not_yet": 2,
    }  # fmt: skip
    assert first["verdicts"] == {"n": 26, "cells": {"yes": None, "partly": None, "no": 11}}
    assert not newest["is_settled"]
    (city,) = [one for one in results_of(client) if one["quarter"] == "2026-01-01"]
    assert city["languages"]["n"] == 185  # the seven of the pools would be the difference
    assert city["service"] is None


def attack(client: FlaskClient, quarter: str) -> tuple[list[Equation], int]:
    """All that is published about a quarter as equations over what is hidden."""
    by_service = {
        service: one
        for service in SERVICES
        for one in results_of(client, service)
        if one["quarter"] == quarter
    }
    known: list[Equation] = []
    hidden: dict[tuple[str, str], dict[str, int]] = {}
    shown: dict[tuple[str, str], int] = {}
    for service, result in by_service.items():
        for name, table in tables_of(result):
            names = {f"{service} {name} {c}": 1 for c, n in table["cells"].items() if n is None}
            known.append((names, table["n"] - sum(n or 0 for n in table["cells"].values())))
            for cell, n in table["cells"].items():
                own = {} if n is not None else {f"{service} {name} {cell}": 1}
                hidden.setdefault((name, cell), {}).update(own)
                shown[name, cell] = shown.get((name, cell), 0) + (n or 0)
    (city,) = [one for one in results_of(client) if one["quarter"] == quarter]
    for name, table in tables_of(city):
        for cell, n in table["cells"].items():
            if n is not None:
                known.append((hidden.get((name, cell), {}), n - shown.get((name, cell), 0)))
    equations = [(names, total) for names, total in known if names]
    assert all(total == 0 for names, total in known if not names)
    return equations, sum(len(names) for names in hidden.values())


@pytest.mark.usefixtures("surveyed")
@pytest.mark.parametrize("quarter", QUARTERS)
def test_all_published_tables_together_leave_every_hidden_cell_open(
    client: FlaskClient, quarter: str
) -> None:
    equations, count = attack(client, quarter)
    found = ranges(equations)
    assert len(found) == count > 10
    narrow = [name for name, (low, high) in found.items() if high - low < 5]
    assert [name for name in narrow if not is_given(name)] == []


@pytest.mark.usefixtures("surveyed")
def test_nothing_moves_within_a_quarter_and_no_table_by_fewer_than_ten(
    client: FlaskClient, store: Store, surveyed: City
) -> None:
    before = [results_of(client, service) for service in (None, *SERVICES)]
    store.write(rate, surveyed.potholes, date(2026, 5, 6), 1, Random(3))
    store.write(rate, surveyed.potholes, NOW.date(), 20, Random(4))
    for later in (timedelta(hours=1), timedelta(days=31), timedelta(days=70)):
        store.write(publish_results, surveyed, NOW + later)
        assert [results_of(client, service) for service in (None, *SERVICES)] == before
    store.write(publish_results, surveyed, NOW + timedelta(days=92))  # 2 October
    newest = {one["quarter"]: one for one in results_of(client, "pothole-repair")}
    assert newest["2026-04-01"]["batch_on"] == "2026-10-02"
    assert newest["2026-04-01"]["languages"]["n"] == 70, "the one would show"
    assert newest["2026-07-01"]["languages"]["n"] == 20


@pytest.mark.usefixtures("surveyed")
def test_pages_read_as_much_however_many_have_answered(
    client: FlaskClient,
    store: Store,
    surveyed: City,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    store.write(rate, surveyed.potholes, NOW.date(), 300, Random(5))
    for path in ("/en/results/", "/en/services/pothole-repair/results/"):
        with statements() as sent:
            assert client.get(path).status_code == 200
        assert [one for one in sent if "submission" in one or "monthly_figure" in one] == []
        assert len(sent) < 12
