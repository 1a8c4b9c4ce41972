"""The ledger of promises."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from portal.respond.queries import promises as queries
from portal.respond.queries.promises import VIEWS, LedgerFilters
from portal.respond.routes.blueprint import blueprint, langs
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read
from portal.web.fields import whole_number
from portal.web.pages import page
from portal.web.paging import asked_page


@blueprint.get("/promises/")
@access(Access.STAFF)
def show_promises() -> Response:
    """Promises that are due, overdue, broken, kept; each leads to saying what was done."""
    view = request.args.get("view", "")
    filters = LedgerFilters(
        view=view if view in VIEWS else "open",
        service_id=whole_number(request.args.get("service")),
        author_id=whole_number(request.args.get("author")),
        page=asked_page(),
    )
    clock = portal().clock
    chosen = {"view": filters.view, "service": filters.service_id, "author": filters.author_id}
    return page(
        "respond/show_promises.html",
        ledger=queries.get_ledger(
            read(), current_scope(), filters, now=clock.now(), today=clock.today(), langs=langs()
        ),
        today=clock.today(),
        filters=filters,
        chosen=chosen,
        views=list(VIEWS),
    )
