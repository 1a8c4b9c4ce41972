"""Names of what nobody can take away again: no two of one kind are alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


class NameTaken(ValueError):
    """There is one of this name already: two would count, and be offered, as two."""


def require_new_name(name: str, names: Iterable[str]) -> None:
    """Raise NameTaken where one of the names is the same but for capitals.

    Accents count: in some languages they alone tell two places apart.
    """
    if _same(name) in map(_same, names):
        raise NameTaken(name)


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
