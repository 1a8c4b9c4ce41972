"""Taking words out of what a resident wrote: why it may be done, and what is left.

Only stretches that a program marked as personal data can be cut out one by one. Whatever else
must go takes all words with it: a person who may cut where they like can turn a sentence round.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from portal.domain.personal_data import DataKind, Finding

STAFF_REASONS = ("own_data", "others_data", "unlawful", "asked")
REASONS = (*STAFF_REASONS, "withdrawn", "expired")
GAP = "███"  # always as long, so that it does not tell how long the words were


def cut(text: str, pieces: Iterable[Finding]) -> str:
    """The text with a gap in the place of every piece."""
    left, end = [], 0
    for piece in sorted(pieces):
        left += [text[end : piece.start], GAP]
        end = piece.end
    return "".join([*left, text[end:]])


def kinds_of(pieces: Iterable[Finding]) -> list[DataKind]:
    """What the pieces looked like, each kind once, in the order of their names."""
    return sorted({piece.kind for piece in pieces})


def marked_lines(text: str, pieces: Sequence[Finding]) -> list[list[tuple[str, DataKind | None]]]:
    """The lines of the text in stretches, each with its kind where it looks like personal data."""
    lines: list[list[tuple[str, DataKind | None]]] = [[]]
    end = 0
    for piece in [*sorted(pieces), None]:
        _append(lines, text[end : piece.start if piece else len(text)], None)
        if piece is not None:
            _append(lines, text[piece.start : piece.end], piece.kind)
            end = piece.end
    return [line for line in lines if any(part.strip() for part, _kind in line)]


def _append(
    lines: list[list[tuple[str, DataKind | None]]], text: str, kind: DataKind | None
) -> None:
    first, *more = text.split("\n")
    for place, part in enumerate((first, *more)):
        if place:
            lines.append([])
        if part:
            lines[-1].append((part, kind))
