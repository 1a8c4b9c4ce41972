"""What the public sees of a quarter: who took part, what they answered, how long they waited.

A quarter's whole counts (`Counted`) stay inside; `Published` is what pages, files and other
programs get: every table of what people are or answered goes through the one suppression
function. What the city did (how long it took) is published whole from ten cases on (METHOD.md A.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypedDict

from portal.domain.joint_suppression import suppress_sum
from portal.domain.monthly import QUESTIONS, WAITS, total
from portal.domain.publication import K, quarter_after
from portal.domain.suppression import suppress

RATED = ("q0", *QUESTIONS)
VERDICTS = ("yes", "partly", "no")
ANSWERS = ("1", "2", "3", "4", "5", "0")
"""In the scale's order; 0 is "don't know", which q0 does not offer."""
Whole = dict[str, int]
Shown = dict[str, int | None]
Hide = Callable[[Sequence[Whole]], Mapping[str, int | None]]


class Table(TypedDict):
    """How many people are in a table, and in each of its cells: None where that is hidden.

    Empty, and `n` 0, where nobody or fewer than ten people are in it.
    """

    n: int
    cells: Shown


class Counted(TypedDict):
    """A quarter's whole counts. `questions` are of the newest instrument only."""

    instrument: str
    ratings: int
    languages: Whole
    questions: dict[str, Whole]
    cases: int
    waits: Whole
    verdicts: Whole


class Published(TypedDict):
    """A quarter as anyone may see it: ratings by language, answers, cases by their waiting."""

    instrument: str
    languages: Table
    questions: dict[str, Table]
    waits: Table
    verdicts: Table


def count_quarter(
    everybody: Iterable[tuple[str, Mapping[str, Any]]],
    languages: Iterable[tuple[str, Mapping[str, Any]]],
) -> Counted:
    """From monthly counts: (instrument, counts) of everybody, (language, counts) of each one.

    Everybody's come oldest first.
    """
    known = list(everybody)
    counts = total(part for _name, part in known)
    instrument = next((name for name, part in reversed(known) if part["ratings"]), "")
    asked = total(part for name, part in known if name == instrument)
    by_language: Whole = {}
    for lang, part in languages:
        if part["ratings"]:
            by_language[lang] = by_language.get(lang, 0) + part["ratings"]
    return Counted(
        instrument=instrument,
        ratings=counts["ratings"],
        languages=by_language,
        questions={question: _answers(asked[question]) for question in RATED},
        cases=sum(counts["waits"]),
        waits=dict(zip(WAITS, counts["waits"], strict=True)),
        verdicts={verdict: counts[verdict] for verdict in VERDICTS},
    )


def _answers(counts: Sequence[int]) -> Whole:
    """A question's counts by answer; six where "don't know" may be said, which is stored first."""
    if len(counts) == len(ANSWERS):
        dont_know, *scale = counts
        counts = [*scale, dont_know]
    return dict(zip(ANSWERS, counts, strict=False))


def publish_service(counted: Counted) -> Published:
    """A service's quarter as it may be published."""
    return _publish([counted], lambda tables: suppress(tables[0]) if tables else {})


def publish_city(services: Sequence[Counted]) -> Published:
    """The city's quarter, of all services together, as it may be published beside each of them.

    Services with fewer than ten people in a table are in its sum where they are at least two and
    hold ten people together; otherwise they are left out, since the sum would give them away.
    """
    return _publish(services, suppress_sum)


def _publish(services: Sequence[Counted], hide: Hide) -> Published:
    instrument = _most_asked(services)
    asked = [one["questions"] for one in services if one["instrument"] == instrument]
    return Published(
        instrument=instrument,
        languages=_table([one["languages"] for one in services], hide),
        questions={q: _table([questions[q] for questions in asked], hide) for q in RATED},
        waits=_table([one["waits"] for one in services], _sum),
        verdicts=_table([one["verdicts"] for one in services], hide),
    )


def _table(parts: Sequence[Whole], hide: Hide) -> Table:
    rows = _rows(parts)
    return Table(n=sum(sum(row.values()) for row in rows), cells=dict(hide(rows)))


def _most_asked(services: Sequence[Counted]) -> str:
    ratings: Whole = {}
    for one in services:
        ratings[one["instrument"]] = ratings.get(one["instrument"], 0) + one["ratings"]
    return max(ratings, key=lambda name: (ratings[name], name), default="")


def _rows(tables: Sequence[Whole]) -> list[Whole]:
    """The tables of at least ten people, and the smaller ones as one where that hides each."""
    large = [table for table in tables if sum(table.values()) >= K]
    small = [table for table in tables if 0 < sum(table.values()) < K]
    together = _sum(small)
    is_safe = len(small) > 1 and sum(together.values()) >= K
    return [*large, together] if is_safe else large


def _sum(tables: Iterable[Whole]) -> Whole:
    found: Whole = {}
    for table in tables:
        for name, n in table.items():
            found[name] = found.get(name, 0) + n
    return found


def settles_on(quarter_on: date) -> date:
    """From this day on a quarter's figures stay: everybody in it has had 90 days to be answered."""
    return quarter_after(quarter_after(quarter_on))
