"""How good suggestions of similar cases are: precision of the first 10 (docs/similar-cases.md).

`python -m tests.bench.similar FILE`: JSON lines with `text` and `proposal_id`, which stands for
the theme.
"""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from pathlib import Path

from portal.domain.similar import ENOUGH, suggest

FIRST = 10
FEWEST = 12  # texts of a proposal that is tried


def measure(texts: list[tuple[str, str]], known: int) -> tuple[float, float]:
    """Precision of the first 10 and of all that would be shown, with so many texts known."""
    chance = random.Random(1)
    places: dict[str, list[int]] = defaultdict(list)
    for place, (subject, _text) in enumerate(texts):
        places[subject].append(place)
    first, shown = [], []
    for subject, ours in places.items():
        if len(ours) < FEWEST:
            continue
        seeds = set(chance.sample(ours, known))
        candidates = {i: text for i, (_, text) in enumerate(texts) if i not in seeds}
        for one in suggest([texts[i][1] for i in seeds], candidates, limit=FIRST, enough=0.0):
            is_right = texts[one.key][0] == subject
            first.append(is_right)
            if one.score >= ENOUGH:
                shown.append(is_right)
    return sum(first) / len(first), sum(shown) / max(len(shown), 1)


def main() -> None:
    """Print a line for each number of known texts."""
    rows = [json.loads(line) for line in Path(sys.argv[1]).read_text("utf-8").splitlines()]
    texts = [(str(row["proposal_id"]), str(row["text"])) for row in rows]
    for known in (1, 3, 5):
        first, shown = measure(texts, known)
        sys.stdout.write(f"{known} known: first {FIRST} {first:.2f}, shown {shown:.2f}\n")


if __name__ == "__main__":
    main()
