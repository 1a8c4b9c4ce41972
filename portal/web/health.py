"""Is the process up, and can it work? For load balancers and whoever is called at night."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.store.revision import current_revision, pinned_head
from portal.web.access import Access, access
from portal.web.context import portal

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@access(Access.OPERATIONS)
def show_health() -> Response:
    """200 as long as the process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@access(Access.OPERATIONS)
def show_readiness() -> Response:
    """200 when the database is reachable and migrated, 503 otherwise."""
    try:
        revision = current_revision(portal().store.engine)
    except Exception:
        return Response("database unreachable\n", 503, {"Retry-After": "5"}, mimetype="text/plain")
    if revision != pinned_head():
        return Response("database not migrated\n", 503, {"Retry-After": "5"}, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")
