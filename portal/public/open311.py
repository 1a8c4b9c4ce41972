"""Our services as other systems know lists of services: Open311 GeoReport v2.

Requests are not taken this way: a rating needs no address of a pothole, and a form has its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.public import queries
from portal.public.documents import JSON, as_open_data, publish, to_json
from portal.public.queries import Reader, ServiceEntry
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read
from portal.web.site import city_name

blueprint = Blueprint("open311", __name__, url_prefix="/open311")

XML = "text/xml"
_SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
_CHANGED = "2026-11-30"
"""When the shape of what is offered here was last changed."""


@blueprint.get("/discovery.json")
@access(Access.OPEN_DATA)
def show_discovery() -> Response:
    """Where what is offered, for programs that know the portal's address only."""
    return publish(JSON, lambda: to_json(_discovery()))


@blueprint.get("/discovery.xml")
@access(Access.OPEN_DATA)
def show_discovery_xml() -> Response:
    """The same as XML."""
    return publish(XML, lambda: _to_xml("discovery", _discovery()))


@blueprint.get("/v2")
@access(Access.OPEN_DATA)
def show_root() -> Response:
    """The endpoint itself, as the discovery names it: what it offers."""
    return as_open_data(redirect(url_for("open311.show_discovery"), 302))


@blueprint.get("/v2/services.json")
@access(Access.OPEN_DATA)
def list_services() -> Response:
    """All services, in the language of `locale` where there is such a text."""
    return publish(JSON, lambda: to_json(_services()))


@blueprint.get("/v2/services.xml")
@access(Access.OPEN_DATA)
def list_services_xml() -> Response:
    """The same as XML."""
    return publish(XML, lambda: _to_xml("services", _services()))


def _discovery() -> dict[str, Any]:
    endpoint = {
        "specification": _SPECIFICATION,
        "url": _absolute("open311.list_services").removesuffix("/services.json"),
        "changeset": _CHANGED,
        "type": "production",
        "formats": [XML, JSON],
    }
    lang = _reader().lang
    return {
        "changeset": _CHANGED,
        "contact": f"{city_name(lang)}: {_absolute('public.show_home', lang=lang)}",
        "key_service": "No key is needed. Only the list of services is offered.",
        "endpoints": [endpoint],
    }


def _services() -> list[dict[str, Any]]:
    codes = queries.list_codes(read())
    entries = queries.list_services(read(), _reader())
    entries.sort(key=lambda entry: entry.slug)
    return [_service(entry, codes.get(entry.id) or entry.slug) for entry in entries]


def _service(entry: ServiceEntry, code: str) -> dict[str, Any]:
    """The fields that GeoReport v2 knows; `realtime` since a receipt comes at once."""
    return {
        "service_code": code,
        "service_name": entry.name.text,
        "description": entry.summary.text if entry.summary else "",
        "metadata": False,
        "type": "realtime",
        "keywords": "",
        "group": entry.department.text,
    }


def _reader() -> Reader:
    """Programs that name no language of ours get the city's first."""
    languages = portal().settings.languages
    wanted = request.args.get("locale", "")
    return Reader(wanted if wanted in languages else languages[0], languages)


def _absolute(endpoint: str, **values: Any) -> str:
    return portal().settings.base_url.rstrip("/") + url_for(endpoint, **values)


def _to_xml(name: str, data: object) -> str:
    text = ElementTree.tostring(_element(name, data), encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _element(name: str, data: object) -> ElementTree.Element:
    """A list becomes an element of its name in the singular for each of its members."""
    element = ElementTree.Element(name)
    if isinstance(data, Mapping):
        element.extend(_element(key, value) for key, value in data.items())
    elif isinstance(data, list):
        element.extend(_element(name.removesuffix("s"), value) for value in data)
    else:
        element.text = str(data).lower() if isinstance(data, bool) else str(data)
    return element
