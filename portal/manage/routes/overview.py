"""The overview of levels, as a page and as a table for spreadsheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from portal.manage.narrowing import LEVELS, Wanted, group, narrow
from portal.manage.queries.overview import (
    Overview,
    Published,
    ServiceLine,
    Today,
    get_overview,
    last_quarters,
)
from portal.manage.routes.blueprint import blueprint, langs
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.criteria_short import short
from portal.web.csv_text import CSV, to_csv
from portal.web.database import read
from portal.web.pages import page

_ANY = "any-service"
SORT_WORDS = {
    "name": _l("Name"),
    "level": _l("Published level, lowest first"),
    "today": _l("Today’s level, lowest first"),
    "waiting": _l("Most open cases"),
    "risk": _l("Most promises at risk"),
    "warnings": _l("Most open warnings"),
    "change": _l("Fallen first, the newest change first"),
}
COLUMNS = (
    "service", "name", "department", "published_level", "published_status",
    "published_before", "published_change", "today_level",
    "today_as_of", "next_level_status", "blocking", "open_cases", "open_over_30_days",
    "reopened_cases", "open_promises", "promises_at_risk", "open_warnings", "last_change",
    "last_change_on",
)  # fmt: skip


@blueprint.get("/")
@access(Access.MANAGER)
def show_overview() -> Response:
    """Every service of one's departments: levels, what blocks the next one, what waits."""
    overview, wanted = _overview(), Wanted.parse(request.args)
    services = narrow(overview, wanted)
    return page(
        "manage/show_overview.html",
        overview=overview,
        groups=group(services, wanted),
        shown=len(services),
        wanted=wanted,
        levels=LEVELS,
        sort_words=SORT_WORDS,
        short=short,
        service_page=_addresses("manage.show_service", "slug"),
        warnings_page=_addresses("manage.show_warnings", "service"),
    )


def _addresses(endpoint: str, argument: str) -> Callable[[str], str]:
    """Where the pages of many services are: the router is asked once, and no slug needs quoting."""
    arguments: dict[str, Any] = {argument: _ANY}
    before, after = url_for(endpoint, **arguments).split(_ANY)
    return lambda slug: f"{before}{slug}{after}"


@blueprint.get("/levels.csv")
@access(Access.MANAGER)
def show_overview_csv() -> Response:
    """The services of the same address as a table for spreadsheets."""
    services = narrow(_overview(), Wanted.parse(request.args))
    columns = (*COLUMNS, *map(_quarter_column, last_quarters(portal().clock.today())))
    response = Response(to_csv(columns, map(_csv_row, services)), content_type=CSV)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Disposition"] = 'attachment; filename="levels.csv"'
    return response


def _overview() -> Overview:
    return get_overview(read(), current_scope(), today=portal().clock.today(), langs=langs())


def _csv_row(line: ServiceLine) -> Sequence[object]:
    row: list[object] = [line.slug, line.name.text, line.department.text]
    row += _published_cells(line.published)
    row += _today_cells(line.today)
    change = line.change
    return [
        *row, line.warnings, change and change.kind, change and change.on, *line.quarters,
    ]  # fmt: skip


def _published_cells(published: Published | None) -> Sequence[object]:
    if published is None:
        return [None] * 4
    return [published.level, _status(published), published.before, published.change]


def _quarter_column(quarter: date) -> str:
    return f"level_{quarter.year}_q{(quarter.month + 2) // 3}"


def _today_cells(today: Today | None) -> Sequence[object]:
    if today is None:
        return [None] * 9
    return [
        today.level, today.as_of, today.next_status, " ".join(today.blocking),
        today.waiting, today.late, today.reopened, today.promises, today.promises_at_risk,
    ]  # fmt: skip


def _status(published: Published) -> str:
    if published.flag is not None:
        return published.flag
    if published.is_provisional:
        return "provisional"
    return "awaiting_second_look" if published.is_awaiting else "confirmed"
