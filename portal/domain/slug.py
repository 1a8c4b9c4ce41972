"""Names as they stand in addresses."""

from __future__ import annotations

import re
from collections.abc import Collection

from portal.domain.language import fold

MAX_SLUG = 60


def slugify(name: str, otherwise: str = "service") -> str:
    """Folded words joined by dashes, `otherwise` when none is left."""
    return _joined(name)[:MAX_SLUG].strip("-") or otherwise


def is_cut(name: str) -> bool:
    """Whether the slug leaves something of the name's words out: others may have the same one."""
    return not 0 < len(_joined(name)) <= MAX_SLUG


def name_key(name: str) -> str:
    """What ways of writing a name have in common: its words, all of them, else its signs."""
    return _joined(name) or fold(name)


def _joined(name: str) -> str:
    return "-".join(re.findall(r"[^\W_]+", fold(name)))


def free_slug(base: str, taken: Collection[str]) -> str:
    """The slug, with a number behind it where others have it already."""
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
