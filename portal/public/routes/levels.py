"""Levels: all of them, one with its evidence, each appraisal, and the picture for other sites."""

from __future__ import annotations

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from portal.public import queries
from portal.public.addresses import day_in_address
from portal.public.badge import make_badge
from portal.public.documents import SVG, document
from portal.public.history_view import IN_PICTURE
from portal.public.level_page import LevelPage, find_level_page
from portal.public.queries import ServiceDetail
from portal.public.reading import current_reader, get_service
from portal.public.routes.blueprint import blueprint
from portal.public.standing import find_shadow
from portal.store.assessments import get_public_assessment
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read
from portal.web.pages import cached_page
from portal.web.site import city_name


@blueprint.get("/services/<slug>/level/")
@access(Access.PUBLIC)
@cached_page
def show_level(slug: str) -> str:
    """The level of a service with all its evidence."""
    service = get_service(slug)
    page = find_level_page(read(), service.id, current_reader())
    if page is None:
        return render_template(
            "public/show_no_level.html", service=service, shadow=find_shadow(read())
        )
    return _render_level(service, page)


@blueprint.get("/services/<slug>/level/<string(length=10):as_of>/")
@access(Access.PUBLIC)
@cached_page
def show_past_level(slug: str, as_of: str) -> str:
    """One appraisal, newest or past, at an address that never changes."""
    service = get_service(slug)
    page = find_level_page(read(), service.id, current_reader(), day_in_address(as_of))
    if page is None:
        abort(404)
    return _render_level(service, page, is_dated=True)


@blueprint.get("/services/<slug>/badge.svg")
@access(Access.OPEN_DATA)
def show_badge(slug: str) -> Response:
    """The published level as a picture for other sites; 404 while there is none."""
    return document(f"badge:{request.path}", SVG, lambda: _render_badge(slug))


@blueprint.get("/levels/")
@access(Access.PUBLIC)
@cached_page
def list_levels() -> str:
    """The levels of all services, in the order of their names: no ranking."""
    services = queries.list_services(read(), current_reader())
    return render_template("public/list_levels.html", services=services, shadow=find_shadow(read()))


def _render_level(service: ServiceDetail, page: LevelPage, *, is_dated: bool = False) -> str:
    return render_template(
        "public/show_level.html",
        service=service,
        page=page,
        is_dated=is_dated,
        in_picture=IN_PICTURE,
        base=portal().settings.base_url.rstrip("/"),
    )


def _render_badge(slug: str) -> str:
    service = get_service(slug)
    assessment = get_public_assessment(read(), service.id)
    if assessment is None:
        abort(404)
    return render_template(
        "public/badge.svg",
        badge=make_badge(service.name.text, city_name(), assessment),
    )
