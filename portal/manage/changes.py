"""Where a published level went, at one appraisal and over many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise


@dataclass(frozen=True)
class Change:
    """Where the published level went last: `rose` or `fell` at the appraisal of that day.

    `same`, with no day, where it stood still over all quarters that are shown.
    """

    kind: str
    on: date | None = None


def last_change(path: Iterable[tuple[int, date]]) -> Change | None:
    """The last change of a level over its appraisals, oldest first; None before there are two.

    The newest change alone is told: over two years a level may rise and fall again, and the first
    appraisal compared with the last would say that nothing happened.
    """
    appraisals = list(path)
    if len(appraisals) < 2:
        return None
    for (before, _), (level, on) in reversed(list(pairwise(appraisals))):
        if level != before:
            return Change(direction(before, level), on)
    return Change("same")


def direction(before: int, level: int) -> str:
    """Where a level went: `rose`, `fell` or `same`."""
    return "same" if level == before else "rose" if level > before else "fell"
