"""What there is, for programs: all addresses and fields, and schemas of what is published."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import abort, redirect, url_for
from werkzeug.wrappers import Response

from portal.public.api.blueprint import blueprint
from portal.public.documents import JSON, as_open_data, publish, to_json
from portal.web.access import Access, access
from portal.web.context import portal

_DESCRIPTION = Path(__file__).with_name("openapi.json")
SCHEMAS = {"level": "Level", "evidence": "Evidence", "results": "Results"}
_HERE, _THERE = "#/components/schemas/", "#/$defs/"


@blueprint.get("/openapi.json")
@access(Access.OPEN_DATA)
def show_description() -> Response:
    """All addresses and fields, as OpenAPI 3.1."""
    return publish(JSON, lambda: to_json(_read()))


@blueprint.get("/v1")
@access(Access.OPEN_DATA)
def show_root() -> Response:
    """The address below which all others stand, as catalogues name it: what there is."""
    return as_open_data(redirect(url_for("api.show_description"), 302))


@blueprint.get("/schemas/<name>.json")
@access(Access.OPEN_DATA)
def show_schema(name: str) -> Response:
    """A JSON Schema of a level, of evidence or of results, cut out of the description."""
    if name not in SCHEMAS:
        abort(404, f"There is no schema {name}; there are {', '.join(SCHEMAS)}.")
    return publish(JSON, lambda: to_json(_schema(name)))


def _schema(name: str) -> dict[str, Any]:
    schemas = json.dumps(_read()["components"]["schemas"]).replace(_HERE, _THERE)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{portal().settings.base_url.rstrip('/')}/api/schemas/{name}.json",
        "$ref": f"{_THERE}{SCHEMAS[name]}",
        "$defs": json.loads(schemas),
    }


@cache
def _read() -> dict[str, Any]:
    description: dict[str, Any] = json.loads(_DESCRIPTION.read_text(encoding="utf-8"))
    return description
