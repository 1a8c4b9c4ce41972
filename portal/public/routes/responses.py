"""You said, we did: what was answered, newest first, one by one and as a feed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask import abort, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.public import response_queries, theme_queries
from portal.public.documents import ATOM, document
from portal.public.feed import render_feed
from portal.public.reading import current_reader
from portal.public.response_addresses import filters_in_address
from portal.public.response_filters import list_choices
from portal.public.response_queries import Correction, ResponseEntry
from portal.public.response_words import list_fields, list_narrowings, title_of
from portal.public.routes.blueprint import blueprint
from portal.web import messages
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read
from portal.web.i18n import current_language
from portal.web.pages import cached_page
from portal.web.paging import strictly_asked_page
from portal.web.site import city_name

PAGE_SIZE = 20
FEED_SIZE = 50


@blueprint.get("/responses/")
@access(Access.PUBLIC)
@cached_page
def list_responses() -> str:
    """What was done, newest first: all of it, or what fits the filters in the address."""
    filters = filters_in_address()
    page = response_queries.page_responses(
        read(), current_reader(), number=strictly_asked_page(), size=PAGE_SIZE, filters=filters
    )
    if not page.items and page.number > 1:
        abort(404)
    return render_template(
        "public/list_responses.html",
        page=page,
        standings=response_queries.list_standings(read(), page.items, portal().clock.today()),
        filters=filters,
        title=title_of(filters),
        narrowings=list_narrowings(filters),
        fields=list_fields(filters, list_choices(read(), current_reader())),
    )


@blueprint.get("/responses/feed.atom")
@access(Access.PUBLIC)
def show_feed() -> Response:
    """The newest responses for feed readers, narrowed by the same filters."""
    return document(f"feed:{request.path}", ATOM, _render_feed)


@blueprint.get("/responses/<int:response_id>/")
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
        reaction=theme_queries.find_reaction(read(), response_id),
    )


def _render_feed() -> str:
    filters = filters_in_address()
    base = portal().settings.base_url.rstrip("/")
    responses = response_queries.list_responses(
        read(), current_reader(), limit=FEED_SIZE, filters=filters
    )
    corrections = response_queries.list_corrections(read(), [one.id for one in responses])
    return render_feed(
        responses,
        title=title_of(filters),
        lang=current_language(),
        site=city_name(),
        address=base + url_for("public.show_feed", **filters.address),
        address_of=lambda one: base + url_for("public.show_response", response_id=one.id),
        changed_on=lambda one: _changed_on(one, corrections.get(one.id, ())),
        zone=portal().clock.zone,
        outdated=str(messages.OVERTAKEN),
    )


def _changed_on(response: ResponseEntry, corrections: Iterable[Correction]) -> date:
    """When it came out, the text shown was checked, or any of its texts was corrected last.

    A correction of another text may make the one shown outdated.
    """
    moments = [one.corrected_at for one in corrections]
    if response.reviewed_at is not None:
        moments.append(response.reviewed_at)
    return max([response.published_on, *map(portal().clock.day, moments)])
