"""What anyone may read, in every language: services, levels, responses, how it all works."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.data import load_model_texts
from portal.domain.criteria import DEFAULTS
from portal.public import queries, response_queries
from portal.public.addresses import day_in_address, page_number
from portal.public.badge import make_badge
from portal.public.documents import ATOM, SVG, document
from portal.public.feed import render_feed
from portal.public.history_view import EXAMPLE, IN_PICTURE
from portal.public.level_page import LevelPage, find_level_page
from portal.public.queries import LARGEST_ID, Reader, ServiceDetail, ServiceEntry, ServiceName
from portal.public.standing import Shadow, find_shadow, stand
from portal.public.thresholds_view import list_decisions
from portal.store.assessments import get_public_assessment
from portal.store.monitors import do_languages_differ
from portal.store.retention import get_periods
from portal.store.thresholds import list_threshold_changes
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.criteria_text import general_title
from portal.web.database import read
from portal.web.i18n import current_language
from portal.web.pages import cached_page
from portal.web.paper import PAPERS, paper_size
from portal.web.short_address import short_address
from portal.web.site import city_name

blueprint = Blueprint("public", __name__, url_prefix="/<lang:lang>")

LATEST = 3
PAGE_SIZE = 20
FEED_SIZE = 50
MAX_QUERY = 200


def current_reader() -> Reader:
    """Who reads this page, as far as languages go."""
    return Reader(current_language(), portal().settings.languages)


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
        shadow=_find_shadow(services),
    )


@blueprint.get("/services/")
@access(Access.PUBLIC)
@cached_page
def list_services() -> str:
    """All services, or those that hold the words looked for."""
    wanted = _words_wanted()
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
    service = _get_service(slug)
    assessment = get_public_assessment(read(), service.id)
    return render_template(
        "public/show_service.html",
        service=service,
        channels=queries.list_other_channels(read(), service.id),
        assessment=assessment,
        standing=stand(assessment) if assessment else None,
        shadow=None if assessment else find_shadow(read()),
        latest=response_queries.list_responses(
            read(), current_reader(), limit=LATEST, service=service.as_name()
        ),
    )


@blueprint.get("/services/<slug>/poster")
@access(Access.PUBLIC)
@cached_page
def show_poster(slug: str) -> str:
    """A sheet to print and hang up, which leads to the service's rating form."""
    service = _get_service(slug)
    return render_template(
        "public/show_poster.html",
        service=service,
        address=short_address(service.id),
        paper=paper_size(request.args.get("paper", "")),
        papers=PAPERS,
    )


@blueprint.get("/services/<slug>/level/")
@access(Access.PUBLIC)
@cached_page
def show_level(slug: str) -> str:
    """The level of a service with all its evidence."""
    service = _get_service(slug)
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
    service = _get_service(slug)
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


@blueprint.get("/responses/")
@access(Access.PUBLIC)
@cached_page
def list_responses() -> str:
    """What was done, newest first, of one service or of all."""
    slug = request.args.get("service", "")
    service = _get_service_name(slug) if slug else None
    page = response_queries.page_responses(
        read(),
        current_reader(),
        number=page_number(),
        size=PAGE_SIZE,
        service=service,
    )
    if not page.items and page.number > 1:
        abort(404)
    return render_template(
        "public/list_responses.html",
        page=page,
        standings=response_queries.list_standings(read(), page.items, portal().clock.today()),
        service=service,
        services=response_queries.list_answered_services(read(), current_reader()),
    )


@blueprint.get("/responses/feed.atom")
@access(Access.PUBLIC)
def show_feed() -> Response:
    """The newest responses for feed readers."""
    return document(f"feed:{request.path}", ATOM, _render_feed)


@blueprint.get(f"/responses/<int(max={LARGEST_ID}):response_id>/")
@access(Access.PUBLIC)
@cached_page
def show_response(response_id: int) -> str:
    """One "you said, we did", with its story and every correction."""
    response = response_queries.find_response(read(), current_reader(), response_id)
    if response is None:
        abort(404)
    corrections = response_queries.list_corrections(read(), [response_id])
    return render_template(
        "public/show_response.html",
        response=response,
        related=response_queries.list_related(read(), current_reader(), response),
        promise=response_queries.find_promise(read(), response, portal().clock.today()),
        corrections=corrections.get(response_id, []),
    )


@blueprint.get("/method/")
@access(Access.PUBLIC)
@cached_page
def show_method() -> str:
    """How a level is measured, in plain words, and the model that it comes from."""
    return render_template(
        "public/show_method.html",
        criteria=DEFAULTS.criteria(),
        criterion_title=general_title,
        decisions=list_decisions(list_threshold_changes(read())),
        example=EXAMPLE,
        shadow=find_shadow(read()),
    )


@blueprint.get("/privacy/")
@access(Access.PUBLIC)
@cached_page
def show_privacy() -> str:
    """What is kept about residents, for how long, and what never."""
    return render_template("public/show_privacy.html", periods=get_periods(read()))


@blueprint.get("/accessibility/")
@access(Access.PUBLIC)
@cached_page
def show_accessibility() -> str:
    """How far everybody can use this site."""
    return render_template("public/show_accessibility.html")


@blueprint.get("/open-data/")
@access(Access.PUBLIC)
@cached_page
def show_open_data() -> str:
    """Where other programs find all this."""
    return render_template("public/show_open_data.html")


def _words_wanted() -> str:
    """What was typed, without anything that cannot be shown."""
    typed = request.args.get("q", "")[:MAX_QUERY]
    return " ".join("".join(c if c.isprintable() else " " for c in typed).split())


def _render_feed() -> str:
    return render_feed(
        response_queries.list_responses(read(), current_reader(), limit=FEED_SIZE),
        title=load_model_texts().text("term.you_said_we_did", current_language()),
        lang=current_language(),
        site=city_name(),
        base=portal().settings.base_url.rstrip("/"),
        feed=url_for("public.show_feed"),
    )


def _find_shadow(services: Sequence[ServiceEntry]) -> Shadow | None:
    """The shadow that the city is in; a level that is published says that there is none."""
    return None if any(service.level for service in services) else find_shadow(read())


def _render_level(service: ServiceDetail, page: LevelPage, *, is_dated: bool = False) -> str:
    return render_template(
        "public/show_level.html",
        service=service,
        page=page,
        is_dated=is_dated,
        in_picture=IN_PICTURE,
        base=portal().settings.base_url.rstrip("/"),
        languages_differ=page.is_newest and do_languages_differ(read()),
    )


def _render_badge(slug: str) -> str:
    service = _get_service(slug)
    assessment = get_public_assessment(read(), service.id)
    if assessment is None:
        abort(404)
    return render_template(
        "public/badge.svg",
        badge=make_badge(service.name.text, city_name(), assessment),
        service=service,
    )


def _get_service_name(slug: str) -> ServiceName:
    service = response_queries.find_service_name(read(), current_reader(), slug)
    if service is None:
        abort(404)
    return service


def _get_service(slug: str) -> ServiceDetail:
    service = queries.find_service(read(), slug, current_reader())
    if service is None:
        abort(404)
    return service
