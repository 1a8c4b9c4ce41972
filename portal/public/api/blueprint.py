"""The blueprint of the open data, and what its addresses name."""

from __future__ import annotations

from flask import Blueprint, abort

from portal.public import queries
from portal.public.queries import Reader, ServiceDetail
from portal.web.context import portal
from portal.web.database import read

blueprint = Blueprint("api", __name__, url_prefix="/api")


def every_language() -> Reader:
    """Programs get every language; where one has to be chosen, it is the city's first."""
    languages = portal().settings.languages
    return Reader(languages[0], languages)


def named_service(slug: str) -> ServiceDetail:
    """The service in use of this slug."""
    service = queries.find_service(read(), slug, every_language())
    if service is None:
        abort(404, f"There is no service {slug}.")
    return service
