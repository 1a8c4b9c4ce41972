"""A published level as its page shows it: every criterion with its sentences, pictures, tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.domain.parity import DISPARITY, UNCLEAR
from portal.domain.publication import K
from portal.domain.reach import TOO_LOW
from portal.domain.status import IN_DOUBT, MET, NOT_MET, PASSING
from portal.web import criteria_advice, criteria_reasons, criteria_text
from portal.web.criteria_text import Criterion, Names
from portal.web.formats import number, percent

_LEVELS = (4, 3, 2, 1)
_VERDICT_STATUS = {DISPARITY: NOT_MET, TOO_LOW: NOT_MET, UNCLEAR: IN_DOUBT}


@dataclass(frozen=True)
class Interval:
    """A share and where it likely lies, 0..1, with what is needed."""

    value: float
    low: float
    high: float
    threshold: float


@dataclass(frozen=True)
class Gap:
    """How far a group is from everyone else, as a difference of shares, and what is allowed."""

    value: float
    low: float
    high: float
    margin: float


@dataclass(frozen=True)
class GroupRow:
    """One group of a breakdown, in words: what was found, against what, and the verdict.

    Where groups are compared, `gap` is for their picture and `ratio` the impact ratio with where
    it likely lies (METHOD.md 3.4: shown, and decisive only below four fifths). Where people are
    counted, `reached` is the share of those to be expected, 1 at most.
    """

    name: str
    found: str
    compared: str
    status: str
    gap: Gap | None = None
    ratio: str = ""
    reached: float = 0.0


@dataclass(frozen=True)
class CriterionView:
    """One criterion in the page's language; one that is information only judges nothing."""

    id: str
    status: str
    title: str
    figures: str
    needed: str
    reasons: Sequence[str]
    steps: Sequence[str]
    interval: Interval | None
    groups: Sequence[GroupRow]
    is_reach: bool
    is_information: bool = False


@dataclass(frozen=True)
class LevelCriteria:
    """The criteria of one level, and how many of them are in place."""

    level: int
    criteria: Sequence[CriterionView]
    is_open: bool

    @property
    def in_place(self) -> int:
        """How many do not keep the level back."""
        return sum(criterion.status in PASSING for criterion in self.criteria)


@dataclass(frozen=True)
class TableRow:
    """The figures of one criterion as text; a dash where there is none."""

    title: str
    status: str
    found: str
    share: str
    likely: str
    needed: str
    n_min: str | None


@dataclass(frozen=True)
class NewerFigure:
    """A figure at the appraisal and since, as text, with its verdict now."""

    title: str
    status: str
    before: str
    now: str


def list_levels(result: Mapping[str, Any], names: Names, least: int = K) -> list[LevelCriteria]:
    """All criteria by level, highest first; the level reached and the next one are open.

    Shares of fewer than `least` people are not shown.
    """
    opened = {result["level"], result["next_level"]}
    return [
        LevelCriteria(
            level,
            [
                view_criterion(criterion, names, least)
                for criterion in result["criteria"]
                if criterion["level"] == level
            ],
            level in opened,
        )
        for level in _LEVELS
    ]


def list_deciding(
    levels: Sequence[LevelCriteria], result: Mapping[str, Any]
) -> list[CriterionView]:
    """The criteria that keep the next level back."""
    blocking = set(result["blocking"])
    return [
        criterion for level in levels for criterion in level.criteria if criterion.id in blocking
    ]


def list_figures(result: Mapping[str, Any], least: int = K) -> list[TableRow]:
    """The figures of every criterion that has figures of its own, for one table."""
    return [
        _table_row(criterion, least)
        for criterion in result["criteria"]
        if criterion["kind"] not in {"parity", "reach"}
    ]


def compare_figures(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[NewerFigure]:
    """The figures that have changed between two results, up to the level that comes next.

    Shares have their counts beside them.
    """
    top = now["next_level"] or _LEVELS[0]
    was = {criterion["id"]: criterion for criterion in before["criteria"]}
    rows = [
        NewerFigure(
            criteria_text.title(criterion),
            criterion["status"],
            _in_short(was[criterion["id"]]),
            _in_short(criterion),
        )
        for criterion in now["criteria"]
        if criterion["level"] <= top
        and criterion["kind"] not in {"parity", "reach"}
        and criterion["id"] in was
    ]
    return [row for row in rows if row.before != row.now]


def _in_short(criterion: Criterion) -> str:
    if criterion["kind"] != "proportion":
        return criteria_text.counted(criterion)
    if criterion["n"] < K:
        return criteria_text.people(1)
    return criteria_text.share_of(criterion["value"], criterion["x"], criterion["n"])


def view_criterion(criterion: Criterion, names: Names, least: int = K) -> CriterionView:
    """One criterion of a result in words."""
    return CriterionView(
        id=criterion["id"],
        status=criterion["status"],
        title=criteria_text.title(criterion),
        figures=criteria_text.figures(criterion, names, least),
        needed=criteria_text.needed(criterion),
        reasons=criteria_reasons.reasons(criterion),
        steps=criteria_advice.steps(criterion, names, least),
        interval=_interval(criterion, least),
        groups=[_group_row(criterion, row, names) for row in criterion.get("groups", ())],
        is_reach=criterion["kind"] == "reach",
        is_information=criterion.get("is_information", False),
    )


def _interval(criterion: Criterion, least: int) -> Interval | None:
    if criterion["kind"] != "proportion" or criterion["n"] < least:
        return None
    return Interval(*(criterion[key] for key in ("value", "low", "high", "threshold")))


def _group_row(criterion: Criterion, row: Mapping[str, Any], names: Names) -> GroupRow:
    name = criteria_text.group_name(criterion["metric"], row["group"], names)
    status = _VERDICT_STATUS.get(row["verdict"], MET)
    if criterion["kind"] == "reach":
        return GroupRow(
            name,
            criteria_text.people(row["people"]),
            number(round(row["expected"])),
            status,
            reached=min(row["people"] / row["expected"], 1.0) if row["expected"] else 1.0,
        )
    return GroupRow(
        name,
        criteria_text.share_of(row["share"], row["x"], row["n"]),
        percent(row["others_share"]),
        status,
        Gap(row["diff"], row["low"], row["high"], criterion["delta"]),
        criteria_text.ratio(row),
    )


def _table_row(criterion: Criterion, least: int) -> TableRow:
    title, status = criteria_text.title(criterion), criterion["status"]
    if criterion["kind"] != "proportion":
        found = criteria_text.counted(criterion)
        return TableRow(title, status, found, "–", "–", number(criterion["threshold"]), None)
    threshold, n_min = percent(criterion["threshold"]), number(criterion["n_min"])
    if criterion["n"] < least:
        found = criteria_text.people(1)
        return TableRow(title, status, found, "–", "–", threshold, n_min)
    return TableRow(
        title,
        status,
        criteria_text.of(criterion["x"], criterion["n"]),
        percent(criterion["value"]),
        criteria_text.likely(criterion),
        threshold,
        n_min,
    )
