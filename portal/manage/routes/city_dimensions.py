"""All of one's services in the five dimensions, counted per cell, and the file for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from portal.domain.self_assessment import Dimension
from portal.manage import self_assessment_words as words
from portal.manage.queries import claims, dimensions
from portal.manage.queries.own_services import OwnService, list_departments, list_own_services
from portal.manage.routes.blueprint import blueprint, langs
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.csv_text import CSV, to_csv
from portal.web.database import read
from portal.web.pages import page

COLUMNS = (
    "department",
    "service",
    "dimension",
    "basis",
    "measured_level",
    "self_level",
    "quarter",
    "state",
    "assessed_on",
    "valid_until",
    "evidence_items",
)


@blueprint.get("/dimensions/")
@access(Access.MANAGER)
def show_city_dimensions() -> Response:
    """How many services stand where, dimension by dimension, and how views and figures differ."""
    session, today = read(), portal().clock.today()
    everything = list_own_services(session, current_scope(), langs())
    wanted = request.args.get("department", "")
    services = [one for one in everything if wanted in ("", one.department_slug)]
    ids = [one.id for one in services]
    rows = dimensions.list_rows(session, ids, today)
    perceptions = claims.list_perceptions(session, ids)
    gaps = claims.newest_gaps(perceptions)
    return page(
        "manage/show_city_dimensions.html",
        services=services,
        departments=list_departments(everything),
        wanted=wanted,
        measured=dimensions.list_measured(session, ids),
        rows=rows,
        cells={one.value: dimensions.count_cells(rows, one) for one in Dimension},
        gaps=gaps,
        gap_counts=claims.gap_counts(gaps.values()),
        open_claims=sum(claims.open_claim(one, today) is not None for one in perceptions.values()),
        **words.words(),
    )


@blueprint.get("/dimensions.csv")
@access(Access.MANAGER)
def export_dimensions() -> Response:
    """The same as a file: measured and self-assessed levels in columns of their own."""
    services = list_own_services(
        read(), current_scope(), langs(), request.args.get("department", "")
    )
    response = Response(to_csv(COLUMNS, _csv_rows(services)), content_type=CSV)
    response.headers["Content-Disposition"] = "attachment; filename=dimensions.csv"
    response.headers["Cache-Control"] = "no-store"
    return response


def _csv_rows(services: list[OwnService]) -> Iterator[list[Any]]:
    """A row per service, dimension and basis."""
    session, today = read(), portal().clock.today()
    ids = [one.id for one in services]
    measured = dimensions.list_measured(session, ids)
    perceptions = claims.list_perceptions(session, ids)
    rows = dimensions.list_rows(session, ids, today)
    for service in services:
        start = [service.department_slug, service.slug]
        found = measured.get(service.id)
        if found is not None:
            yield [*start, "A", "measured", found.level, "", found.quarter_on, "", "", "", ""]
        for claim in perceptions[service.id]:
            known = "" if claim.measured is None else claim.measured
            yield [*start, "A", "self", known, claim.claimed, claim.quarter_on, "",
                   claim.claimed_on, "", ""]  # fmt: skip
        for row in rows[service.id]:
            if row.stands is not None:
                one = row.stands.row
                yield [*start, row.dimension, "self", "", one.level, "", row.stands.state,
                       one.assessed_on, one.valid_until, one.evidence_count]  # fmt: skip
