"""The administrators' first page, everything they may do, and what nobody may change."""

from __future__ import annotations

from werkzeug.wrappers import Response

from portal.admin.menu import MENU
from portal.admin.routes.blueprint import blueprint
from portal.domain.suppression import K
from portal.store.retention import CONTACT_DAYS
from portal.store.worker_jobs import get_worker_state
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read
from portal.web.pages import page

TOLD_DAYS = 30  # METHOD.md: told30


@blueprint.get("/")
@access(Access.ADMINISTRATOR)
def show_settings() -> Response:
    """The menu, with a sentence for every place."""
    worker = get_worker_state(read(), now=portal().clock.now())
    return page("admin/show_settings.html", menu=MENU, worker=worker)


@blueprint.get("/fixed/")
@access(Access.ADMINISTRATOR)
def show_fixed() -> Response:
    """What no setting changes, and why."""
    return page(
        "admin/show_fixed.html", told_days=TOLD_DAYS, least=K, contact_days=CONTACT_DAYS[1],
        zone=portal().settings.time_zone,
    )  # fmt: skip
