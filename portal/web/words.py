"""gettext for Python code, with types: Flask-Babel ships none."""

from __future__ import annotations

import flask_babel


def gettext(message: str, **values: str) -> str:
    """The message in the page's language, with its named placeholders filled."""
    return str(flask_babel.gettext(message, **values))


def ngettext(singular: str, plural: str, count: int, **values: str) -> str:
    """The message in the plural form for `count`; figures are passed as they shall be written."""
    return str(flask_babel.ngettext(singular, plural, count, **values))
