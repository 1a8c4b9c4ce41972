"""Results by quarter: of the city, of one service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from werkzeug.wrappers import Response

from portal.domain.results import Table
from portal.public import result_queries
from portal.public.api.answers import answer, answer_table
from portal.public.api.blueprint import blueprint, named_service
from portal.public.api.shapes import Row
from portal.public.result_queries import Result
from portal.web.access import Access, access
from portal.web.database import read

_COLUMNS = (
    "service",
    "quarter",
    "batch_on",
    "instrument",
    "table",
    "cell",
    "people",
    "table_people",
)


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
    return {"results": [_shape(one) for one in results]}


def _table(load: Callable[[], Sequence[Result]]) -> Response:
    return answer_table(_COLUMNS, lambda: _rows(load()))


def _shape(found: Result) -> dict[str, Any]:
    """A quarter's results; a cell that is null is hidden (METHOD.md A.2)."""
    return {
        "service": found.service,
        "quarter": found.quarter_on.isoformat(),
        "batch_on": found.batch_on.isoformat(),
        "is_settled": found.is_settled,
        **found.figures,
    }


def _rows(results: Iterable[Result]) -> Iterator[Row]:
    """A row for each cell; `people` is empty where it is hidden."""
    for found in results:
        figures = found.figures
        tables: dict[str, Table] = {
            "languages": figures["languages"],
            **figures["questions"],
            "waits": figures["waits"],
            "verdicts": figures["verdicts"],
        }
        for name, table in tables.items():
            for cell, people in table["cells"].items():
                yield [
                    found.service or "",
                    found.quarter_on,
                    found.batch_on,
                    figures["instrument"],
                    name,
                    cell,
                    people,
                    table["n"],
                ]
