"""Open data: complete, recomputable, safe in a spreadsheet, and as its description says."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.domain.contact import CityContact
from portal.domain.level import evaluate
from portal.domain.publication import evidence_hash, publish
from portal.models.services import ServiceText
from portal.settings import Settings, SettingsError
from portal.store.city import set_city_name, set_contact
from portal.store.content import raise_content_version
from portal.store.engine import Store
from portal.web.cache import Page, PageCache
from portal.web.csv_text import to_csv
from tests.features.public.conftest import NOW, Showcase
from tests.features.public.publishing import (
    example_evidence,
    example_names,
    publish_appraisal,
    publish_response,
)
from tests.support.city import LANGUAGES

ADDRESSES = {
    "/api/v1/services": "/api/v1/services",
    "/api/v1/services.csv": "/api/v1/services.csv",
    "/api/v1/services/{service}": "/api/v1/services/pothole-repair",
    "/api/v1/services/{service}/themes": "/api/v1/services/pothole-repair/themes",
    "/api/v1/services/{service}/themes.csv": "/api/v1/services/pothole-repair/themes.csv",
    "/api/schemas/{name}.json": "/api/schemas/level.json",
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
    } - {"/api/v1"}  # leads to the description itself
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


def test_what_has_no_language_in_its_address_is_the_same_for_every_reader(
    client: FlaskClient, store: Store, appraised: Showcase
) -> None:
    """Everybody gets the copy that is kept, whoever asked first."""
    store.write(set_city_name, "es", "Ciudad Real")
    open311 = ("v2/services.json", "v2/services.xml", "discovery.json", "discovery.xml")
    paths = [*ADDRESSES.values(), "/api/v1/integrity/", "/data.json"]
    paths += [f"/open311/{name}" for name in open311]
    for path in paths:  # with a query each is made anew
        english, spanish = (
            client.get(f"{path}?a=b", headers={"Accept-Language": lang}) for lang in ("en", "es")
        )
        assert (english.status_code, english.data) == (200, spanish.data), path
        assert b"Ciudad Real" not in spanish.data, path


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
    assert client.get("/api/v1/services/street-lights/appraisals").get_json()["appraisals"] == []


def test_services_say_how_sure_their_level_is(client: FlaskClient, appraised: Showcase) -> None:
    services = client.get("/api/v1/services").get_json()["services"]
    keys = ("level", "flag", "awaiting_second_look", "is_provisional", "published_on")
    assert [[service[key] for key in keys] for service in services] == [
        [3, "in_doubt", False, False, "2026-04-01"],
        [2, None, False, True, "2026-06-01"],
        [None, None, None, None, None],
    ]


def test_an_appraisal_is_published_when_it_is_made(
    client: FlaskClient, store: Store, showcase: Showcase
) -> None:
    """After a standstill it is as of the quarter's first day, on which nobody could read it."""
    made_at = datetime(2026, 4, 4, 9, tzinfo=UTC)
    lights, evidence = showcase.city.lights, example_evidence("A")
    store.write(publish_appraisal, lights, evidence, date(2026, 4, 1), made_at)
    service = "/api/v1/services/street-lights"
    [listed] = client.get(f"{service}/appraisals").get_json()["appraisals"]
    level = client.get(f"{service}/level").get_json()
    services = client.get("/api/v1/services").get_json()["services"]
    [short] = [one for one in services if one["service"] == "street-lights"]
    for known in (listed, level, short):
        assert (known["as_of"], known["published_on"]) == ("2026-04-01", "2026-04-04")


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


def test_long_lists_come_in_pages(client: FlaskClient, showcase: Showcase) -> None:
    first = client.get("/api/v1/responses?limit=2")
    following = "/api/v1/responses?limit=2&offset=2"
    assert first.get_json()["next"] == following
    assert first.headers["Link"] == f'<{following}>; rel="next"'
    second = client.get(following)
    assert second.get_json()["next"] is None
    assert second.headers["Link"] == '</api/v1/responses?limit=2&offset=0>; rel="prev"'
    ids = [item["id"] for data in (first, second) for item in data.get_json()["responses"]]
    assert ids == [showcase.kept, showcase.shade, showcase.promise]
    assert {data.get_json()["total"] for data in (first, second)} == {3}
    services = client.get("/api/v1/services?offset=1&limit=1").get_json()
    assert [one["service"] for one in services["services"]] == ["street-lights"]
    assert (services["total"], services["next"]) == (3, "/api/v1/services?limit=1&offset=2")
    of_one = client.get("/api/v1/responses?service=pothole-repair&limit=1").get_json()
    assert of_one["total"] == 2
    assert "service=pothole-repair" in of_one["next"]
    odd = "_anchor=x&_external=1&_method=POST&_scheme=https&endpoint=x&slug=y"
    of_all = client.get(f"/api/v1/responses?{odd}&limit=1").get_json()
    assert of_all["next"] == f"/api/v1/responses?{odd}&limit=1&offset=1", "as it was asked for"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "offset=-1", "offset=1e3", "limit=٣", "limit="]
)
def test_other_numbers_are_refused(client: FlaskClient, query: str) -> None:
    refused = client.get(f"/api/v1/responses?{query}")
    assert refused.status_code == 400
    assert "whole number" in refused.get_json()["error"]


