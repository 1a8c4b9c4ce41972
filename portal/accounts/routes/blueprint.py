"""The blueprint of signing in, and what its views share."""

from __future__ import annotations

from flask import Blueprint

from portal.web.context import portal
from portal.web.i18n import current_language

blueprint = Blueprint("accounts", __name__, url_prefix="/<lang:lang>")


def langs() -> list[str]:
    """The page's language, then the others in the portal's order."""
    return [current_language(), *portal().settings.languages]
