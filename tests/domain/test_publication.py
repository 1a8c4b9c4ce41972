"""Published levels and figures: slow up, honest down, and never about a handful of people."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.coarsening import coarsen
from portal.domain.criteria import Thresholds
from portal.domain.evidence_shape import QUESTIONS, SHARES, validate_evidence
from portal.domain.information import take_out
from portal.domain.level import evaluate
from portal.domain.publication import (
    LOOKS_APART,
    appraise,
    evidence_hash,
    is_batch_due,
    possible_states,
    publish,
    renew,
)
from tests.domain.strategies import good_evidence, whole_evidence

OTHER_STATUSES = ("not_reached", "not_enough_evidence", "in_doubt")


@st.composite
def results(draw: st.DrawFn) -> dict[str, Any]:
    """What `appraise` reads of a result, with level and own statuses in agreement."""
    statuses = st.sampled_from(("reached", "reached", "reached", *OTHER_STATUSES))
    own = [draw(statuses) for _ in range(4)]
    level = next((k for k, status in enumerate(own) if status != "reached"), 4)
    return {"level": level, "own": {str(k): status for k, status in enumerate(own, start=1)}}


@given(st.lists(results(), max_size=12))
def test_published_level_moves_as_promised(quarters: list[dict[str, Any]]) -> None:
    state: Any = None
    for result in quarters:
        before, state = state, appraise(state, result)
        held = before["level"] if before else 0
        raw_before = before["raw"] if before else 0
        assert state["raw"] == result["level"]
        if state["level"] > held:
            assert state["level"] <= result["level"]
            assert state["level"] <= max(2, raw_before)
        if state["level"] > result["level"]:
            assert state["flag"] in {"in_doubt", "not_enough_evidence"}
            assert 1 <= state["quarters_flagged"] <= 2
        else:
            assert (state["flag"], state["quarters_flagged"]) == (None, 0)
        for step in range(1, state["level"] + 1):
            assert result["own"][str(step)] != "not_reached"
        assert state["awaiting_second_look"] == (result["level"] > state["level"])


@given(st.lists(results(), min_size=1, max_size=12))
def test_every_state_that_can_be_reached_is_known(quarters: list[dict[str, Any]]) -> None:
    state: Any = None
    for result in quarters:
        state = appraise(state, result)
    assert state | {"flag": None} in possible_states()


@given(results())
def test_the_same_result_twice_is_published_in_full(result: dict[str, Any]) -> None:
    state = appraise(appraise(None, result), result)
    assert state["level"] == result["level"]


@given(results())
def test_two_looks_within_two_months_are_one(result: dict[str, Any]) -> None:
    first = appraise(None, result)
    assert appraise(first, result, LOOKS_APART - 1) == first
    assert appraise(first, result, LOOKS_APART)["level"] == result["level"]


def test_doubt_is_shown_twice_and_then_believed() -> None:
    good = {"level": 3, "own": {"1": "reached", "2": "reached", "3": "reached", "4": "in_doubt"}}
    doubt = {"level": 2, "own": good["own"] | {"3": "in_doubt"}}  # type: ignore[operator]
    state = appraise(appraise(None, good), good)
    levels = []
    for result in (doubt, doubt, doubt, doubt):
        state = appraise(state, result)
        levels.append((state["level"], state["flag"]))
    assert levels == [(3, "in_doubt"), (3, "in_doubt"), (2, None), (2, None)]


@given(whole_evidence, st.sampled_from((None, 7, 12)))
def test_publishing_changes_no_own_level(found: dict[str, Any], recent: int | None) -> None:
    thresholds = Thresholds({"L2.4": {"threshold": recent}} if recent else {})
    coarse = coarsen(found)
    public = publish(coarse, thresholds)
    assert evaluate(public, thresholds)["own"] == evaluate(coarse, thresholds)["own"]
    assert publish(public, thresholds) == public


@given(whole_evidence)
def test_no_published_share_is_about_fewer_than_ten(found: dict[str, Any]) -> None:
    public = publish(coarsen(found))
    for name in SHARES:
        share = public[name]
        sizes = [share["n"], *(share[part][1] for part in ("recent", "verified") if part in share)]
        assert all(n == 0 or n >= 10 for n in sizes)
    assert public["raters"] == 0 or public["raters"] >= 10
    assert public["raters_recent"] in {0, 5} or public["raters_recent"] >= 10
    people = [n for n, _ in public["reach"]["by_language"].values()]
    assert all(n == 0 or n >= 9 for n in people)


@given(whole_evidence, whole_evidence)
def test_what_a_batch_puts_in_the_place_of_known_evidence_is_its_own_or_ten_people_away(
    known: dict[str, Any], found: dict[str, Any]
) -> None:
    before, after = publish(coarsen(known)), publish(coarsen(found))
    renewed = renew(before, after)
    validate_evidence(renewed)
    assert renew(before, before) == before
    assert renew(renewed, after) == renewed
    for name in (*QUESTIONS, "confirmed", "action", "promises"):
        share, old = renewed[name], before[name]
        if share != old:
            assert share == after[name]
            came = [new_n - old_n for new_n, old_n in zip(cells(share), cells(old), strict=True)]
            assert sum(n for n in came if n > 0) >= 10


def cells(share: dict[str, Any]) -> tuple[int, int, int]:
    return share["x"], share["n"] - share["x"], share.get("dk", 0)


def test_a_table_moves_for_ten_who_came_and_not_for_those_who_left() -> None:
    known = good_evidence()
    left = {**known["q1"], "x": 300, "n": 329}
    assert renew(known, known | {"q1": left})["q1"] == known["q1"]
    came = {**known["q1"], "x": 300, "n": 330}
    assert renew(known, known | {"q1": came})["q1"] == came


@pytest.mark.parametrize(("more", "moves"), [(9, False), (10, True)])
def test_groups_move_by_ten_of_all_together(more: int, moves: bool) -> None:
    known = good_evidence()
    table = {"en": [190 + more, 200 + more], "es": [170, 200], "ko": [20, 20]}
    # Korean was among the Spanish: a group that leaves the small ones is not twenty new people.
    known |= {"told30_by_language": {"en": [190, 200], "es": [190, 220]}}
    renewed = renew(known, known | {"told30_by_language": table})
    assert (renewed["told30_by_language"] == table) is moves


@pytest.mark.parametrize("is_information", [False, True])
def test_answers_by_language_stay_in_the_place_that_they_have_now(is_information: bool) -> None:
    known = good_evidence()
    now = known | {"q3_by_language": {"en": [190, 200], "es": [190, 201]}}
    renewed = renew(known if is_information else take_out(known), take_out(now)
                    if is_information else now)  # fmt: skip
    assert renewed == (take_out(known) if is_information else known)


@pytest.mark.parametrize(("spanish", "moves"), [(101, False), (109, False), (110, True)])
def test_people_reached_are_compared_by_language(spanish: int, moves: bool) -> None:
    """Their sum is in tens, and moves by ten for one person."""
    known = good_evidence()
    reach = {"n": 410, "by_language": {"en": [300, 0.7], "es": [spanish, 0.3]}}
    assert (renew(known, known | {"reach": reach})["reach"] == reach) is moves


def test_evidence_is_published_without_touching_the_original() -> None:
    found = good_evidence() | {"raters": 4}
    publish(found)
    assert found == good_evidence() | {"raters": 4}


def test_hash_depends_on_the_figures_and_not_on_their_order() -> None:
    one = {"raters": 12, "told30_by_district": {"Ñuñoa": [3, 4]}}
    other = {"told30_by_district": {"Ñuñoa": [3, 4]}, "raters": 12}
    assert evidence_hash(one) == evidence_hash(other)
    assert evidence_hash(one) != evidence_hash(one | {"raters": 13})
    # printf '%s' '{"raters":12,"told30_by_district":{"Ñuñoa":[3,4]}}' | sha256sum
    assert evidence_hash(one) == HASH_OF_ONE


HASH_OF_ONE = "5af9fae17d93b26daf5a07dc1ee6ceec893cfb6c9c2d6026a00d7cae243267ab"


@pytest.mark.parametrize(
    ("previous", "today", "raters", "is_due"),
    [
        (None, date(2026, 5, 1), 0, True),
        (date(2026, 5, 1), date(2026, 5, 2), 9, False),
        (date(2026, 5, 1), date(2026, 5, 31), 10, False),
        (date(2026, 5, 31), date(2026, 6, 1), 9, False),
        (date(2026, 5, 31), date(2026, 6, 1), 10, True),
        (date(2026, 6, 30), date(2026, 7, 1), 0, True),
        (date(2026, 4, 1), date(2026, 6, 30), 0, False),
        (date(2025, 12, 31), date(2026, 1, 1), 0, True),
        (date(2026, 7, 1), date(2026, 6, 30), 0, False),
        (date(2026, 5, 31), date(2026, 6, 2), 10, False),  # the appraisal is near
        (None, date(2026, 6, 30), 0, True),  # nobody has written yet
        (date(2026, 2, 28), date(2026, 6, 2), 10, False),
    ],
)
def test_figures_move_in_batches(
    previous: date | None, today: date, raters: int, is_due: bool
) -> None:
    assert is_batch_due(previous, today, raters) is is_due


@pytest.mark.parametrize(
    ("previous", "today", "raters", "appraised_on", "is_due"),
    [
        (date(2025, 12, 5), date(2026, 1, 4), 10, date(2026, 1, 1), False),  # the worker stood
        (None, date(2026, 1, 4), 10, date(2026, 1, 1), False),
        (date(2025, 12, 5), date(2026, 1, 1), 10, date(2026, 1, 1), False),
        (date(2025, 12, 5), date(2026, 2, 1), 9, date(2026, 1, 1), False),
        (date(2025, 12, 5), date(2026, 2, 1), 10, date(2026, 1, 1), True),
        (date(2026, 2, 3), date(2026, 2, 28), 10, date(2026, 1, 1), False),
        (date(2026, 2, 3), date(2026, 3, 1), 10, date(2026, 1, 1), True),
        (date(2026, 2, 3), date(2026, 3, 3), 10, date(2026, 1, 1), False),  # the next one is near
        (date(2026, 2, 3), date(2026, 2, 28), 10, date(2026, 2, 15), False),  # made by hand
        (date(2026, 2, 3), date(2026, 3, 1), 9, date(2026, 2, 15), False),
        (date(2026, 3, 3), date(2026, 4, 1), 10, date(2026, 1, 1), False),  # first the appraisal
    ],
)
def test_figures_of_a_quarter_move_with_its_appraisal(
    previous: date | None, today: date, raters: int, appraised_on: date, is_due: bool
) -> None:
    assert is_batch_due(previous, today, raters, appraised_on) is is_due
