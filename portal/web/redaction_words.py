"""What was taken out of a resident's words, and why, as residents and staff read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from portal.domain.personal_data import DataKind
from portal.web.formats import list_of

_KINDS: dict[DataKind, Any] = {
    DataKind.EMAIL: _l("an email address"),
    DataKind.PHONE: _l("a phone number"),
    DataKind.CARD: _l("the number of a payment card"),
    DataKind.ID_NUMBER: _l("the number of an identity document"),
}


def kinds_in_words(kinds: Iterable[str]) -> str:
    """What the pieces looked like, as a list: "an email address and a phone number"."""
    return list_of(str(_KINDS[DataKind(kind)]) for kind in kinds)


def register(app: Flask) -> None:
    """Make it a Jinja filter."""
    app.jinja_env.filters["kinds_in_words"] = kinds_in_words
