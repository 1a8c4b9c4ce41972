"""Names as they stand in addresses."""

from __future__ import annotations

import re
from collections.abc import Collection

from portal.domain.language import fold

MAX_SLUG = 60


def slugify(name: str, otherwise: str = "service") -> str:
    """Folded words joined by dashes, `otherwise` when none is left."""
    words = re.findall(r"[^\W_]+", fold(name))
    return "-".join(words)[:MAX_SLUG].strip("-") or otherwise


def free_slug(base: str, taken: Collection[str]) -> str:
    """The slug, with a number behind it where others have it already."""
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
