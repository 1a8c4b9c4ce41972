"""The inbox and the page of a case."""

from __future__ import annotations

from flask import flash, request
from werkzeug.wrappers import Response

from portal.models.submissions import KINDS
from portal.respond.forms import SetAsideForm, explain
from portal.respond.operations import cases as operations
from portal.respond.queries import inbox
from portal.respond.queries.names import list_my_services
from portal.respond.routes.blueprint import blueprint, langs
from portal.respond.routes.case_page import case_page, to_case
from portal.respond.rules import Refusal
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.pages import page
from portal.web.words import gettext as _


@blueprint.get("/")
@access(Access.STAFF)
def show_inbox() -> Response:
    """The cases of one's departments, those due first on top."""
    scope, today = current_scope(), portal().clock.today()
    services = list_my_services(read(), scope, langs())
    filters = _filters({service.slug: service.id for service, _name in services})
    return page(
        "respond/show_inbox.html",
        inbox=inbox.list_cases(read(), scope, filters, today=today, langs=langs()),
        counts=inbox.count_views(read(), scope, today=today),
        views=inbox.VIEWS,
        place_names=(*inbox.VIEWS, *inbox.PLACES),
        filters=filters,
        chosen=_chosen(),
        services=services,
        kinds=KINDS,
        is_desk=bool(scope.desk),
    )


def _chosen() -> dict[str, str]:
    """The filters as the address has them, for links to other pages of the same list."""
    names = ("service", "language", "kind", "place")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _filters(services: dict[str, int]) -> inbox.Filters:
    """What the address asks for; whatever makes no sense is left out."""
    place = request.args.get("place", "")
    kind = request.args.get("kind", "")
    language = request.args.get("language", "")
    return inbox.Filters(
        service_id=services.get(request.args.get("service", "")),
        lang=language if language in portal().settings.languages else "",
        kind=kind if kind in KINDS else "",
        place=place if place in (*inbox.VIEWS, *inbox.PLACES) else "waiting",
        page=min(max(whole_number(request.args.get("page")) or 1, 1), 100_000),
    )


@blueprint.get("/cases/<int:case_id>/")
@access(Access.STAFF)
def show_case(case_id: int) -> Response:
    """The resident's words, what happened so far, and what can be done."""
    return case_page(case_id)


@blueprint.post("/cases/<int:case_id>/set-aside")
@access(Access.STAFF)
def set_aside(case_id: int) -> Response:
    """Leave the case out, for a reason; a low rating needs a second person."""
    form = SetAsideForm()
    if not form.validate():
        return case_page(case_id, form, 422)
    clock = portal().clock
    is_done = write(
        operations.set_aside, now=clock.now(), today=clock.today(), scope=current_scope(),
        submission_id=case_id, reason=form.reason.data or "",
    )  # fmt: skip
    flash(_("Set aside.") if is_done else _("A second person has to agree. They find it here."))
    return to_case(case_id)


@blueprint.post("/cases/<int:case_id>/set-aside/agree", defaults={"is_agreed": True})
@blueprint.post("/cases/<int:case_id>/set-aside/refuse", defaults={"is_agreed": False})
@access(Access.STAFF)
def decide_set_aside(case_id: int, is_agreed: bool) -> Response:
    """Decide, as a second person, on a request to set the case aside."""
    clock = portal().clock
    try:
        write(
            operations.decide_request, now=clock.now(), today=clock.today(),
            scope=current_scope(), submission_id=case_id, is_agreed=is_agreed,
        )  # fmt: skip
    except Refusal as refusal:
        form = SetAsideForm(formdata=None)
        return case_page(case_id, form, 422, explain(form, refusal))
    flash(_("Set aside.") if is_agreed else _("The case stays."))
    return to_case(case_id)


@blueprint.post("/cases/<int:case_id>/restore")
@access(Access.STAFF)
def restore_case(case_id: int) -> Response:
    """Take a case back."""
    clock = portal().clock
    write(
        operations.restore, now=clock.now(), today=clock.today(), scope=current_scope(),
        submission_id=case_id,
    )  # fmt: skip
    flash(_("Taken back. Its clock runs from the day it was received."))
    return to_case(case_id)
