"""The records behind a criterion, or what it is made of where it has none of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from portal.domain.information import COMPARED
from portal.domain.parity import DISPARITY
from portal.manage.made_of_words import put_in_words
from portal.manage.queries.made_of import count_items, list_items
from portal.manage.queries.records import get_criterion, list_groups, page_records
from portal.manage.queries.services import ManagedService
from portal.manage.record_words import says
from portal.manage.routes.blueprint import blueprint, langs
from portal.manage.routes.services import managed
from portal.store.evidence.records import GROUPED
from portal.store.monitors import find_comparison
from portal.web import level_view
from portal.web.access import Access, access, current_scope
from portal.web.criteria_text import DESK_LEAST, group_name
from portal.web.database import read
from portal.web.pages import page
from portal.web.paging import asked_page

Criterion = Mapping[str, Any]


@blueprint.get("/services/<slug>/criteria/<criterion_id>/")
@access(Access.MANAGER)
def show_records(slug: str, criterion_id: str) -> Response:
    """What a criterion counts, those that failed first."""
    service = managed(slug)
    criterion = get_criterion(service, criterion_id)
    behind = {"proportion": _records, "parity": _group, "reach": _people}
    found = behind.get(criterion["kind"], _items)(service, criterion)
    return page(
        "manage/show_records.html",
        service=service,
        criterion=level_view.view_criterion(criterion, service.district_names, DESK_LEAST),
        says=says,
        comparison=find_comparison(read()) if criterion["metric"] == COMPARED else None,
        **found,
    )


def _records(service: ManagedService, criterion: Criterion) -> dict[str, Any]:
    records = page_records(read(), current_scope(), service, criterion, number=asked_page())
    return {
        "metric": criterion["metric"],
        "is_same": (records.positive, records.total) == (criterion["x"], criterion["n"]),
        "records": records,
    }


def _group(service: ManagedService, criterion: Criterion) -> dict[str, Any]:
    """The groups that are compared, and the records of one: at first of one that is behind."""
    groups = list_groups(service, criterion)
    if not groups:
        return {"groups": [], "is_same": True}
    behind = [row["group"] for row in criterion["groups"] if row["verdict"] == DISPARITY]
    chosen = request.args.get("group") or (behind or list(groups))[0]
    records = page_records(
        read(), current_scope(), service, criterion, group=chosen, number=asked_page()
    )
    metric = criterion["metric"]
    names = {one: group_name(metric, one, service.district_names) for one in groups}
    return {
        "metric": GROUPED[metric][0],
        "is_same": (records.positive, records.total) == tuple(groups[chosen]),
        "records": records,
        "groups": [(one, names[one], *groups[one]) for one in groups],
        "chosen": chosen,
    }


def _people(_service: ManagedService, _criterion: Criterion) -> dict[str, Any]:
    return {"is_same": True, "people": True}


def _items(service: ManagedService, criterion: Criterion) -> dict[str, Any]:
    items = list_items(read(), service, criterion["metric"], langs())
    counted = count_items(criterion["metric"], items)
    return {
        "is_same": counted in (None, criterion["value"]),
        "items": put_in_words(criterion["metric"], items),
    }
