"""Results by quarter: of the city, of one service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from werkzeug.wrappers import Response

from portal.public import result_queries
from portal.public.api import shapes
from portal.public.api.answers import answer, answer_table
from portal.public.api.blueprint import blueprint, named_service
from portal.public.result_queries import Result
from portal.web.access import Access, access
from portal.web.database import read


@blueprint.get("/v1/results")
@access(Access.OPEN_DATA)
def list_city_results() -> Response:
    """Every quarter of the whole city, newest first."""
    return answer(lambda: _json(result_queries.list_city_results(read())))


@blueprint.get("/v1/results.csv")
@access(Access.OPEN_DATA)
def list_city_results_csv() -> Response:
    """A row for each cell of each table."""
    return _table(lambda: result_queries.list_city_results(read()))


@blueprint.get("/v1/services/<slug>/results")
@access(Access.OPEN_DATA)
def list_service_results(slug: str) -> Response:
    """Every quarter of a service, newest first."""
    return answer(lambda: _json(_results(slug)))


@blueprint.get("/v1/services/<slug>/results.csv")
@access(Access.OPEN_DATA)
def list_service_results_csv(slug: str) -> Response:
    """A row for each cell of each table."""
    return _table(lambda: _results(slug))


def _results(slug: str) -> list[Result]:
    return result_queries.list_service_results(read(), named_service(slug).id)


def _json(results: Sequence[Result]) -> dict[str, Any]:
    return {"results": [shapes.result(one) for one in results]}


def _table(load: Callable[[], Sequence[Result]]) -> Response:
    return answer_table(shapes.RESULT_COLUMNS, lambda: shapes.result_rows(load()))
