"""Home, all services, one service, and its poster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template, request

from portal.domain.promises import Standing
from portal.public import queries, response_queries, theme_queries
from portal.public.addresses import words_wanted
from portal.public.queries import ServiceEntry
from portal.public.reading import current_reader, get_service
from portal.public.response_filters import Filters
from portal.public.response_queries import ResponseEntry
from portal.public.routes.blueprint import blueprint
from portal.public.standing import Shadow, find_shadow, stand
from portal.store.assessments import get_public_assessment
from portal.store.offers import find_open
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read
from portal.web.i18n import current_language
from portal.web.pages import cached_page
from portal.web.paper import PAPERS, paper_size
from portal.web.short_address import short_address

LATEST = 3
THEMES = 5


@blueprint.get("/")
@access(Access.PUBLIC)
@cached_page
def show_home() -> str:
    """What this is, the way to every service, and what was done lately."""
    services = queries.list_services(read(), current_reader())
    latest = response_queries.list_responses(read(), current_reader(), limit=LATEST)
    return render_template(
        "public/show_home.html",
        services=services,
        departments=queries.by_department(services),
        latest=latest,
        standings=_find_standings(latest),
        shadow=_find_shadow(services),
    )


@blueprint.get("/services/")
@access(Access.PUBLIC)
@cached_page
def list_services() -> str:
    """All services, or those that hold the words looked for."""
    wanted = words_wanted()
    services = queries.list_services(read(), current_reader())
    found = queries.search(services, wanted) if wanted else None
    return render_template(
        "public/list_services.html",
        wanted=wanted,
        found=found,
        departments=queries.by_department(services),
        shadow=_find_shadow(services),
    )


@blueprint.get("/services/<slug>/")
@access(Access.PUBLIC)
@cached_page
def show_service(slug: str) -> str:
    """One service: what it is, its level, what was done, and the call to rate it."""
    service = get_service(slug)
    assessment = get_public_assessment(read(), service.id)
    doors = find_open(read(), service.id, portal().clock.today())
    latest = response_queries.list_responses(
        read(), current_reader(), limit=LATEST, filters=Filters(service=service.as_name())
    )
    return render_template(
        "public/show_service.html",
        service=service,
        open_languages=doors.languages_at("web"),
        channels=sorted(doors.channels),
        assessment=assessment,
        standing=stand(assessment) if assessment else None,
        shadow=None if assessment else find_shadow(read()),
        themes=theme_queries.list_themes(read(), current_reader(), service.id, limit=THEMES),
        latest=latest,
        standings=_find_standings(latest),
    )


@blueprint.get("/services/<slug>/poster")
@access(Access.PUBLIC)
@cached_page
def show_poster(slug: str) -> str:
    """A sheet to print and hang up, which leads to the service's rating form."""
    service = get_service(slug)
    return render_template(
        "public/show_poster.html",
        service=service,
        address=short_address(service.id, current_language()),
        paper=paper_size(request.args.get("paper", "")),
        papers=PAPERS,
    )


def _find_standings(latest: Sequence[ResponseEntry]) -> Mapping[int, Standing]:
    return response_queries.list_standings(read(), latest, portal().clock.today())


def _find_shadow(services: Sequence[ServiceEntry]) -> Shadow | None:
    """The shadow that the city is in; a level that is published says that there is none."""
    return None if any(service.level for service in services) else find_shadow(read())
