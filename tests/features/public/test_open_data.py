"""Open data: complete, recomputable, safe in a spreadsheet, and as its description says."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.domain.level import evaluate
from portal.domain.publication import evidence_hash
from portal.store.engine import Store
from portal.web.csv_text import to_csv
from tests.features.public.conftest import NOW, Showcase
from tests.features.public.publishing import publish_response
from tests.support.city import LANGUAGES

ADDRESSES = {
    "/api/v1/services": "/api/v1/services",
    "/api/v1/services.csv": "/api/v1/services.csv",
    "/api/v1/services/{service}/level": "/api/v1/services/pothole-repair/level",
    "/api/v1/services/{service}/level.csv": "/api/v1/services/pothole-repair/level.csv",
    "/api/v1/services/{service}/level/{as_of}": "/api/v1/services/pothole-repair/level/2026-04-01",
    "/api/v1/services/{service}/level/{as_of}.csv": (
        "/api/v1/services/pothole-repair/level/2026-04-01.csv"
    ),
    "/api/v1/services/{service}/appraisals": "/api/v1/services/pothole-repair/appraisals",
    "/api/v1/services/{service}/appraisals.csv": "/api/v1/services/pothole-repair/appraisals.csv",
    "/api/v1/services/{service}/figures": "/api/v1/services/pothole-repair/figures",
    "/api/v1/services/{service}/figures.csv": "/api/v1/services/pothole-repair/figures.csv",
    "/api/v1/services/{service}/results": "/api/v1/services/pothole-repair/results",
    "/api/v1/services/{service}/results.csv": "/api/v1/services/pothole-repair/results.csv",
    "/api/v1/results": "/api/v1/results",
    "/api/v1/results.csv": "/api/v1/results.csv",
    "/api/v1/responses": "/api/v1/responses",
    "/api/v1/responses.csv": "/api/v1/responses.csv",
    "/api/openapi.json": "/api/openapi.json",
}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "integer": int, "number": (int, float),
    "boolean": bool, "null": type(None),
}  # fmt: skip


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV document."""
    return list(csv.DictReader(io.StringIO(text)))


