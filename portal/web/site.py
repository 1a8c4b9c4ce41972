"""What every template may use besides language: addresses of static files and the city's name."""

from __future__ import annotations

from typing import Any

from flask import Flask, g
from markupsafe import escape

from portal.store.city import list_city_names
from portal.web.context import portal
from portal.web.database import read
from portal.web.i18n import current_language


def city_name() -> str:
    """The city's name in the page's language."""
    if "city_names" not in g:
        g.city_names = list_city_names(read())
    return str(g.city_names.get(current_language(), portal().settings.city_name))


def register(app: Flask) -> None:
    """Make them globals of all templates."""
    app.jinja_env.globals["static"] = lambda name: portal().static[name]

    @app.context_processor
    def add_site() -> dict[str, Any]:
        return {
            "city": _LazyCity(),
            "is_demo": portal().settings.is_demo,
            "account": None,
            "desk_nav": [],
        }


class _LazyCity:
    """Reads the city's name only when a template writes it: error pages must not need it."""

    def __str__(self) -> str:
        try:
            return city_name()
        except Exception:
            return portal().settings.city_name

    def __html__(self) -> str:
        return str(escape(str(self)))
