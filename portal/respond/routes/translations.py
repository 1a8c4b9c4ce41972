"""The queue of texts, for translators and whoever reviews."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from portal.respond.queries import translations as queries
from portal.respond.queries.translations import NEEDS, QueueFilters, TextTask
from portal.respond.routes.blueprint import blueprint, langs
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read
from portal.web.fields import whole_number
from portal.web.pages import page
from portal.web.paging import asked_page


@blueprint.get("/translations/")
@access(Access.STAFF)
def show_translations() -> Response:
    """Texts to be written, brought up to date and reviewed; most people waiting first."""
    filters, offered = _filters(), portal().settings.languages
    queue = queries.get_queue(
        read(), current_scope(), filters, today=portal().clock.today(), langs=langs(),
        offered=offered,
    )  # fmt: skip
    return page(
        "respond/show_translations.html",
        queue=queue,
        filters=filters,
        chosen=_chosen(filters),
        needs=NEEDS,
        address_of=address_of,
    )


@blueprint.get("/translations/next")
@access(Access.STAFF)
def show_next_translation() -> Response:
    """On to what this person can do next in the language, or back to its queue."""
    lang = request.args.get("language", "")
    task = queries.find_next(
        read(), current_scope(), lang, after=whole_number(request.args.get("after")),
        today=portal().clock.today(), offered=portal().settings.languages,
    )  # fmt: skip
    if task is None:
        return redirect(url_for("respond.show_translations", language=lang or None), 303)
    return redirect(address_of(task), 303)


def address_of(task: TextTask) -> str:
    """Where the text is worked on."""
    if task.need == "correction":
        endpoint = "respond.show_correction"
    elif task.is_source:
        return url_for("respond.show_response", response_id=task.response_id)
    else:
        endpoint = "respond.show_translation"
    return url_for(endpoint, response_id=task.response_id, tag=task.lang)


def _filters() -> QueueFilters:
    lang, need = request.args.get("language", ""), request.args.get("need", "")
    return QueueFilters(
        lang=lang if lang in portal().settings.languages else "",
        service_id=whole_number(request.args.get("service")),
        need=need if need in NEEDS else "",
        is_everything=request.args.get("all") == "1",
        page=asked_page(),
    )


def _chosen(filters: QueueFilters) -> dict[str, Any]:
    """The filters as they stand in the address."""
    return {
        "language": filters.lang or None,
        "service": filters.service_id,
        "need": filters.need or None,
        "all": "1" if filters.is_everything else None,
    }
