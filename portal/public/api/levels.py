"""Published levels with their evidence: the newest, every appraisal, and newer figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from flask import abort, url_for
from werkzeug.wrappers import Response

from portal.public.addresses import day_in_address
from portal.public.api import shapes
from portal.public.api.answers import answer, answer_table
from portal.public.api.blueprint import blueprint, every_language, named_service
from portal.public.standing import find_shadow
from portal.store.assessments import (
    PublicAssessment,
    get_public_assessment,
    get_public_figures,
    list_public_appraisals,
)
from portal.web.access import Access, access
from portal.web.database import read


@blueprint.get("/v1/services/<slug>/level")
@access(Access.OPEN_DATA)
def show_level(slug: str) -> Response:
    """The published level of a service in METHOD.md's shape; `portal evaluate` takes this file."""
    return answer(lambda: shapes.level(slug, _get_assessment(slug)))


@blueprint.get("/v1/services/<slug>/level.csv")
@access(Access.OPEN_DATA)
def show_level_csv(slug: str) -> Response:
    """A row for each criterion and for each group that is compared."""
    return _level_table(slug, lambda: _get_assessment(slug))


@blueprint.get("/v1/services/<slug>/level/<string(length=10):as_of>")
@access(Access.OPEN_DATA)
def show_past_level(slug: str, as_of: str) -> Response:
    """One appraisal, in the same shape, at an address that never changes."""
    return answer(lambda: shapes.level(slug, _get_appraisal(slug, as_of)))


@blueprint.get("/v1/services/<slug>/level/<string(length=10):as_of>.csv")
@access(Access.OPEN_DATA)
def show_past_level_csv(slug: str, as_of: str) -> Response:
    """The same figures as a table."""
    return _level_table(slug, lambda: _get_appraisal(slug, as_of))


@blueprint.get("/v1/services/<slug>/appraisals")
@access(Access.OPEN_DATA)
def list_appraisals(slug: str) -> Response:
    """Every published appraisal of a service in short, newest first."""
    return answer(lambda: {"appraisals": _appraisals(slug)})


@blueprint.get("/v1/services/<slug>/appraisals.csv")
@access(Access.OPEN_DATA)
def list_appraisals_csv(slug: str) -> Response:
    """A row for each appraisal."""
    return answer_table(
        shapes.APPRAISAL_COLUMNS,
        lambda: (shapes.appraisal_row(known) for known in _appraisals(slug)),
    )


@blueprint.get("/v1/services/<slug>/figures")
@access(Access.OPEN_DATA)
def show_figures(slug: str) -> Response:
    """The newest monthly figures in a level's shape; they never change the published level."""
    return answer(lambda: shapes.level(slug, _get_figures(slug)))


@blueprint.get("/v1/services/<slug>/figures.csv")
@access(Access.OPEN_DATA)
def show_figures_csv(slug: str) -> Response:
    """The same figures as a table."""
    return _level_table(slug, lambda: _get_figures(slug))


def _appraisals(slug: str) -> list[dict[str, Any]]:
    """The appraisals of a service in short, with the addresses of their evidence and page."""
    lang = every_language().lang
    return [
        shapes.appraisal(
            slug,
            appraisal,
            evidence=url_for("api.show_past_level", slug=slug, as_of=appraisal.as_of.isoformat()),
            page=url_for(
                "public.show_past_level", lang=lang, slug=slug, as_of=appraisal.as_of.isoformat()
            ),
        )
        for appraisal in _list_appraisals(slug)
    ]


def _level_table(slug: str, get: Callable[[], PublicAssessment]) -> Response:
    return answer_table(shapes.LEVEL_COLUMNS, lambda: shapes.level_rows(slug, get()))


def _get_assessment(slug: str) -> PublicAssessment:
    return get_public_assessment(read(), named_service(slug).id) or _say_there_is_none(slug)


def _get_figures(slug: str) -> PublicAssessment:
    return get_public_figures(read(), named_service(slug).id) or _say_there_is_none(slug)


def _list_appraisals(slug: str) -> list[PublicAssessment]:
    appraisals = list_public_appraisals(read(), named_service(slug).id)
    if not appraisals and find_shadow(read()):
        _say_there_is_none(slug)
    return appraisals


def _get_appraisal(slug: str, as_of: str) -> PublicAssessment:
    day = day_in_address(as_of)
    dated = [appraisal for appraisal in _list_appraisals(slug) if appraisal.as_of == day]
    if not dated:
        abort(404, f"There is no published appraisal of the service {slug} as of {as_of}.")
    return dated[0]


def _say_there_is_none(slug: str) -> NoReturn:
    shadow = find_shadow(read())
    if shadow is None:
        abort(404, f"The service {slug} has not been assessed yet.")
    begin = f"from {shadow.chosen} on" if shadow.chosen else "after that"
    abort(
        404,
        f"The city is still trying out how it measures. Levels will be published {begin}.",
    )
