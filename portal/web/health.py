"""Is the process up, can it work, and does the worker? For load balancers and monitoring."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.store.revision import current_revision, pinned_head
from portal.store.worker_jobs import get_worker_state
from portal.web.access import Access, access
from portal.web.context import portal

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@access(Access.OPERATIONS)
def show_health() -> Response:
    """200 as long as the process answers."""
    return _answer("ok")


@blueprint.get("/readyz")
@access(Access.OPERATIONS)
def show_readiness() -> Response:
    """200 when the database is reachable and migrated, 503 otherwise."""
    try:
        revision = current_revision(portal().store.engine)
    except Exception:
        return _answer("database unreachable", retry_after=5)
    if revision != pinned_head():
        return _answer("database not migrated", retry_after=5)
    return _answer("ready")


@blueprint.get("/workerz")
@access(Access.OPERATIONS)
def show_worker() -> Response:
    """200 while the worker does its jobs, 503 where it stands still or a job keeps failing.

    Not for load balancers: pages are served all the same. A worker that stands still cannot mail,
    so somebody outside has to ask.
    """
    try:
        with portal().store.read() as session:
            state = get_worker_state(session, now=portal().clock.now())
    except Exception:
        return _unwell("database unreachable")
    if not state.has_run:
        return _unwell("the worker has not run yet")
    if state.still_since is not None:
        return _unwell(f"the worker has not run since {state.still_since:%Y-%m-%d %H:%M} UTC")
    if state.lasting:
        return _unwell(f"jobs that have failed for an hour: {state.lasting}")
    return _answer("working")


def _unwell(why: str) -> Response:
    return _answer(why, retry_after=60)


def _answer(words: str, *, retry_after: int | None = None) -> Response:
    """200, or 503 with when to ask again; nothing in between keeps it: it is about this moment."""
    headers = {"Cache-Control": "no-store"}
    if retry_after is None:
        return Response(f"{words}\n", 200, headers, mimetype="text/plain")
    headers["Retry-After"] = str(retry_after)
    return Response(f"{words}\n", 503, headers, mimetype="text/plain")
