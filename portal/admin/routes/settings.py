"""The administrators' first page: everything they may do."""

from __future__ import annotations

from werkzeug.wrappers import Response

from portal.admin.menu import MENU
from portal.admin.routes.blueprint import blueprint
from portal.web.access import Access, access
from portal.web.pages import page


@blueprint.get("/")
@access(Access.ADMINISTRATOR)
def show_settings() -> Response:
    """The menu, with a sentence for every place."""
    return page("admin/show_settings.html", menu=MENU)
