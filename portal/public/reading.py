"""Who reads a public page, and the service that its address names."""

from __future__ import annotations

from flask import abort

from portal.public import queries
from portal.public.queries import Reader, ServiceDetail
from portal.web.context import portal
from portal.web.database import read
from portal.web.i18n import current_language


def current_reader() -> Reader:
    """Who reads this page, as far as languages go."""
    return Reader(current_language(), portal().settings.languages)


def get_service(slug: str) -> ServiceDetail:
    """The service in use of this slug; whatever names none is no address of ours."""
    service = queries.find_service(read(), slug, current_reader())
    if service is None:
        abort(404)
    return service
