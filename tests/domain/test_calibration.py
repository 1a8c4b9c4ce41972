"""Calibration: moved thresholds and drawn records, checked against the method's own evaluation."""

from __future__ import annotations

import random
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.calibration import (
    EASED,
    STRICTER,
    draw_binomial,
    draw_levels,
    move,
    stand,
)
from portal.domain.criteria import CRITERIA, Thresholds
from portal.domain.level import evaluate
from portal.domain.share import Share, share_status
from tests.domain.strategies import evidence as evidences
from tests.domain.strategies import shares
from tests.domain.test_worked_examples import INPUTS

BY_ID = {one.id: one for one in CRITERIA}


@given(evidences)
def test_the_thresholds_in_force_give_the_methods_level(evidence: dict[str, Any]) -> None:
    assert stand(evidence).level == evaluate(evidence)["level"]


@given(evidences)
def test_stricter_thresholds_never_lift_a_level_and_laxer_ones_never_lower_it(
    evidence: dict[str, Any],
) -> None:
    standing = stand(evidence)
    assert standing.stricter <= standing.level <= standing.eased
    for one in standing.moves:
        assert (one.level >= standing.level) if one.way == EASED else (one.level <= standing.level)


def test_a_moved_threshold_is_five_points_away_on_its_stricter_side() -> None:
    assert move(BY_ID["L3.1"], STRICTER).tau == pytest.approx(0.75)
    assert move(BY_ID["L3.1"], EASED).tau == pytest.approx(0.65)
    assert move(BY_ID["L4.1"], STRICTER).delta == pytest.approx(0.10)
    assert move(BY_ID["L4.4"], EASED).rho == pytest.approx(0.45)
    for counted in ("L1.1", "L2.3", "L3.8", "L4.7"):
        assert move(BY_ID[counted], STRICTER) == BY_ID[counted]


def test_a_city_s_own_thresholds_are_moved_not_the_methods() -> None:
    raised = Thresholds({"L3.1": {"tau": 0.8}})
    evidence = INPUTS["A clear level 3"]
    moves = {(one.criterion_id, one.way) for one in stand(evidence, raised).moves}
    assert moves != {(one.criterion_id, one.way) for one in stand(evidence).moves}


def test_exactly_on_the_threshold_a_step_decides() -> None:
    name = next(one for one in INPUTS if one.startswith("G exactly"))
    standing = stand(INPUTS[name])
    assert (standing.level, standing.stricter) == (3, 1)
    told = [one for one in standing.moves if one.criterion_id == "L3.1"]
    assert [(one.way, one.level) for one in told] == [(STRICTER, 2)]


def test_the_same_seed_draws_the_same_and_counts_every_draw() -> None:
    evidence = INPUTS["H level 4"]
    first = draw_levels(evidence, random.Random(7).random, draws=40)
    assert first == draw_levels(evidence, random.Random(7).random, draws=40)
    assert first.total() == 40
    assert len(first) > 1


def test_where_chance_can_change_nothing_every_draw_is_the_level() -> None:
    name = next(one for one in INPUTS if one.startswith("B new service"))
    level = evaluate(INPUTS[name])["level"]
    assert draw_levels(INPUTS[name], random.Random(1).random) == {level: 200}


@given(st.integers(1, 400), st.data())
def test_drawn_positives_are_possible_and_right_on_average(n: int, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, n))
    chance = random.Random(3).random
    drawn = [draw_binomial(x, n, chance) for _ in range(300)]
    assert all(0 <= one <= n for one in drawn)
    spread = (x * (n - x) / n / 300) ** 0.5
    assert fmean(drawn) == pytest.approx(x, abs=5 * spread + 0.01)
    if x in {0, n}:
        assert set(drawn) == {x}


@given(shares(question=True), st.sampled_from(("L2.5", "L3.7", "L4.5")))
def test_the_quick_verdict_on_a_share_is_the_whole_one(found: dict[str, Any], name: str) -> None:
    criterion = BY_ID[name]
    judged = next(
        one for one in evaluate({criterion.metric: found})["criteria"] if one["id"] == name
    )
    assert share_status(criterion, Share.of(found)) == judged["status"]
