"""Shadow mode: would other thresholds give other levels, and what would chance alone do?

METHOD.md's thresholds are reasoned, not measured (section 8), so a city looks at two quarters
before it publishes. Thresholds are moved by five percentage points, all together and one at a
time, and every share's records are drawn anew from a binomial distribution. What is not a share (a
count, a list of languages, partners) stays as it is: no sampling is behind it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from typing import Any

from portal.domain.criteria import DEFAULTS, LEVELS, Criterion, Kind, Thresholds
from portal.domain.level import highest_reached, judge, own_status
from portal.domain.share import Share, share_status
from portal.domain.statistics import Cell
from portal.domain.status import PASSING

CALIBRATION = "calibration-1.0"
"""Raised with every change of what is computed here: stored reports are then made anew."""
STEP = 0.05
"""By how much thresholds are moved: five percentage points."""
EASED, STRICTER = -1, 1
DRAWS = 200
"""Times that the records are drawn anew: a share of 0.5 is then known to about 0.06."""

_MOVED: dict[Kind, str] = {"proportion": "tau", "parity": "delta", "reach": "rho"}
_NEGLIGIBLE = 1e-6

Chance = Callable[[], float]
"""Gives a number from 0 to below 1, each equally likely."""


@dataclass(frozen=True)
class Move:
    """A criterion whose verdict differs when its threshold alone is moved one way."""

    criterion_id: str
    way: int  # EASED or STRICTER
    status: str
    level: int  # the service's level then


@dataclass(frozen=True)
class Standing:
    """How a service stands with the thresholds in force, and with all of them moved."""

    level: int
    eased: int
    stricter: int
    moves: tuple[Move, ...]


def stand(evidence: Mapping[str, Any], thresholds: Thresholds = DEFAULTS) -> Standing:
    """Judge valid evidence by the thresholds in force, by all moved, and by each moved alone."""
    criteria = thresholds.criteria()
    statuses = _statuses(criteria, evidence)
    level = _level(criteria, statuses)
    everywhere = {}
    moves = []
    for way in (EASED, STRICTER):
        moved = _statuses([move(one, way) for one in criteria], evidence)
        everywhere[way] = _level(criteria, moved)
        moves += [
            Move(one.id, way, moved[one.id], _level(criteria, {**statuses, one.id: moved[one.id]}))
            for one in criteria
            if moved[one.id] != statuses[one.id]
        ]
    return Standing(level, everywhere[EASED], everywhere[STRICTER], tuple(moves))


def move(criterion: Criterion, way: int) -> Criterion:
    """The criterion with its share moved one way; the same where it has none.

    A `delta` is stricter when it is smaller. No share is moved to where nothing could pass or fail.
    """
    name = _MOVED.get(criterion.kind)
    number = getattr(criterion, name) if name else None
    if name is None or number is None:
        return criterion
    moved = number + (-STEP if name == "delta" else STEP) * way
    return replace(criterion, **{name: min(0.99, max(0.01, moved))})


def draw_levels(
    evidence: Mapping[str, Any],
    chance: Chance,
    thresholds: Thresholds = DEFAULTS,
    draws: int = DRAWS,
) -> Counter[int]:
    """How often each level comes out when the records behind every share are drawn anew.

    Shares are drawn independently of each other. Some are of the same records (told within 30 and
    within 90 days), so this is what chance does roughly, not exactly.
    """
    criteria = thresholds.criteria()
    statuses = _statuses(criteria, evidence)
    drawn = {
        one.id: _draw_statuses(one, evidence.get(one.metric), chance, draws)
        for one in _that_matter(criteria, statuses, evidence)
    }
    return Counter(
        _level(criteria, {**statuses, **{name: found[at] for name, found in drawn.items()}})
        for at in range(draws)
    )


def _statuses(criteria: Sequence[Criterion], evidence: Mapping[str, Any]) -> dict[str, str]:
    return {one.id: _status(one, evidence.get(one.metric), evidence) for one in criteria}


def _status(criterion: Criterion, found: Any, evidence: Mapping[str, Any]) -> str:
    if criterion.kind == "proportion":
        return share_status(criterion, Share.of(found))
    status: str = judge(criterion, evidence)["status"]
    return status


def _level(criteria: Sequence[Criterion], statuses: Mapping[str, str]) -> int:
    judged = [{"level": one.level, "status": statuses[one.id]} for one in criteria]
    return highest_reached({level: own_status(level, judged) for level in LEVELS})


def _that_matter(
    criteria: Sequence[Criterion], statuses: Mapping[str, str], evidence: Mapping[str, Any]
) -> list[Criterion]:
    """The criteria that chance can move, up to the level that it cannot reach."""
    found: list[Criterion] = []
    for level in LEVELS:
        own = [one for one in criteria if one.level == level]
        open_to_chance = [one for one in own if _is_drawn(one, evidence)]
        found += open_to_chance
        fixed = [one for one in own if one not in open_to_chance]
        if any(statuses[one.id] not in PASSING for one in fixed):
            return found
    return found


def _is_drawn(criterion: Criterion, evidence: Mapping[str, Any]) -> bool:
    """Whether records stand behind it, enough of them to be judged at all."""
    found = evidence.get(criterion.metric)
    match criterion.kind:
        case "proportion":
            return found is not None and found["n"] >= (criterion.n_min or 0)
        case "parity":
            return bool(found)
        case "reach":
            return found is not None and found["n"] >= (criterion.n_min or 0)
        case _:
            return False


def _draw_statuses(criterion: Criterion, found: Any, chance: Chance, draws: int) -> list[str]:
    if criterion.kind == "proportion":
        share = Share.of(found)
        status = _certain_status(criterion, share)
        if status is not None:
            return [status] * draws
        return [share_status(criterion, _draw_share(share, chance)) for _ in range(draws)]
    draw = _draw_groups if criterion.kind == "parity" else _draw_reach
    known: dict[tuple[Any, ...], str] = {}
    statuses = []
    for _ in range(draws):
        imagined, key = draw(found, chance)
        if key not in known:
            known[key] = judge(criterion, {criterion.metric: imagined})["status"]
        statuses.append(known[key])
    return statuses


def _certain_status(criterion: Criterion, share: Share) -> str | None:
    """The verdict where chance cannot change it: more positives anywhere never make it worse."""
    worst, best = (
        share_status(criterion, _replace_counts(share, count)) for count in (_fewest, _most)
    )
    return worst if worst == best else None


def _replace_counts(share: Share, count: Callable[[int, int], int]) -> Share:
    recent, verified = share.recent, share.verified
    return replace(
        share,
        x=count(share.x, share.n),
        recent=recent and (count(*recent), recent[1]),
        verified=verified and (count(*verified), verified[1]),
        cells=tuple(Cell(count(one.x, one.n), one.n, one.share) for one in share.cells),
    )


def _fewest(x: int, n: int) -> int:
    return x if x in {0, n} else _distribution(x, n)[0]


def _most(x: int, n: int) -> int:
    if x in {0, n}:
        return x
    first, cumulative = _distribution(x, n)
    return first + len(cumulative) - 1


def _draw_share(share: Share, chance: Chance) -> Share:
    """The share with other records of the same kind; the recent ones stay a part of all."""
    recent_x, recent_n = share.recent or (0, 0)
    recent = draw_binomial(recent_x, recent_n, chance)
    if 0 <= share.x - recent_x <= share.n - recent_n:
        x = recent + draw_binomial(share.x - recent_x, share.n - recent_n, chance)
    else:  # evidence by hand, whose recent part is of other records
        x = draw_binomial(share.x, share.n, chance)
    verified = share.verified
    return replace(
        share,
        x=x,
        recent=None if share.recent is None else (recent, recent_n),
        verified=verified and (draw_binomial(*verified, chance), verified[1]),
        cells=tuple(
            Cell(draw_binomial(one.x, one.n, chance), one.n, one.share) for one in share.cells
        ),
    )


def _draw_groups(found: Mapping[str, Sequence[int]], chance: Chance) -> tuple[Any, tuple[Any, ...]]:
    drawn = {name: (draw_binomial(x, n, chance), n) for name, (x, n) in found.items()}
    return drawn, tuple(drawn.values())


def _draw_reach(found: Mapping[str, Any], chance: Chance) -> tuple[Any, tuple[Any, ...]]:
    drawn = {
        name: (draw_binomial(people, found["n"], chance), share)
        for name, (people, share) in found["by_language"].items()
    }
    return {"n": found["n"], "by_language": drawn}, tuple(drawn.values())


def draw_binomial(x: int, n: int, chance: Chance) -> int:
    """Positives among n records, each positive with the share x of n that was found."""
    if n <= 0 or x <= 0:
        return 0
    if x >= n:
        return n
    first, cumulative = _distribution(x, n)
    return first + bisect_left(cumulative, chance() * cumulative[-1])


@lru_cache(maxsize=512)
def _distribution(x: int, n: int) -> tuple[int, list[float]]:
    """The smallest number that happens at all, and running sums of weights from it on."""
    odds = x / (n - x)
    below, above = [], []
    weight = 1.0  # of x itself, the most likely number
    for at in range(x, 0, -1):
        weight *= at / ((n - at + 1) * odds)
        if weight < _NEGLIGIBLE:
            break
        below.append(weight)
    weight = 1.0
    for at in range(x, n):
        weight *= (n - at) / (at + 1) * odds
        if weight < _NEGLIGIBLE:
            break
        above.append(weight)
    return x - len(below), list(accumulate([*reversed(below), 1.0, *above]))
