"""What every template may use besides language: addresses of static files, the city's name."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Flask, g
from markupsafe import escape
from sqlalchemy.exc import SQLAlchemyError

from portal.store.city import City, get_city
from portal.web import messages
from portal.web.context import portal
from portal.web.database import read
from portal.web.i18n import current_language
from portal.web.static import FOLDER

# The icon as an address that holds it: pages with a logo ask for no more files than others.
_ICON = "data:image/svg+xml," + quote((FOLDER / "icon.svg").read_text(encoding="utf-8").strip())


def city_name(lang: str | None = None) -> str:
    """The city's name, in the page's language where none is given.

    What is kept for all readers and has no language in its address gives one.
    """
    return str(_site().names.get(lang or current_language(), portal().settings.city_name))


def is_demo() -> bool:
    """Whether the city is invented."""
    return _site().demo_day is not None


def _site() -> City:
    """Read once a request. A page about a broken database is still a page."""
    if "site" not in g:
        try:
            g.site = get_city(read())
        except SQLAlchemyError:
            g.site = City({})
    site: City = g.site
    return site


def register(app: Flask) -> None:
    """Make them globals of all templates."""
    app.jinja_env.globals["city"] = _LazyCity()
    app.jinja_env.globals["static"] = lambda name: portal().static[name]
    app.jinja_env.globals["static_url"] = _static_url
    app.jinja_env.globals["icon_itself"] = _ICON
    app.jinja_env.globals["overtaken_words"] = messages.OVERTAKEN

    @app.context_processor
    def add_site() -> dict[str, Any]:
        return {
            "is_demo": is_demo(),
            "city_colours": _site().colours,
            "city_logo": _site().logo,
            "account": None,
            "desk_nav": [],
        }


def _static_url(name: str) -> str:
    """The whole address of a static file, for whoever does not read it on a page of ours."""
    return portal().settings.base_url.rstrip("/") + portal().static[name]


class _LazyCity:
    """Asks for the city's name only when a template writes it."""

    def __str__(self) -> str:
        return city_name()

    def __html__(self) -> str:
        return str(escape(city_name()))
