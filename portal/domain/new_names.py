"""Names of what nobody can take away again: no two of one kind are alike."""

from __future__ import annotations

from collections.abc import Iterable

from portal.domain.language import fold


class NameTaken(ValueError):
    """There is one of this name already: two would count, and be offered, as two."""


def require_new_name(name: str, names: Iterable[str]) -> None:
    """Raise NameTaken where one of the names is the same but for accents and capitals."""
    if fold(name) in map(fold, names):
        raise NameTaken(name)
