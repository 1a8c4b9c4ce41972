"""Which untreated messages are like those of a theme: suggestions, which a person confirms.

Messages of one language are compared by their words and by runs of characters, which stand in for
inflected forms, compounds and scripts without spaces. Rare ones weigh more (TF-IDF), and a message
is as similar to a theme as the cosine between it and the sum of the theme's messages. Nothing is
learned or kept; languages are never compared with each other.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.domain.language import fold

RUN = 4  # characters; 2 in scripts without spaces
MAX_CHARACTERS = 1000  # of a message: what comes later says little more, and costs time
ENOUGH = 0.16  # docs/similar-cases.md: three of five suggestions were right, or more

_WORD = re.compile(r"\w+")
_DENSE = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")

Weights = dict[str, float]


@dataclass(frozen=True)
class Suggestion:
    """A message by its key, and how similar it is, 0..1."""

    key: int
    score: float


def features(text: str) -> Counter[str]:
    """The words of a message and its runs of characters, counted."""
    found: Counter[str] = Counter()
    for word in _WORD.findall(fold(text[:MAX_CHARACTERS])):
        run = 2 if _DENSE.search(word) else RUN
        # Where there are no spaces, every character is about a word.
        found.update("w" + one for one in ([word] if run == RUN else word))
        padded = word if run < RUN else f" {word} "
        for start in range(max(len(padded) - run + 1, 1)):
            found["c" + padded[start : start + run]] += 1
    return found


def suggest(
    theme: Sequence[str], candidates: Mapping[int, str], *, limit: int, enough: float = ENOUGH
) -> list[Suggestion]:
    """The candidates most similar to the theme's messages, the most similar first.

    All are of one language. Rarity is counted over all of them together.
    """
    ours = [features(text) for text in theme]
    theirs = {key: features(text) for key, text in candidates.items()}
    rarity = _rarity([*ours, *theirs.values()])
    centre: Weights = {}
    for one in ours:
        for name, weight in _weights(one, rarity).items():
            centre[name] = centre.get(name, 0.0) + weight
    centre = _unit(centre)
    scored = [
        Suggestion(key, _product(_weights(one, rarity), centre)) for key, one in theirs.items()
    ]
    found = [one for one in scored if one.score >= enough]
    return sorted(found, key=lambda one: (-one.score, one.key))[:limit]


def likeness(one: str, other: str) -> float:
    """How alike two texts are in their runs of characters, 0..1; 1 for the same words."""
    ours, theirs = features(one), features(other)
    shared = sum((ours & theirs).values())
    both = sum(ours.values()) + sum(theirs.values())
    return 2 * shared / both if both else 0.0


def _rarity(messages: Sequence[Counter[str]]) -> Weights:
    seen: Counter[str] = Counter()
    for one in messages:
        seen.update(one.keys())
    total = len(messages)
    return {name: math.log(1 + total / count) for name, count in seen.items()}


def _weights(message: Counter[str], rarity: Weights) -> Weights:
    return _unit({name: (1 + math.log(count)) * rarity[name] for name, count in message.items()})


def _unit(weights: Weights) -> Weights:
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {name: weight / length for name, weight in weights.items()} if length else {}


def _product(one: Weights, other: Weights) -> float:
    return sum(weight * other.get(name, 0.0) for name, weight in one.items())
