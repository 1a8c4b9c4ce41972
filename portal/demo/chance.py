"""Chance with words."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random


class Chance:
    """A seeded generator as the histories ask it."""

    def __init__(self, random: Random) -> None:
        """Draw from `random`."""
        self._random = random

    def happens(self, chance: float) -> bool:
        """Whether something of this probability (0..1) happens."""
        return self._random.random() < chance

    def pick(self, options: Sequence[tuple[str, float]]) -> str:
        """One of the words by their weights."""
        words, weights = zip(*options, strict=True)
        return str(self._random.choices(words, weights)[0])