def problems(value: Any, schema: dict[str, Any], document: dict[str, Any], at: str) -> list[str]:
    """Where a value departs from the part of JSON Schema that the description uses."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", maxsplit=1)[1]
        return problems(value, document["components"]["schemas"][name], document, at)
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(isinstance(value, _TYPES[name]) for name in types):
        return [f"{at}: {value!r} is not {types}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is none of {schema['enum']}"]
    if isinstance(value, list):
        return [
            problem
            for place, item in enumerate(value)
            for problem in problems(item, schema["items"], document, f"{at}[{place}]")
        ]
    if not isinstance(value, dict):
        return []
    known, more = schema.get("properties", {}), schema.get("additionalProperties")
    found = [f"{at}: {key} is missing" for key in schema.get("required", ()) if key not in value]
    for key, item in value.items():
        if key in known:
            found += problems(item, known[key], document, f"{at}.{key}")
        elif more:
            found += problems(item, more, document, f"{at}.{key}")
        elif known:
            found.append(f"{at}: {key} is not described")
    return found


def test_the_description_is_complete(app: Flask, client: FlaskClient) -> None:
    described = client.get("/api/openapi.json").get_json()["paths"]
    routes = {
        re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule).replace("{slug}", "{service}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
    }
    integrity = {path for path in routes if path.startswith("/api/v1/integrity/")}
    assert set(described) == routes == set(ADDRESSES) | integrity  # those: test_integrity.py


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_address_answers_as_described(
    client: FlaskClient, appraised: Showcase, path: str
) -> None:
    document = client.get("/api/openapi.json").get_json()
    content = document["paths"][path]["get"]["responses"]["200"]["content"]
    response = client.get(ADDRESSES[path])
    assert response.status_code == 200
    assert response.mimetype in content
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in response.headers
    again = client.get(ADDRESSES[path], headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    if response.mimetype == "application/json":
        schema = content["application/json"]["schema"]
        assert problems(response.get_json(), schema, document, path) == []
    else:
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert rows(response.get_data(as_text=True))


def test_a_published_level_can_be_computed_again_from_its_file(
    client: FlaskClient, showcase: Showcase
) -> None:
    data = json.loads(client.get("/api/v1/services/street-lights/level").data)
    assert list(data)[:4] == ["service", "as_of", "evidence", "result"]
    assert data["service"] == "street-lights"
    assert data["as_of"] == "2026-06-01"
    assert evaluate(data["evidence"]) == data["result"]
    assert evidence_hash(data["evidence"]) == data["evidence_sha256"]
    page = client.get("/en/services/street-lights/level/").get_data(as_text=True)
    assert data["evidence_sha256"] in page


def test_appraisals_are_listed_with_their_evidence(
    client: FlaskClient, appraised: Showcase
) -> None:
    listed = client.get("/api/v1/services/pothole-repair/appraisals").get_json()["appraisals"]
    told = [(row["as_of"], row["level"], row["raw"], row["flag"]) for row in listed]
    assert told == [
        ("2026-04-01", 3, 2, "in_doubt"),
        ("2026-01-01", 3, 3, None),
        ("2025-10-01", 2, 3, None),
        ("2025-07-01", 2, 2, None),
    ]
    assert [row["awaiting_second_look"] for row in listed] == [False, False, True, False]
    for row in listed:
        assert client.get(row["page"]).status_code == 200
        data = client.get(row["evidence"]).get_json()
        assert data["evidence_sha256"] == row["evidence_sha256"] == evidence_hash(data["evidence"])
        assert data["published"]["level"] == row["level"]
        assert evaluate(data["evidence"]) == data["result"]
    newest = client.get("/api/v1/services/pothole-repair/level").get_json()
    assert newest == client.get(listed[0]["evidence"]).get_json()
    table = rows(
        client.get("/api/v1/services/pothole-repair/appraisals.csv").get_data(as_text=True)
    )
    assert [row["as_of"] for row in table] == [row["as_of"] for row in listed]
    assert table[0]["blocking"].split() == listed[0]["blocking"]
    assert table[2]["awaiting_second_look"] == "True"


def test_monthly_figures_stand_beside_the_level_and_do_not_change_it(
    client: FlaskClient, appraised: Showcase
) -> None:
    figures = client.get("/api/v1/services/pothole-repair/figures").get_json()
    assert (figures["as_of"], figures["published"]) == ("2026-06-01", None)
    assert evaluate(figures["evidence"]) == figures["result"]
    assert client.get("/api/v1/services/pothole-repair/level").get_json()["as_of"] == "2026-04-01"
    assert client.get("/api/v1/services/street-lights/appraisals").get_json() == {"appraisals": []}


def test_services_say_how_sure_their_level_is(client: FlaskClient, appraised: Showcase) -> None:
    services = client.get("/api/v1/services").get_json()["services"]
    keys = ("level", "flag", "awaiting_second_look", "is_provisional", "published_on")
    assert [[service[key] for key in keys] for service in services] == [
        [3, "in_doubt", False, False, "2026-04-01"],
        [2, None, False, True, "2026-06-01"],
        [None, None, None, None, None],
    ]


def test_the_table_holds_the_same_figures(client: FlaskClient, showcase: Showcase) -> None:
    result = client.get("/api/v1/services/pothole-repair/level").get_json()["result"]
    table = rows(client.get("/api/v1/services/pothole-repair/level.csv").get_data(as_text=True))
    criteria = [row for row in table if not row["group"]]
    assert [row["criterion"] for row in criteria] == [item["id"] for item in result["criteria"]]
    told = next(row for row in criteria if row["criterion"] == "L3.1")
    assert (told["x"], told["n"], told["low"], told["status"]) == ("130", "150", "0.814459", "met")
    vietnamese = next(row for row in table if (row["criterion"], row["group"]) == ("L4.1", "vi"))
    assert (vietnamese["x"], vietnamese["n"], vietnamese["verdict"]) == ("17", "20", "unclear")
    assert vietnamese["difference_low"] == "-0.151933"


def test_services_have_names_in_every_language(client: FlaskClient, showcase: Showcase) -> None:
    services = client.get("/api/v1/services").get_json()["services"]
    assert [service["service"] for service in services] == [
        "pothole-repair",
        "street-lights",
        "swimming-pools",
    ]
    assert set(services[0]["names"]) == set(LANGUAGES)
    assert [service["level"] for service in services] == [3, 2, None]
    table = rows(client.get("/api/v1/services.csv").get_data(as_text=True))
    assert table[0]["name_ko"] == "Pothole repair (ko)"
    assert table[2]["level"] == ""


def test_responses_can_be_read_by_service_and_page(client: FlaskClient, showcase: Showcase) -> None:
    data = client.get("/api/v1/responses?service=pothole-repair").get_json()
    assert [item["id"] for item in data["responses"]] == [showcase.kept, showcase.promise]
    assert data["total"] == 2
    assert data["next"] is None
    kept = data["responses"][0]
    assert kept["follows"] == showcase.promise
    assert set(kept["texts"]) == {"en", "ar"}
    assert kept["corrections"][0]["reason"] == "The number of streets was wrong."
    assert kept["corrections"][0]["corrected_on"] == "2026-06-01"


def test_long_lists_name_their_next_page(
    client: FlaskClient, showcase: Showcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.public.api.responses.PAGE_SIZE", 2)
    first = client.get("/api/v1/responses").get_json()
    assert first["next"] == "/api/v1/responses?page=2"
    second = client.get(first["next"]).get_json()
    assert second["next"] is None
    ids = [item["id"] for data in (first, second) for item in data["responses"]]
    assert ids == [showcase.kept, showcase.shade, showcase.promise]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/services/no-such-service/level",
        "/api/v1/services/swimming-pools/level",
        "/api/v1/services/swimming-pools/level.csv",
        "/api/v1/services/a%00b/level",
        "/api/v1/services/no-such-service/appraisals",
        "/api/v1/services/pothole-repair/level/2026-04-02",
        "/api/v1/services/pothole-repair/level/2026-W01-1",
        "/api/v1/services/pothole-repair/level/2026-13-01.csv",
        "/api/v1/services/swimming-pools/figures",
        "/api/v1/services/swimming-pools/figures.csv",
        "/api/v1/responses?page=0",
        "/api/v1/responses?service=no-such-service",
    ],
)
def test_what_is_not_there_is_said_in_json(
    client: FlaskClient, showcase: Showcase, path: str
) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.get_json()["error"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_no_cell_is_a_formula(client: FlaskClient, showcase: Showcase, store: Store) -> None:
    texts = {"en": ("=HYPERLINK(1)", "+1 lifeguard", '@home, "quoted"\nsecond line')}
    store.write(lambda session: publish_response(session, showcase.city.pools, NOW, texts))
    table = rows(client.get("/api/v1/responses.csv?fresh=1").get_data(as_text=True))
    row = next(row for row in table if "HYPERLINK" in row["you_said"])
    assert row["you_said"] == "'=HYPERLINK(1)"
    assert row["we_did"] == "'+1 lifeguard"
    assert row["why_not"] == '\'@home, "quoted"\nsecond line'


def test_numbers_below_zero_stay_numbers() -> None:
    assert to_csv(["a"], [[-0.5], ["-x"], [None]]) == 'a\r\n-0.5\r\n\'-x\r\n""\r\n'
