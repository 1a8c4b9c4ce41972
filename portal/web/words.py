"""gettext for Python code, with types: Flask-Babel ships none.

Where a value is marked up (a name in another language, say), so is the sentence that it stands in:
everything else in it is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping

import flask_babel
from markupsafe import Markup, escape


def gettext(message: str, **values: str) -> str:
    """The message in the page's language, with its named placeholders filled."""
    if _has_markup(values):
        return escape(flask_babel.gettext(message)) % values
    return str(flask_babel.gettext(message, **values))


def ngettext(singular: str, plural: str, count: int, **values: str) -> str:
    """The message in the plural form for `count`; figures are passed as they shall be written."""
    if _has_markup(values):
        return escape(flask_babel.get_translations().ungettext(singular, plural, count)) % values
    return str(flask_babel.ngettext(singular, plural, count, **values))


def _has_markup(values: Mapping[str, str]) -> bool:
    return any(isinstance(value, Markup) for value in values.values())
