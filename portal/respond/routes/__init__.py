"""Addresses of the desk, all below /<lang>/staff/."""

from portal.respond.routes import cases, responses, texts, themes, translations
from portal.respond.routes.blueprint import blueprint

__all__ = ["blueprint", "cases", "responses", "texts", "themes", "translations"]
