"""One service: its criteria, and the records behind them."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.domain.evidence_shape import SHARES
from portal.manage.queries.overview import Today
from portal.manage.queries.services import (
    PAGE,
    ManagedService,
    get_criterion,
    get_service,
    page_records,
)
from portal.manage.record_words import says
from portal.manage.routes.blueprint import blueprint, langs
from portal.store.monitors import do_languages_differ
from portal.web import level_view
from portal.web.access import Access, access, current_scope
from portal.web.criteria_text import DESK_LEAST
from portal.web.database import read
from portal.web.pages import page

_MOST_PAGES = 100_000


@blueprint.get("/services/<slug>/")
@access(Access.MANAGER)
def show_service(slug: str) -> Response:
    """Published and today's level, and every criterion."""
    service = managed(slug)
    if service.todays is None:
        return page("manage/show_no_level.html", service=service)
    result = service.todays.result
    levels = level_view.list_levels(result, service.district_names, DESK_LEAST)
    return page(
        "manage/show_service.html",
        service=service,
        result=result,
        work=service.todays.workload or {},
        today=today_of(service),
        levels=levels,
        deciding=level_view.list_deciding(levels, result),
        figures=level_view.list_figures(result, DESK_LEAST),
        records=_addresses(service),
        languages_differ=do_languages_differ(read()),
    )


@blueprint.get("/services/<slug>/criteria/<criterion_id>/")
@access(Access.MANAGER)
def show_records(slug: str, criterion_id: str) -> Response:
    """The cases or ratings that a criterion counts, those that failed first."""
    service = managed(slug)
    criterion = get_criterion(service, criterion_id)
    number = min(max(request.args.get("page", 1, int), 1), _MOST_PAGES)
    records = page_records(read(), service, criterion["metric"], number=number)
    return page(
        "manage/show_records.html",
        service=service,
        criterion=level_view.view_criterion(criterion, service.district_names, DESK_LEAST),
        metric=criterion["metric"],
        is_same=(records.positive, records.total) == (criterion["x"], criterion["n"]),
        records=records,
        pages=-(-records.total // PAGE),
        says=says,
    )


def managed(slug: str) -> ManagedService:
    """The service of the address, in the reader's words."""
    return get_service(read(), current_scope(), slug, langs=langs())


def today_of(service: ManagedService) -> Today:
    """Today's level in short."""
    assessment, result = service.todays, service.result
    assert assessment is not None  # noqa: S101 - `result` has raised otherwise
    counts = assessment.workload or {}
    names = ("waiting", "late", "promises", "promises_at_risk")
    return Today(
        assessment.as_of,
        assessment.level,
        result["next_status"],
        result["blocking"],
        *(counts.get(name, 0) for name in names),
    )


def _addresses(service: ManagedService) -> dict[str, str]:
    """Where the records of each criterion are that has some."""
    return {
        criterion["id"]: url_for(
            "manage.show_records", slug=service.slug, criterion_id=criterion["id"]
        )
        for criterion in service.result["criteria"]
        if criterion["metric"] in SHARES
    }
