"""What several people said about a service: its published themes."""

from __future__ import annotations

from werkzeug.wrappers import Response

from portal.public import theme_queries
from portal.public.api import shapes
from portal.public.api.answers import PAGE_SIZE, answer, answer_table
from portal.public.api.blueprint import blueprint, every_language, named_service
from portal.public.theme_queries import ThemeEntry
from portal.web.access import Access, access
from portal.web.database import read


@blueprint.get("/v1/services/<slug>/themes")
@access(Access.OPEN_DATA)
def list_themes(slug: str) -> Response:
    """The published themes that most people come from, at most 200."""
    return answer(lambda: {"themes": [shapes.theme(one) for one in _themes(slug)]})


@blueprint.get("/v1/services/<slug>/themes.csv")
@access(Access.OPEN_DATA)
def list_themes_csv(slug: str) -> Response:
    """A row for each theme and language."""
    return answer_table(shapes.THEME_COLUMNS, lambda: shapes.theme_rows(_themes(slug)))


def _themes(slug: str) -> list[ThemeEntry]:
    service = named_service(slug)
    return theme_queries.list_themes(read(), every_language(), service.id, limit=PAGE_SIZE)
