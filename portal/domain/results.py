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
from portal.domain.publication import K, growth, quarter_after
from portal.domain.suppression import suppress_parts

RATED = ("q0", *QUESTIONS)
VERDICTS = ("yes", "partly", "no")
DONT_KNOW = "0"
ANSWERS = ("1", "2", "3", "4", "5", DONT_KNOW)
"""In the scale's order; q0 does not offer "don't know"."""
VERDICT_PARTS = (("yes", "partly"), ("no",))
"""Evidence says how many replied yes or partly, and of how many (`confirmed`)."""
ANSWER_PARTS = (("1", "2", "3"), ("4", "5"), (DONT_KNOW,))
"""Evidence says of q1 to q5 how many answered 4 or 5, of how many, and who did not know."""
PARTS_OF = dict.fromkeys(("q1", "q2", "q3", "q4", "q5"), ANSWER_PARTS)
GIVEN = {("verdicts", "no"), *((question, DONT_KNOW) for question in PARTS_OF)}
"""Cells of which evidence tells the count itself (METHOD.md A.3)."""
Whole = dict[str, int]
Shown = dict[str, int | None]
Parts = Sequence[Sequence[str]]
Hide = Callable[[Sequence[Whole], Parts], Mapping[str, int | None]]


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


def renew(known: Counted, counted: Counted) -> Counted:
    """What a later batch puts in the place of an earlier one of the same quarter.

    A table of what people are or answered moves by ten people or stays: whoever has kept both
    batches would read in less what those few are and answered. How long the city took is its own
    record and is always the new one.
    """
    renewed = Counted(**counted)
    renewed["verdicts"] = _renewed(known["verdicts"], counted["verdicts"])
    renewed["languages"] = _renewed(known["languages"], counted["languages"])
    if renewed["languages"] is not counted["languages"]:
        renewed["ratings"] = known["ratings"]
    before, after = known["questions"], counted["questions"]
    if known["instrument"] not in ("", counted["instrument"]):
        renewed["instrument"], renewed["questions"] = known["instrument"], before
    else:
        renewed["questions"] = {q: _renewed(before.get(q, {}), after[q]) for q in after}
    return renewed


def is_empty(counted: Counted) -> bool:
    """Whether nothing was counted in the quarter."""
    return not counted["ratings"] and not counted["cases"]


def shows_nothing(published: Published) -> bool:
    """Whether nobody can see anything of the quarter."""
    tables = [published["languages"], published["waits"], published["verdicts"]]
    return not any(table["n"] for table in [*tables, *published["questions"].values()])


def _renewed(known: Whole, counted: Whole) -> Whole:
    moved = max(growth(known, counted), growth(counted, known))
    return counted if moved >= K or known == counted else known


def _answers(counts: Sequence[int]) -> Whole:
    """A question's counts by answer; six where "don't know" may be said, which is stored first."""
    if len(counts) == len(ANSWERS):
        dont_know, *scale = counts
        counts = [*scale, dont_know]
    return dict(zip(ANSWERS, counts, strict=False))


def publish_service(counted: Counted) -> Published:
    """A service's quarter as it may be published."""
    return _publish(
        [counted], lambda tables, parts: suppress_parts(tables[0], parts) if tables else {}
    )


def publish_city(services: Sequence[Counted]) -> Published:
    """The city's quarter, of all services together, as it may be published beside each of them.

    Services with fewer than ten people in a table are in its sum where they are at least two and
    hold ten people together; otherwise they are left out, since the sum would give them away.
    """
    return _publish(services, lambda tables, parts: suppress_sum(tables, parts=parts))


def _publish(services: Sequence[Counted], hide: Hide) -> Published:
    instrument = _most_asked(services)
    asked = [one["questions"] for one in services if one["instrument"] == instrument]
    return Published(
        instrument=instrument,
        languages=_table([one["languages"] for one in services], hide),
        questions={
            q: _table([questions[q] for questions in asked], hide, PARTS_OF.get(q, ()))
            for q in RATED
        },
        waits=_table([one["waits"] for one in services], lambda tables, _parts: _sum(tables)),
        verdicts=_table([one["verdicts"] for one in services], hide, VERDICT_PARTS),
    )


def _table(tables: Sequence[Whole], hide: Hide, parts: Parts = ()) -> Table:
    rows = _rows(tables)
    return Table(n=sum(sum(row.values()) for row in rows), cells=dict(hide(rows, parts)))


def _most_asked(services: Sequence[Counted]) -> str:
    ratings: Whole = {}
    for one in services:
        ratings[one["instrument"]] = ratings.get(one["instrument"], 0) + one["ratings"]
    return max(ratings, key=lambda name: (ratings[name], name), default="")


def _rows(tables: Sequence[Whole]) -> list[Whole]:
    """The tables of at least ten people, and the smaller ones as one where that hides each."""
    large = [table for table in tables if _is_large(table)]
    small = [table for table in tables if any(table.values()) and not _is_large(table)]
    together = _sum(small)
    is_safe = len(small) > 1 and _is_large(together)
    return [*large, together] if is_safe else large


def _is_large(table: Whole) -> bool:
    """Ten people, and ten who knew an answer if anybody did: evidence tells no fewer either."""
    answered = sum(n for name, n in table.items() if name != DONT_KNOW)
    return sum(table.values()) >= K and (not answered or answered >= K)


def _sum(tables: Iterable[Whole]) -> Whole:
    found: Whole = {}
    for table in tables:
        for name, n in table.items():
            found[name] = found.get(name, 0) + n
    return found


def settles_on(quarter_on: date) -> date:
    """From this day on a quarter's figures stay: everybody in it has had 90 days to be answered.

    A quarter of which there is nothing yet waits for what is brought in from earlier records.
    """
    return quarter_after(quarter_after(quarter_on))
