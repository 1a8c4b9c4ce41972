"""Results: what residents answered and how long they waited, by quarter."""

from __future__ import annotations

from flask import render_template

from portal.public import queries, result_queries
from portal.public.addresses import day_in_address
from portal.public.reading import current_reader, get_service
from portal.public.results_page import make_results_page
from portal.public.routes.blueprint import blueprint
from portal.web.access import Access, access
from portal.web.database import read
from portal.web.pages import cached_page


@blueprint.get("/results/")
@access(Access.PUBLIC)
@cached_page
def show_results() -> str:
    """What residents of the whole city answered in the newest quarter."""
    return _render_city(None)


@blueprint.get("/results/<string(length=10):quarter>/")
@access(Access.PUBLIC)
@cached_page
def show_past_results(quarter: str) -> str:
    """The same of one quarter, at an address that never changes."""
    return _render_city(quarter)


@blueprint.get("/services/<slug>/results/")
@access(Access.PUBLIC)
@cached_page
def show_service_results(slug: str) -> str:
    """What residents answered about a service in the newest quarter."""
    return _render_service(slug, None)


@blueprint.get("/services/<slug>/results/<string(length=10):quarter>/")
@access(Access.PUBLIC)
@cached_page
def show_past_service_results(slug: str, quarter: str) -> str:
    """The same of one quarter, at an address that never changes."""
    return _render_service(slug, quarter)


def _render_city(quarter: str | None) -> str:
    page = make_results_page(
        result_queries.list_city_results(read()), day_in_address(quarter) if quarter else None
    )
    return render_template(
        "public/show_results.html",
        page=page,
        service=None,
        services=queries.list_services(read(), current_reader()) if page else [],
        ratings=result_queries.list_ratings(read(), page.shown.quarter_on) if page else {},
    )


def _render_service(slug: str, quarter: str | None) -> str:
    service = get_service(slug)
    page = make_results_page(
        result_queries.list_service_results(read(), service.id),
        day_in_address(quarter) if quarter else None,
    )
    return render_template("public/show_results.html", page=page, service=service)
