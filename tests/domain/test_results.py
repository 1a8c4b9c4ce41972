"""Results: nothing that is hidden follows from all that is published together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.joint_suppression import WIDE, suppress_beside, suppress_sum
from portal.domain.monthly import no_counts
from portal.domain.results import (
    RATED,
    Counted,
    count_quarter,
    publish_city,
    publish_service,
    settles_on,
)
from portal.domain.suppression import suppress, suppress_parts
from tests.support.linear import Equation, ranges

CELLS = ("a", "b", "c", "d")
rows = st.fixed_dictionaries(dict.fromkeys(CELLS, st.integers(0, 30))).filter(
    lambda row: sum(row.values()) >= 10
)


PARTS = (("a", "b"), ("c", "d"))


def attack(
    tables: list[dict[str, int]], shown: dict[str, int | None], parts: Sequence[Sequence[str]]
) -> list[Equation]:
    """What somebody knows who has every table, their sum, and the sums of all parts."""
    known: list[Equation] = []
    columns: dict[str, dict[str, int]] = {name: {} for name in CELLS}
    for row, table in enumerate(tables):
        hidden = [name for name, n in suppress_parts(table, parts).items() if n is None]
        for name in hidden:
            columns[name][f"{row} {name}"] = 1
        for part in parts or [CELLS]:
            names = {f"{row} {name}": 1 for name in hidden if name in part}
            known.append((names, sum(table[name] for name in hidden if name in part)))
    for name, column in columns.items():
        rest = sum(tables[int(cell.split()[0])][name] for cell in column)
        known.append((column, rest) if shown[name] is not None else ({**column, name: -1}, 0))
    for part in parts or [CELLS]:  # of the sum, what its hidden cells hold beside the open ones
        names = {name: 1 for name in part if shown[name] is None}
        rests = [sum(tables[int(c.split()[0])][name] for c in columns[name]) for name in names]
        known.append((names, sum(rests)))
    return [(names, total) for names, total in known if names]


@settings(max_examples=60)
@given(st.lists(rows, min_size=1, max_size=4), st.sampled_from([(), PARTS]))
def test_no_hidden_cell_follows_from_the_sum(
    tables: list[dict[str, int]], parts: Sequence[Sequence[str]]
) -> None:
    shown = suppress_sum(tables, parts=parts)
    whole = {name: sum(table[name] for table in tables) for name in CELLS}
    assert all(n is None or n == whole[name] for name, n in shown.items())
    assert all(not n or n >= 10 for n in shown.values())
    found = ranges(attack(tables, shown, parts))
    for cell, (low, high) in found.items():
        row, _, name = cell.rpartition(" ")
        if not row:
            continue
        assert low <= tables[int(row)][name] <= high
        held = next(part for part in parts or [CELLS] if name in part)
        together = [one for one in held if f"{row} {one}" in found]
        few = sum(tables[int(row)][one] for one in together)
        assert high - low >= min(WIDE, few) or len(together) == 1, cell


def test_parts_that_are_known_hide_among_themselves() -> None:
    answers = {"1": 40, "2": 0, "3": 8, "4": 30, "5": 20, "0": 12}
    parts = (("1", "2", "3"), ("4", "5"), ("0",))
    assert suppress(answers) == {**answers, "3": None, "0": None}
    assert suppress_parts(answers, parts) == {**answers, "1": None, "3": None}
    few = {**answers, "4": 3, "5": 0}  # three were content: whether very is not said
    hidden = {"1": None, "3": None, "4": None, "5": None}
    assert suppress_parts(few, parts) == {**few, **hidden}


def test_replies_hide_what_the_quarters_hide() -> None:
    parts = (("yes", "partly"), ("no",))
    first = {"yes": 12, "partly": 3, "no": 11}
    second = {"yes": 12, "partly": 11, "no": 12}
    assert suppress_parts(first, parts) == {"yes": None, "partly": None, "no": 11}
    assert suppress_parts(second, parts) == second
    both = {"yes": 24, "partly": 14, "no": 23}
    assert suppress_beside([both], [first, second], parts=parts) == [dict.fromkeys(both)]
    clear = {"yes": 12, "partly": 0, "no": 11}
    whole = {"yes": 24, "partly": 11, "no": 23}
    assert suppress_beside([whole], [clear, second], parts=parts) == [whole]


def test_a_sum_that_would_give_a_cell_away_is_hidden_too() -> None:
    parts = [{"a": 3, "b": 12, "c": 40}, {"a": 20, "b": 30, "c": 40}]
    assert suppress(parts[0]) == {"a": None, "b": None, "c": 40}
    assert suppress_sum(parts) == {"a": None, "b": None, "c": 80}


def test_a_cell_that_the_open_columns_give_away_hides_one_of_them() -> None:
    parts = [{"d": 10}, {"a": 3, "b": 10}, {"a": 8, "b": 1, "c": 1}]
    assert suppress({"a": 11, "b": 11, "c": 1, "d": 10}) == {"a": 11, "b": 11, "c": None, "d": None}
    assert suppress_sum(parts) == {"a": None, "b": 11, "c": None, "d": None}


def test_a_sum_of_tables_that_hide_nothing_is_whole() -> None:
    assert suppress_sum([{"a": 10, "b": 0}, {"a": 12, "b": 30}]) == {"a": 22, "b": 30}
    assert suppress_sum([]) == {}


def counted(ratings: int, cases: int = 0, instrument: str = "engage-survey-1") -> Counted:
    """So many people who all rate 4 in English; so many cases told within a week."""
    month = no_counts() | {"ratings": ratings, "q0": [0, 0, 0, ratings, 0]}
    month |= {"q3": [ratings, 0, 0, 0, 0, 0], "waits": [cases, 0, 0, 0, 0], "yes": cases}
    return count_quarter([(instrument, month)], [("en", month)])


def test_a_quarter_sums_its_months_and_asks_the_newest_questions() -> None:
    old: dict[str, Any] = no_counts() | {"ratings": 30, "q0": [30, 0, 0, 0, 0]}
    new: dict[str, Any] = no_counts() | {"ratings": 12, "q0": [0, 0, 0, 0, 12]}
    found = count_quarter([("s-9", old), ("s-10", new), ("s-11", no_counts())], [("en", old)])
    assert (found["instrument"], found["ratings"]) == ("s-10", 42)
    assert found["questions"]["q0"] == {"1": 0, "2": 0, "3": 0, "4": 0, "5": 12}
    assert list(found["questions"]["q1"]) == ["1", "2", "3", "4", "5", "0"]


def test_fewer_than_ten_people_show_nothing() -> None:
    shown = publish_service(counted(9, 9))
    tables = [shown["languages"], shown["waits"], shown["verdicts"], *shown["questions"].values()]
    assert all(table == {"n": 0, "cells": {}} for table in tables)
    assert publish_service(counted(10))["languages"] == {"n": 10, "cells": {"en": 10}}
    assert publish_service(counted(10))["questions"]["q3"]["cells"]["0"] == 10


@pytest.mark.parametrize(
    ("services", "in_the_city"),
    [
        ([40, 9], 40),  # the one small service would be the difference
        ([40, 4, 5], 40),  # nine people in two of them: too few
        ([40, 9, 1], 50),
        ([9], 0),
        ([], 0),
    ],
)
def test_small_services_count_in_the_city_where_nobody_can_tell_them_apart(
    services: list[int], in_the_city: int
) -> None:
    shown = publish_city([counted(ratings) for ratings in services])
    assert shown["languages"]["n"] == in_the_city
    assert all(shown["questions"][q]["n"] in (0, in_the_city) for q in RATED)


def test_the_city_adds_up_answers_to_the_same_questions_only() -> None:
    shown = publish_city([counted(40), counted(30, instrument="engage-survey-2")])
    assert shown["instrument"] == "engage-survey-1"
    assert (shown["languages"]["n"], shown["questions"]["q0"]["n"]) == (70, 40)


def test_a_quarter_settles_when_its_last_case_has_had_ninety_days() -> None:
    assert settles_on(date(2026, 7, 1)) == date(2027, 1, 1)
    assert settles_on(date(2026, 10, 1)) == date(2027, 4, 1)
