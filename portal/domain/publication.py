"""What the public sees of a level, METHOD.md 3.5 and A.2–A.3: which level, when, which figures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypedDict

from portal.domain.criteria import DEFAULTS, LEVELS, Thresholds
from portal.domain.evidence_shape import FOR_INFORMATION, QUESTIONS, SHARES
from portal.domain.information import COMPARED, shown_groups
from portal.domain.status import NOT_REACHED, PASSING, REACHED

K = 10
"""Whole-service figures about fewer people are not published."""
HIGHEST_AT_ONCE = 2
"""Levels above this one need two appraisals in a row."""
FLAGGED_AT_MOST = 2
"""A level in doubt is kept for this many appraisals and dropped at the next."""


LOOKS_APART = 60
"""Days between two appraisals from which on they are two looks. They are meant to be quarters
apart, but somebody may appraise by hand late in one."""

DAYS_APART = 30
"""Fewest days from a batch of figures, or an appraisal by hand, to the appraisal after it."""


class PublishedLevel(TypedDict):
    """The state of a service's published level after an appraisal (plain JSON data).

    `raw` is the level computed at that appraisal; `flag` is why a held level is in doubt.
    """

    level: int
    raw: int
    flag: str | None
    quarters_flagged: int
    awaiting_second_look: bool


def appraise(
    previous: Mapping[str, Any] | None, current: Mapping[str, Any], days_since: int = LOOKS_APART
) -> PublishedLevel:
    """The published level after an appraisal that gave the result `current` (of `evaluate`).

    `previous` is the state after the appraisal before it, None at the first one; `days_since` that
    one. Where they are too few it was no first look, and this one is.
    """
    held = previous["level"] if previous else 0
    raw: int = current["level"]
    if raw >= held:
        is_second = previous is not None and days_since >= LOOKS_APART
        level = _risen(held, raw, previous["raw"] if previous and is_second else 0)
        return _settled(level, raw)
    weakest = min(step for step in LEVELS if current["own"][str(step)] != REACHED)
    failed = [step for step in LEVELS if current["own"][str(step)] == NOT_REACHED]
    if failed and failed[0] <= held:
        return _settled(min(raw, failed[0] - 1), raw)
    quarters = (previous["quarters_flagged"] if previous else 0) + 1
    if quarters > FLAGGED_AT_MOST:
        return _settled(raw, raw)
    return PublishedLevel(
        level=held,
        raw=raw,
        flag=current["own"][str(weakest)],
        quarters_flagged=quarters,
        awaiting_second_look=False,
    )


def _risen(held: int, raw: int, raw_before: int) -> int:
    level = held
    while level < raw and (level + 1 <= HIGHEST_AT_ONCE or raw_before >= level + 1):
        level += 1
    return level


def _settled(level: int, raw: int) -> PublishedLevel:
    return PublishedLevel(
        level=level, raw=raw, flag=None, quarters_flagged=0, awaiting_second_look=raw > level
    )


def possible_states() -> list[PublishedLevel]:
    """Every state that appraisals can lead to, but for the reason of a flag, which decides nothing.

    Before the first appraisal it is as after one at level 0, which stands here too.
    """
    every = (0, *LEVELS)
    settled = [
        _settled(level, raw)
        for raw in every
        for level in every
        if level == raw or HIGHEST_AT_ONCE <= level < raw
    ]
    flagged = [
        PublishedLevel(
            level=level, raw=raw, flag=None, quarters_flagged=quarters, awaiting_second_look=False
        )
        for level in every
        for raw in range(level)
        for quarters in range(1, FLAGGED_AT_MOST + 1)
    ]
    return settled + flagged


def criteria_in_doubt(result: Mapping[str, Any], level: int) -> list[Mapping[str, Any]]:
    """The criteria that keep the evidence of a result from showing a level that is held."""
    return [
        one for one in result["criteria"] if one["level"] <= level and one["status"] not in PASSING
    ]


def drops_on(as_of: date, quarters_flagged: int) -> date:
    """The appraisal at which a level goes that has been in doubt for so many, if it still is."""
    day = as_of
    for _ in range(FLAGGED_AT_MOST + 1 - quarters_flagged):
        day = quarter_after(day)
    return day


def publish(evidence: Mapping[str, Any], thresholds: Thresholds = DEFAULTS) -> dict[str, Any]:
    """Coarse evidence as it may be published: whole-service figures about fewer than 10 as 0.

    No own level changes by this: every n_min is at least 10, and the recent raters keep the side
    of their threshold that they are on (written as the threshold itself, 5 unless a city raised
    it, when they are fewer than 10 but enough).
    """
    public = dict(evidence)
    for name in SHARES:
        if name in public:
            public[name] = _publish_share(public[name])
    if public.get("raters", 0) < K and "raters" in public:
        public["raters"] = 0
    if public.get("raters_recent", 0) < K and "raters_recent" in public:
        enough = thresholds.of_metric("raters_recent").threshold or 0
        public["raters_recent"] = enough if public["raters_recent"] >= enough else 0
    return public


def _publish_share(share: Mapping[str, Any]) -> dict[str, Any]:
    public = dict(share)
    for part in ("recent", "verified"):
        if part in public and public[part][1] < K:
            public[part] = [0, 0]
    if public["n"] < K:
        empty = {"x": 0, "n": 0, "dk": 0, "asked": 0, "cells": []}
        public |= {key: value for key, value in empty.items() if key in public}
    return public


def evidence_hash(evidence: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the evidence as canonical JSON: keys sorted, no spaces, UTF-8."""
    text = json.dumps(
        evidence, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(text.encode()).hexdigest()


def renew(known: Mapping[str, Any], evidence: Mapping[str, Any]) -> dict[str, Any]:
    """What a batch puts in the place of published evidence of the same quarter.

    A table of what people are or answered moves once ten more people are in its cells, else it
    stays: whoever has kept both would read in the difference what those few answered. That some
    have left it moves nothing: they leave with the window, and whoever has kept the figures of
    their time knows them. So where as many leave as come it waits for the appraisal. What the city
    did is its own record and is always the new one.
    """
    renewed = dict(evidence)
    for name, cells in _OF_PEOPLE.items():
        if name in known and name in evidence:
            came = growth(cells(known[name]), cells(evidence[name]))
            renewed[name] = evidence[name] if came >= K else known[name]
    # Judged or information only, it is one table: it moves, or stays, in the place that it has now.
    before, after = shown_groups(known, COMPARED), shown_groups(evidence, COMPARED)
    place = FOR_INFORMATION if FOR_INFORMATION in evidence else COMPARED
    came = growth(_of_groups(before), _of_groups(after))
    return renewed | {place: after if came >= K else before}


def growth(known: Mapping[str, int], counted: Mapping[str, int]) -> int:
    """How many more are in the cells that have grown: at least so many are new."""
    return sum(max(0, n - known.get(name, 0)) for name, n in counted.items())


def _of_share(share: Mapping[str, Any]) -> dict[str, int]:
    return {"x": share["x"], "other": share["n"] - share["x"], "dk": share.get("dk", 0)}


def _of_groups(groups: Mapping[str, Any]) -> dict[str, int]:
    """Of all groups together: whoever is pooled with others (A.3) goes from one to another."""
    x, n = (sum(pair[place] for pair in groups.values()) for place in (0, 1))
    return {"x": x, "other": n - x}


def _of_reach(reach: Mapping[str, Any]) -> dict[str, int]:
    """People by language; their sum is in tens only, and so moves for one person."""
    people = sum(people for people, _share in reach["by_language"].values())
    return {"people": people or reach["n"]}


_OF_PEOPLE: Mapping[str, Callable[[Any], Mapping[str, int]]] = {
    **dict.fromkeys((*QUESTIONS, "confirmed", "action", "promises"), _of_share),
    **dict.fromkeys(("told30_by_language", "told30_by_district"), _of_groups),
    **dict.fromkeys(("raters", "raters_recent"), lambda people: {"people": people}),
    "reach": _of_reach,
}
"""The tables of what people are or answered. Outcomes and promises count unless one said no."""


def is_batch_due(
    previous_public_on: date | None,
    today: date,
    new_raters: int,
    appraised_on: date | None = None,
) -> bool:
    """May public figures move today? Only in batches, so that no two differ by one person.

    True when nothing is public yet, which is before anybody has written. Later in a new month when
    at least 10 people have rated since (METHOD.md 3.5), and when a new quarter has begun; never
    less than 30 days before the next quarter, whose appraisal is due. `appraised_on` is the day of
    the newest appraisal, whose figures are public too: where there is one, nothing moves before the
    appraisal of a new quarter does, and after it only in a later month and for 10 people who have
    rated since its day.
    """
    newest = max(previous_public_on or date.min, appraised_on or date.min)
    if newest == date.min:
        return True
    if not is_apart(today, quarter_after(today)):
        return False
    if quarter_of(appraised_on or newest) < quarter_of(today):
        return appraised_on is None
    return _month(today) > _month(newest) and new_raters >= K


def is_apart(figures_on: date, appraised_on: date) -> bool:
    """Whether so much time lies between figures and the appraisal after them that both may be made.

    An appraisal moves every figure. Close to others it would show what one person said in between.
    """
    return (appraised_on - figures_on).days >= DAYS_APART


def quarter_of(day: date) -> date:
    """The first day of the quarter that the day belongs to."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def quarter_after(day: date) -> date:
    """The first day of the next quarter."""
    month = quarter_of(day).month + 3
    return date(day.year + 1, 1, 1) if month > 12 else date(day.year, month, 1)


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month
