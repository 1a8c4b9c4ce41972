"""Trends: what residents said and were told over months, of one service and of the city."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import request
from werkzeug.wrappers import Response

from portal.domain.parity import POOL
from portal.domain.trends import TOLD, Figure, make_series
from portal.manage import trend_views as views
from portal.manage.queries import trends as queries
from portal.manage.queries.reminders import find_halves
from portal.manage.routes.blueprint import blueprint, langs
from portal.manage.scoped import get_managed_service
from portal.store.service_names import get_service_name
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.csv_text import CSV, to_csv
from portal.web.database import read
from portal.web.formats import language_name
from portal.web.pages import page


@blueprint.get("/services/<slug>/trends/")
@access(Access.MANAGER)
def show_service_trends(slug: str) -> Response:
    """Ratings, closure and answers of one service by month and by group."""
    service = get_managed_service(read(), current_scope(), slug)
    wanted, today = views.Wanted.parse(request.args), portal().clock.today()
    instrument, answers = views.answers_of(read(), service.id, wanted, today)
    return page(
        "manage/show_service_trends.html",
        service=service,
        name=get_service_name(read(), service.id, service.slug, langs()[0], langs()[1:]),
        trends=views.service_trends(read(), service.id, wanted, today),
        watched=queries.get_city(read()),
        instrument=instrument,
        answers=answers,
        halves=find_halves(read(), service.id),
        **_words(wanted),
    )


@blueprint.get("/services/<slug>/trends.csv")
@access(Access.MANAGER)
def show_service_trends_csv(slug: str) -> Response:
    """The same as a table for spreadsheets."""
    service = get_managed_service(read(), current_scope(), slug)
    wanted, today = views.Wanted.parse(request.args), portal().clock.today()
    trends = views.service_trends(read(), service.id, wanted, today)
    return _csv(trends, wanted, f"trends-{service.slug}")


@blueprint.get("/trends/")
@access(Access.MANAGER)
def show_city_trends() -> Response:
    """The city as a whole: may answers be compared, is everybody told alike, service by service."""
    wanted, today = views.Wanted.parse(request.args), portal().clock.today()
    city = queries.get_city(read())
    return page(
        "manage/show_city_trends.html",
        watched=city,
        trends=views.city_trends(city, wanted, today) if city else None,
        services=_services(wanted),
        **_words(wanted),
    )


@blueprint.get("/trends.csv")
@access(Access.MANAGER)
def show_city_trends_csv() -> Response:
    """The city's months as a table for spreadsheets."""
    wanted, today = views.Wanted.parse(request.args), portal().clock.today()
    city = queries.get_city(read())
    trends = views.city_trends(city or queries.City(today, {}), wanted, today)
    return _csv(trends, wanted, "trends")


def _services(wanted: views.Wanted) -> list[tuple[Any, Any, Any]]:
    """(service, name, series of told in time) of one's own services."""
    named = queries.list_named_services(read(), current_scope(), langs())
    months = wanted.months(portal().clock.today())
    figures: dict[int, list[Figure]] = {service.id: [] for service, _name in named}
    for service_id, figure in queries.list_figures(read(), figures, months, "all"):
        figures[service_id].append(figure)
    series = {one: make_series(found, months, TOLD) for one, found in figures.items()}
    return [(one, name, next(iter(series[one.id]), None)) for one, name in named]


def _words(wanted: views.Wanted) -> dict[str, Any]:
    names = views.group_namer(read(), wanted.by, langs())
    return {
        "wanted": wanted,
        "spans": views.SPANS,
        "groups": views.GROUPS,
        "by_words": views.BY,
        "group_name": partial(_group_name, wanted.by, names),
        "answer_text": views.answer_text,
    }


def _group_name(by: str, names: dict[str, str], value: str) -> str:
    return views.group_name(by, value, names)


def _csv(trends: views.Trends, wanted: views.Wanted, name: str) -> Response:
    rows: Sequence[Sequence[object]] = list(views.csv_rows(trends, wanted.by))
    response = Response(to_csv(views.CSV_COLUMNS, rows), content_type=CSV)
    response.headers["Cache-Control"] = "no-store"
    # The short name of a service may be in any script, and a header holds Latin letters only.
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.csv"
    return response


@blueprint.app_template_filter("question_text")
def question_text(question: str) -> str:
    """A question as residents read it."""
    return views.question_text(question)


@blueprint.app_template_filter("group_label")
def group_label(value: str) -> str:
    """A group of a parity table by language: its name, or what the pool is called."""
    return str(views.POOL_WORDS) if value == POOL else language_name(value)