def test_long_tables_are_read_page_by_page(
    client: FlaskClient, showcase: Showcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = client.get("/api/v1/responses.csv")
    assert "Content-Length" not in whole.headers, "nobody knows it before all is read"
    monkeypatch.setattr("portal.public.api.responses.PAGE_SIZE", 1)
    assert client.get("/api/v1/responses.csv").data == whole.data
    found = [int(row["id"]) for row in rows(whole.get_data(as_text=True))]
    assert found == [showcase.kept, showcase.kept, showcase.shade, *[showcase.promise] * 2]


def test_a_table_is_read_as_it_is_sent_and_puts_no_row_in_twice(
    client: FlaskClient, store: Store, showcase: Showcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.public.api.responses.PAGE_SIZE", 1)
    lines = client.get("/api/v1/responses.csv").iter_encoded()
    begun = [next(lines) for _ in range(3)]  # the columns, and the newest in two languages

    def publish(session: Session) -> int:
        """One before all others, and one after them."""
        texts = {"en": ("It came out meanwhile.", "We did it.", "")}
        publish_response(session, showcase.city.lights, NOW, texts)
        return publish_response(session, showcase.city.lights, NOW - timedelta(days=99), texts)

    oldest = store.write(publish)
    found = [int(row["id"]) for row in rows(b"".join([*begun, *lines]).decode())]
    assert found == [showcase.kept, showcase.kept, showcase.shade, *[showcase.promise] * 2, oldest]


def test_themes_go_by_what_their_newest_answer_says(
    client: FlaskClient, showcase: Showcase
) -> None:
    themes = client.get("/api/v1/services/pothole-repair/themes").get_json()["themes"]
    assert [one["newest_response"] for one in themes] == [showcase.kept, showcase.promise]
    assert themes[0]["you_said"]["en"] == "The hole by the school comes back."
    assert themes[0]["people"] is None


def test_the_licence_is_named_where_the_city_has_chosen_one(
    settings: Settings, store: Store, showcase: Showcase
) -> None:
    licence = "https://creativecommons.org/licenses/by/4.0/"
    licensed = create_app(replace(settings, data_licence=licence), store).test_client()
    for path in ("services", "responses", "results", "services/street-lights/level"):
        assert licensed.get(f"/api/v1/{path}").get_json()["licence"] == licence
    assert licensed.get("/data.json").get_json()["dataset"][0]["license"] == licence
    assert licence in licensed.get("/en/open-data/").get_data(as_text=True)
    with pytest.raises(SettingsError, match="PORTAL_DATA_LICENCE"):
        replace(settings, data_licence="public domain")


def test_the_catalogue_leads_to_every_list(client: FlaskClient, showcase: Showcase) -> None:
    catalogue = client.get("/data.json")
    assert catalogue.headers["Access-Control-Allow-Origin"] == "*"
    data = catalogue.get_json()
    assert data["conformsTo"]["title"] == "DCAT-US 3.0"
    assert {"services", "responses", "results", "integrity"} == {
        one["identifier"].partition("#")[2] for one in data["dataset"]
    }
    for dataset in data["dataset"]:
        needed = {"title", "description", "contactPoint", "publisher", "identifier"}
        assert needed <= dataset.keys()
        for file in dataset["distribution"]:
            answer = client.get(file["downloadURL"].removeprefix("http://localhost"))
            assert answer.status_code == 200
            assert answer.mimetype == file["mediaType"]
    assert client.get("/api/openapi.json").status_code == 200


def test_the_catalogue_is_what_the_schema_of_dcat_us_asks_for(
    client: FlaskClient, store: Store, showcase: Showcase
) -> None:
    """What GSA's JSON Schema of DCAT-US 3.0 requires of the classes that we use."""
    store.write(lambda session: set_contact(session, CityContact(email="help@marlow.example")))
    data = client.get("/data.json").get_json()
    iri = re.compile(r"http://localhost/\S+")
    assert data["language"] == ["en", "es", "vi", "zh", "ar", "ko"]  # two letters, not zh-Hans
    assert isinstance(data["conformsTo"]["@id"], str)
    assert data["publisher"]["name"]
    assert data["homepage"]["title"]
    (service,) = data["service"]
    assert all(iri.fullmatch(one) for one in service["endpointURL"])
    assert service["title"]
    assert service["publisher"]["name"]
    for one in (service, *data["dataset"]):
        for contact in one["contactPoint"]:
            assert contact["fn"]
            assert contact["hasEmail"] == "mailto:help@marlow.example"
    for dataset in data["dataset"]:
        assert dataset["publisher"] == {"@type": "Organization", "name": data["publisher"]["name"]}
        is_of_quarters = dataset["identifier"].endswith("#results")
        assert dataset["accrualPeriodicity"] == ("quarterly" if is_of_quarters else "daily")
        assert all(len(code) == 2 for code in dataset["language"])
        assert iri.match(dataset["identifier"])
        for file in (*dataset["distribution"], dataset["describedBy"]):
            assert file["@type"] == "Distribution"
            assert iri.fullmatch(file["downloadURL"])
            address = file["downloadURL"].removeprefix("http://localhost")
            assert client.get(address).mimetype == file["mediaType"]


SCHEMAS = {
    "level": ("level", "level/2026-04-01", "figures"),
    "results": ("results",),
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_schemas_hold_for_what_is_published(
    client: FlaskClient, appraised: Showcase, name: str
) -> None:
    schema = client.get(f"/api/schemas/{name}.json").get_json()
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    for path in SCHEMAS[name]:
        data = client.get(f"/api/v1/services/pothole-repair/{path}").get_json()
        validator.validate(data)
        del data["licence"]
        assert not validator.is_valid(data)


def test_the_schema_of_evidence_takes_all_evidence_and_nothing_else(client: FlaskClient) -> None:
    schema = client.get("/api/schemas/evidence.json").get_json()
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    for name in example_names():
        validator.validate(publish(example_evidence(name)))
    wrong = {**example_evidence("A"), "raters": -1}
    assert not validator.is_valid(wrong)
    assert client.get("/api/schemas/nothing.json").status_code == 404


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


@pytest.mark.parametrize("sign", "=+-@\uff1d\uff0b\uff0d\uff20")
def test_wide_signs_begin_no_formula_either(sign: str) -> None:
    assert to_csv(["a"], [[f"{sign}1+1"], [f"1{sign}1"]]) == f"a\r\n'{sign}1+1\r\n1{sign}1\r\n"


def test_numbers_below_zero_stay_numbers() -> None:
    assert to_csv(["a"], [[-0.5], ["-x"], [None]]) == 'a\r\n-0.5\r\n\'-x\r\n""\r\n'


def rename(session: Session, name: str) -> None:
    named = ServiceText.name.like("Pothole%")
    session.execute(update(ServiceText).where(ServiceText.lang == "en", named).values(name=name))
    raise_content_version(session)


def test_what_changes_while_an_answer_is_made_is_in_the_next_one(
    app: Flask, client: FlaskClient, showcase: Showcase, store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Whatever was read before the version, would be kept as if it were the new content."""
    pages: PageCache = app.extensions["portal"].pages
    own, is_first = pages.get, True

    def get_late(key: str, render: Callable[[], str]) -> Page:
        nonlocal is_first
        if is_first:
            is_first = False
            store.write(rename, "Holes")
        pages._read_at = float("-inf")
        return own(key, render)

    monkeypatch.setattr(pages, "get", get_late)
    for _try in range(2):
        assert client.get("/api/v1/services/pothole-repair").get_json()["names"]["en"] == "Holes"


@pytest.mark.parametrize("path", ["/api/v1", "/open311/v2"])
def test_any_site_may_follow_to_what_there_is(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/open311/v2/nothing.json", "/data.json/x"])
def test_beside_the_data_errors_are_for_programs_too(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.get_json()["error"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_catalogue_refuses_in_the_words_of_programs(client: FlaskClient) -> None:
    answer = client.post("/data.json")
    assert answer.status_code == 405
    assert answer.get_json()["error"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
