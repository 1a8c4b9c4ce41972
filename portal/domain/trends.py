"""Series over months from monthly figures: what is drawn, what is hidden, where a series breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.domain.monthly import STAFF_K, Counts, good_ratings, shown_groups, told_in_time, total
from portal.domain.statistics import Interval, wilson

RATINGS = "ratings"
TOLD = "told"


@dataclass(frozen=True)
class Point:
    """A share of a month: x of n. `is_hidden`: under 5 people, or others would give it away."""

    month_on: date
    x: int
    n: int
    is_hidden: bool
    is_after_break: bool = False

    @property
    def share(self) -> float | None:
        """The share; None where nobody was counted or it is hidden."""
        return self.x / self.n if self.n and not self.is_hidden else None

    @property
    def interval(self) -> Interval | None:
        """Where the share likely lies (METHOD.md 3.3); None without a share."""
        return wilson(self.x, self.n) if self.share is not None else None


@dataclass(frozen=True)
class Series:
    """One group's points, the oldest first; `name` is empty for everybody."""

    name: str
    points: Sequence[Point]

    @property
    def shown(self) -> Sequence[Point]:
        """The points that have a share to draw."""
        return [point for point in self.points if point.share is not None]


@dataclass(frozen=True)
class Figure:
    """The counts of a month and a group. `people`: (raters, senders of due cases), if known."""

    month_on: date
    instrument: str
    value: str
    counts: Counts
    people: tuple[int, int]


def make_series(
    figures: Iterable[Figure], months: Sequence[date], metric: str, breaks: Iterable[date] = ()
) -> list[Series]:
    """A series per group that has any figures, by name. `metric` is RATINGS or TOLD.

    Breaks (months from which the questions are others) concern ratings only.
    """
    by_cell: dict[tuple[str, date], list[Figure]] = {}
    for figure in figures:
        by_cell.setdefault((figure.value, figure.month_on), []).append(figure)
    names = sorted({name for name, _month in by_cell})
    broken = frozenset(breaks) if metric == RATINGS else frozenset()
    columns: dict[str, list[Point]] = {name: [] for name in names}
    for month in months:
        parts = {name: by_cell.get((name, month), []) for name in names}
        shares = {name: _share(found, metric) for name, found in parts.items()}
        people = {name: _people(found, metric) for name, found in parts.items()}
        shown = shown_groups(people)
        for name, (x, n) in shares.items():
            is_hidden = name not in shown
            columns[name].append(Point(month, x, n, is_hidden, month in broken))
    return [Series(name, points) for name, points in columns.items() if any(p.n for p in points)]


def _share(figures: Sequence[Figure], metric: str) -> tuple[int, int]:
    counts = total(figure.counts for figure in figures)
    return good_ratings(counts) if metric == RATINGS else told_in_time(counts)


def _people(figures: Sequence[Figure], metric: str) -> int:
    """People in the cell, at most: nobody sent more cases than were old enough to be told of.

    Where nobody is known behind what was counted there may be one, which hides it.
    """
    _x, n = _share(figures, metric)
    known = sum(figure.people[0 if metric == RATINGS else 1] for figure in figures)
    return min(n, max(known, 1))


def find_breaks(instruments: Mapping[date, Sequence[str]]) -> dict[date, str]:
    """{month: instrument} from which the questions were others than in the month before it."""
    breaks: dict[date, str] = {}
    before: Sequence[str] = ()
    for month in sorted(instruments):
        new = [name for name in instruments[month] if name not in before]
        if before and new:
            breaks[month] = new[-1]
        before = instruments[month] or before
    return breaks


@dataclass(frozen=True)
class Distribution:
    """How a question was answered: (stored value, people) in the scale's order."""

    question: str
    answers: Sequence[tuple[int, int]]

    @property
    def n(self) -> int:
        """Everybody who answered, "don't know" included."""
        return sum(count for _value, count in self.answers)

    @property
    def is_hidden(self) -> bool:
        """Whether too few people answered to show how."""
        return 0 < self.n < STAFF_K


def distributions(counts: Mapping[str, Any]) -> list[Distribution]:
    """Of every question, q0 first; "don't know" stands last, apart from the scale."""
    found = [Distribution("q0", [(value + 1, n) for value, n in enumerate(counts["q0"])])]
    for question in ("q1", "q2", "q3", "q4", "q5", "q6"):
        dont_know, *answers = counts[question]
        scale = [(value + 1, n) for value, n in enumerate(answers)]
        found.append(Distribution(question, [*scale, (0, dont_know)]))
    return found
