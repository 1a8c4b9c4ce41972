"""What if: how the level would stand if some things went well. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from portal.domain.criteria import Thresholds
from portal.domain.evidence import TWO_YEARS
from portal.domain.level import evaluate
from portal.domain.monthly import STAFF_K
from portal.domain.what_if import (
    MOST,
    Supposed,
    changed_criteria,
    leaves_two_years,
    suppose,
    take,
    without_few,
)
from portal.manage.queries.services import ManagedService, list_open
from portal.manage.queries.what_if import count_year
from portal.manage.routes.blueprint import blueprint
from portal.manage.routes.services import left_out, managed
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.criteria_text import DESK_LEAST, Criterion
from portal.web.database import read
from portal.web.level_view import CriterionView, view_criterion
from portal.web.pages import page

_SHOWN = 50
_COUNTS = ("invited", "confirmed", "promises", "positive")
_FARTHEST = timedelta(days=365)


@blueprint.get("/services/<slug>/what-if/")
@access(Access.MANAGER)
def show_what_if(slug: str) -> Response:
    """Today's evidence, changed as the address supposes, judged again."""
    service = managed(slug)
    if service.todays is None:
        return page("manage/show_no_level.html", service=service)
    told_on = _day("by", portal().clock.today())
    cases = list_open(read(), service)
    told = take(cases, _number("told"), told_on)
    counts = {name: _number(name) for name in _COUNTS}
    supposed = Supposed(told=told, told_on=told_on, **counts)
    after = _judge(service, supposed)
    return page(
        "manage/show_what_if.html",
        service=service,
        supposed=supposed,
        most=MOST,
        open_count=len(cases),
        in_time=sum(case.is_in_time(told_on) for case in cases),
        cases=take(cases, _SHOWN, told_on),
        before=service.result,
        after=after if supposed else None,
        left_out=left_out(service),
        is_two_years=service.todays.evidence["window_days"] == TWO_YEARS,
        leaves_two_years=bool(supposed) and _leaves_two_years(service, supposed),
        changes=_changes(service, _judge(service, Supposed()), after),
        least=STAFF_K,
    )


def _judge(service: ManagedService, supposed: Supposed) -> dict[str, Any]:
    """Today's evidence as it would be, judged; without what fewer than 5 people have answered."""
    assessment = service.todays
    assert assessment is not None  # noqa: S101 - the view has looked
    thresholds = Thresholds(assessment.thresholds)
    known = without_few(assessment.evidence, STAFF_K)
    return evaluate(suppose(known, assessment.as_of, supposed), thresholds)


def _leaves_two_years(service: ManagedService, supposed: Supposed) -> bool:
    """Whether the next assessment would be of one year alone, and so perhaps come out otherwise."""
    assessment = service.todays
    assert assessment is not None  # noqa: S101 - the view has looked
    if assessment.evidence["window_days"] != TWO_YEARS:
        return False
    thresholds = Thresholds(assessment.thresholds)
    year = without_few(count_year(read(), service), STAFF_K)
    return leaves_two_years(year, assessment.as_of, supposed, thresholds)


def _changes(
    service: ManagedService, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[CriterionView, CriterionView]]:
    """Criteria whose figures or verdict would change: as they are, and as they would be."""
    todays = {one["id"]: one for one in service.result["criteria"]}
    return [
        (_view(service, todays[new["id"]]), _view(service, new))
        for _old, new in changed_criteria(before, after)
    ]


def _view(service: ManagedService, criterion: Criterion) -> CriterionView:
    return view_criterion(criterion, service.district_names, DESK_LEAST)


def _number(name: str) -> int:
    """A whole number of the address; whatever makes no sense is 0."""
    text = request.args.get(name, "").strip()
    return min(int(text), MOST) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _day(name: str, today: date) -> date:
    """A day of the address from today on, within a year; whatever makes no sense is today."""
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return today
    return day if today <= day <= today + _FARTHEST else today
