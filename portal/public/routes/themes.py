"""What several people said, and what the city promised."""

from __future__ import annotations

from flask import abort, render_template

from portal.public import promise_queries, response_queries, theme_queries
from portal.public.reading import current_reader
from portal.public.response_addresses import filters_in_address
from portal.public.response_words import list_narrowings, narrowed_to
from portal.public.routes.blueprint import blueprint
from portal.store.paging import cut_page
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read
from portal.web.pages import cached_page
from portal.web.paging import strictly_asked_page

PAGE_SIZE = 40


@blueprint.get("/themes/<int:theme_id>/")
@access(Access.PUBLIC)
@cached_page
def show_theme(theme_id: int) -> str:
    """What people said, how many said so, every answer to it, and whether promises were kept."""
    theme = theme_queries.find_theme(read(), current_reader(), theme_id)
    if theme is None:
        abort(404)
    today = portal().clock.today()
    return render_template(
        "public/show_theme.html",
        theme=theme,
        standings=response_queries.list_standings(read(), theme.responses, today),
        promise=response_queries.find_promise(read(), theme.newest, today),
        reaction=theme_queries.find_reaction(read(), theme.newest.id),
    )


@blueprint.get("/promises/")
@access(Access.PUBLIC)
@cached_page
def list_promises() -> str:
    """Every promise with its day, and whether it was kept."""
    filters = filters_in_address()
    reader = current_reader()
    stories = promise_queries.list_promises(read(), reader, filters, today=portal().clock.today())
    page = cut_page(stories, strictly_asked_page(), PAGE_SIZE)
    if not page.items and page.number > 1:
        abort(404)
    return render_template(
        "public/list_promises.html",
        filters=filters,
        narrowed=narrowed_to(filters),
        narrowings=list_narrowings(filters),
        page=page.showing(promise_queries.list_in_words(read(), reader, page.items)),
        tally=promise_queries.tally(stories),
    )
