"""One service: its levels and its criteria."""

from __future__ import annotations

from flask import url_for
from werkzeug.wrappers import Response

from portal.manage.queries.overview import Today, counted
from portal.manage.queries.own_target import find_own_target
from portal.manage.queries.services import ManagedService, get_service
from portal.manage.queries.warnings import count_open_warnings
from portal.manage.routes.blueprint import blueprint, langs
from portal.web import criteria_text, level_view
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read
from portal.web.level_view import CriterionView
from portal.web.pages import page


@blueprint.get("/services/<slug>/")
@access(Access.MANAGER)
def show_service(slug: str) -> Response:
    """Published and today's level, and every criterion."""
    service = managed(slug)
    if service.todays is None:
        return page("manage/show_no_level.html", service=service)
    result = service.todays.result
    levels = level_view.list_levels(
        service.shown_result, service.district_names, criteria_text.DESK_LEAST
    )
    return page(
        "manage/show_service.html",
        service=service,
        result=result,
        today=today_of(service),
        levels=levels,
        doubtful=doubtful(service),
        deciding=level_view.list_deciding(levels, result),
        figures=level_view.list_figures(result, criteria_text.DESK_LEAST),
        records=_addresses(service),
        warnings=count_open_warnings(read(), service.id),
        own=find_own_target(read(), service.id, portal().clock.today()),
    )


def managed(slug: str) -> ManagedService:
    """The service of the address, in the reader's words."""
    return get_service(read(), current_scope(), slug, langs=langs())


def today_of(service: ManagedService) -> Today:
    """Today's level in short."""
    assessment, result = service.todays, service.result
    assert assessment is not None  # noqa: S101 - `result` has raised otherwise
    return Today(
        assessment.as_of,
        assessment.level,
        result["next_status"],
        result["blocking"],
        *counted(assessment.workload),
    )


def doubtful(service: ManagedService) -> list[CriterionView]:
    """What put the published level in doubt, as the appraisal found it."""
    criteria = service.doubt.criteria if service.doubt else ()
    return [level_view.view_criterion(one, service.district_names) for one in criteria]


def left_out(service: ManagedService) -> list[str]:
    """Criteria that judge nothing today, as answers cannot be compared between languages."""
    return [criteria_text.title(one) for one in service.left_out]


def _addresses(service: ManagedService) -> dict[str, str]:
    """Where the records behind each criterion are."""
    return {
        criterion["id"]: url_for(
            "manage.show_records", slug=service.slug, criterion_id=criterion["id"]
        )
        for criterion in service.result["criteria"]
    }
