"""What several people said about a service: its published themes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from werkzeug.wrappers import Response

from portal.public import theme_queries
from portal.public.api.answers import PAGE_SIZE, answer, answer_table
from portal.public.api.blueprint import blueprint, every_language, named_service
from portal.public.api.response_shapes import list_services
from portal.public.api.shapes import Row
from portal.public.theme_queries import ThemeEntry
from portal.web.access import Access, access
from portal.web.database import read

_COLUMNS = (
    "id",
    "service",
    "people",
    "newest_response",
    "language",
    "you_said",
    "services",
    "is_outdated",
)


@blueprint.get("/v1/services/<slug>/themes")
@access(Access.OPEN_DATA)
def list_themes(slug: str) -> Response:
    """The published themes that most people come from, at most 200."""
    return answer(lambda: {"themes": [_shape(one) for one in _themes(slug)]})


@blueprint.get("/v1/services/<slug>/themes.csv")
@access(Access.OPEN_DATA)
def list_themes_csv(slug: str) -> Response:
    """A row for each theme and language."""
    return answer_table(_COLUMNS, lambda: _rows(_themes(slug)))


def _themes(slug: str) -> list[ThemeEntry]:
    service = named_service(slug)
    return theme_queries.list_themes(read(), every_language(), service.id, limit=PAGE_SIZE)


def _shape(entry: ThemeEntry) -> dict[str, Any]:
    """A theme in the words of its newest response; `people` is null below ten."""
    return {
        "id": entry.id,
        "service": entry.newest.service.slug,
        "services": list_services(entry.newest),
        "people": entry.people,
        "newest_response": entry.newest.id,
        "you_said": {lang: words.you_said for lang, words in entry.newest.texts.items()},
        "outdated": list(entry.newest.outdated),
    }


def _rows(entries: Iterable[ThemeEntry]) -> Iterator[Row]:
    """A row for each theme and language."""
    for entry in entries:
        for lang, words in entry.newest.texts.items():
            yield [
                entry.id,
                entry.newest.service.slug,
                entry.people,
                entry.newest.id,
                lang,
                words.you_said,
                " ".join(list_services(entry.newest)),
                lang in entry.newest.outdated,
            ]
