"""The evidence of a service, METHOD.md A.1: what a gatherer supplies, and how it is put together.

Two gatherers supply the same tables: `derive.py` from raw records in memory (the definition), and
`portal/assess` by SQL. Both only count. What is decided about the counts is decided here, once.

THE CONTRACT. A gatherer counts, for one service, `as_of` (a day of the city) and a window W:

- `WindowTables` for W = 365 always; for W = 730 when `needs_two_years(year)` says so. Metrics are
  exactly METHOD.md A.1's, *not* made coarse: real names of groups, every cell, exact people.
- `ParityTables` for W = 730 always. A `WindowTables` of 730 is one.

Then `assemble(year, parity, two_years)` decides, merges and makes coarse. Details of the tables:

- a share holds the keys that the builders `loop_share`, `confirmed_share` and `rating_share` take,
  no others: they are part of the published shape, and other programs compare key by key;
- `GroupTable` is {group: [x, n]}: null values and groups with n = 0 may be left out or present;
- `cells` of a question are [x, n, population share] for each language of `population_share` in its
  order, [] where the service has none;
- `reach.n` counts distinct people, those of languages without a share included;
- `channels` is at least as counted in A.1, with web-only as 1; list order of languages is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from portal.domain.coarsening import coarsen
from portal.domain.criteria import DEFAULTS, SHOW, Thresholds

YEAR = 365
TWO_YEARS = 730
RECENT = 90
RECENT_RESPONSES = 120

Share = dict[str, Any]
GroupTable = Mapping[str, Sequence[int]]


class ParityTables(TypedDict):
    """Breakdowns that always come from two years: small groups need the time."""

    told30_by_language: GroupTable
    told30_by_district: GroupTable
    q3_by_language: GroupTable
    told90_by_kind: GroupTable


class Reach(TypedDict):
    n: int
    by_language: Mapping[str, Sequence[float]]


class WindowTables(ParityTables):
    """Everything counted for one window, before anything is made coarse."""

    required_languages: Sequence[str]
    info_languages: Sequence[str]
    input_languages: Sequence[str]
    channels: int
    ack: Share
    told30: Share
    told90: Share
    same_language: Share
    confirmed: Share
    action: Share
    promises: Share
    invited: Share
    kept: Share
    raters: int
    raters_recent: int
    q1: Share
    q2: Share
    q3: Share
    q4: Share
    q5: Share
    reach: Reach
    public_responses: int
    public_responses_recent: int
    co_decisions: Sequence[Mapping[str, Any]]


PARITY_KEYS = ("told30_by_language", "told30_by_district", "q3_by_language", "told90_by_kind")
YEARLY_KEYS = ("public_responses", "public_responses_recent", "co_decisions", "raters_recent")
"""Counts of recent activity, which two-year evidence does not stretch."""


def loop_share(x: int, n: int, recent: Sequence[int] | None = None) -> Share:
    """A share of the loop's records; `recent` is (x, n) of the last 90 days where A.1 has one."""
    share: Share = {"x": x, "n": n}
    return share if recent is None else share | {"recent": list(recent)}


def confirmed_share(x: int, n: int, asked: int) -> Share:
    """Replies yes or partly, of those who replied, of those who were asked."""
    return {"x": x, "n": n, "asked": asked}


def rating_share(
    x: int,
    n: int,
    *,
    dk: int,
    recent: Sequence[int],
    verified: Sequence[int],
    quarantined: int,
    cells: Sequence[Sequence[float]],
) -> Share:
    """Answers 4 or 5 to a question, of all that answered 1 to 5."""
    return {
        "x": x,
        "n": n,
        "dk": dk,
        "recent": list(recent),
        "verified": list(verified),
        "quarantined": quarantined,
        "cells": [list(cell) for cell in cells],
    }


def needs_two_years(year: Mapping[str, Any], thresholds: Thresholds = DEFAULTS) -> bool:
    """Is any level-2 or level-3 share that must be shown short of its n_min in one year?"""
    return any(
        year[criterion.metric]["n"] < (criterion.n_min or 0)
        for criterion in thresholds.criteria()
        if criterion.kind == "proportion" and criterion.mode == SHOW and criterion.level in (2, 3)
    )


def assemble(
    year: WindowTables,
    parity: ParityTables,
    two_years: WindowTables | None,
    thresholds: Thresholds = DEFAULTS,
) -> dict[str, Any]:
    """The evidence that is judged: the right window of each metric, made coarse.

    `two_years` may be None when `needs_two_years(year, thresholds)` is false, and is not used
    then; ValueError when it is missing though needed.
    """
    is_stretched = needs_two_years(year, thresholds)
    if is_stretched and two_years is None:
        raise ValueError("one year is too little: two-year tables are needed")
    base = two_years if is_stretched and two_years is not None else year
    tables = dict(base)
    tables |= {key: value for key, value in year.items() if key in YEARLY_KEYS}
    tables |= {key: value for key, value in parity.items() if key in PARITY_KEYS}
    window = TWO_YEARS if is_stretched else YEAR
    return coarsen({"window_days": window, **tables, "parity_window_days": TWO_YEARS})
