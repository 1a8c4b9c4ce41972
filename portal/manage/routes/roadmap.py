"""What stands between a service, or the city, and the next level."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request
from werkzeug.wrappers import Response

from portal.domain.information import COMPARED
from portal.manage import self_assessment_words as words
from portal.manage.queries import roadmap
from portal.manage.queries.own_services import (
    list_departments,
    list_own_services,
)
from portal.manage.routes.blueprint import blueprint, langs
from portal.manage.routes.services import left_out, managed, today_of
from portal.store.monitors import Comparison, do_languages_differ, find_comparison
from portal.web import criteria_text
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.criteria_short import doubtful_in_short
from portal.web.criteria_text import DESK_LEAST
from portal.web.database import read
from portal.web.level_view import view_criterion
from portal.web.pages import page


@blueprint.get("/services/<slug>/roadmap/")
@access(Access.MANAGER)
def show_roadmap(slug: str) -> Response:
    """Each criterion that blocks the next level, what to do, and the barriers behind it."""
    session, today = read(), portal().clock.today()
    service = managed(slug)
    plans = roadmap.list_plans(session, [service.id], today)
    outlook = roadmap.list_outlooks(session, [service.id]).get(service.id)
    hurdles, rest = roadmap.hurdles([outlook] if outlook else [], plans)
    names = service.district_names
    return page(
        "manage/show_roadmap.html",
        service=service,
        today=today_of(service) if service.todays else None,
        name=service.name,
        outlook=outlook,
        doubtful=doubtful_in_short,
        left_out=left_out(service),
        comparison=_comparison(hurdles),
        hurdles=[(one, view_criterion(one.criterion, names, DESK_LEAST)) for one in hurdles],
        rest=rest,
        overdue=sum(one.is_overdue for one in plans[service.id]),
        **words.words(),
    )


def _comparison(hurdles: Iterable[roadmap.Hurdle]) -> Comparison | None:
    """What speaks against comparing answers, where a criterion that compares them is missing."""
    is_compared = any(one.criterion["metric"] == COMPARED for one in hurdles)
    return find_comparison(read()) if is_compared else None


@blueprint.get("/roadmap/")
@access(Access.MANAGER)
def show_city_roadmap() -> Response:
    """Which criteria hold which services back, and every barrier, the overdue first."""
    session, today = read(), portal().clock.today()
    everything = list_own_services(session, current_scope(), langs())
    wanted = request.args.get("department", "")
    services = {one.id: one for one in everything if wanted in ("", one.department_slug)}
    plans = roadmap.list_plans(session, services, today)
    outlooks = roadmap.list_outlooks(session, services)
    hurdles, rest = roadmap.hurdles(outlooks.values(), plans)
    return page(
        "manage/show_city_roadmap.html",
        services=services,
        departments=list_departments(everything),
        wanted=wanted,
        outlooks=outlooks,
        plans=plans,
        hurdles=sorted(hurdles, key=lambda one: -len(one.service_ids)),
        rest=rest,
        do_languages_differ=do_languages_differ(session),
        overdue=[one for each in plans.values() for one in each if one.is_overdue],
        criterion_title=criteria_text.title,
        **words.words(),
    )
