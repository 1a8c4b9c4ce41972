"""Every worked example of the method, compared exactly after a round trip through JSON."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest

from portal.domain import statistics, tails, warning
from portal.domain.coarsening import coarsen
from portal.domain.derive import build_evidence, derive
from portal.domain.level import evaluate
from portal.domain.monitors import Stratum, mh_dif
from portal.domain.publication import appraise, publish
from portal.domain.raw_records import parse_raw_records
from portal.domain.statistics import Cell, rounded
from portal.domain.suppression import suppress

PATH = Path(__file__).parents[1] / "data" / "worked_examples.json"
EXAMPLES: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
UNITS: dict[str, Any] = EXAMPLES["units"]
INPUTS = {example["name"]: example["input"] for example in EXAMPLES["evaluate"]}


def plain(value: Any) -> Any:
    """As another program would read it."""
    return json.loads(json.dumps(value, allow_nan=False))


def of(section: str) -> pytest.MarkDecorator:
    examples = EXAMPLES[section]
    assert examples
    names = [str(example.get("name", place)) for place, example in enumerate(examples)]
    return pytest.mark.parametrize("example", examples, ids=names)


def six(*values: float | None) -> list[float | None]:
    return [rounded(value) for value in values]


@of("evaluate")
def test_evidence_gives_the_level(example: dict[str, Any]) -> None:
    assert plain(evaluate(example["input"])) == example["expected"]


@of("derive")
def test_raw_records_give_the_counts_of_a_year(example: dict[str, Any]) -> None:
    as_of = date.fromisoformat(example.get("as_of") or example["input"]["as_of"])
    assert plain(derive(parse_raw_records(example["input"]), as_of)) == example["expected"]


@of("histories")
def test_history_gives_evidence_and_level(example: dict[str, Any]) -> None:
    as_of = date.fromisoformat(example["as_of"])
    evidence = plain(build_evidence(parse_raw_records(example["input"]), as_of))
    assert evidence == example["evidence"]
    result = plain(evaluate(evidence))
    del result["criteria"]
    assert result == example["result"]


@of("appraise")
def test_appraisal_moves_the_published_level(example: dict[str, Any]) -> None:
    result = evaluate(INPUTS[example["current"]])
    assert plain(appraise(example["previous"], result)) == example["expected"]


@of("suppress")
def test_small_cells_are_hidden(example: dict[str, Any]) -> None:
    assert plain(suppress(example["input"])) == example["expected"]


@of("publish")
def test_evidence_is_published(example: dict[str, Any]) -> None:
    assert plain(publish(example["input"])) == example["expected"]


@of("coarsen")
def test_evidence_is_made_coarse(example: dict[str, Any]) -> None:
    coarse = plain(coarsen(example["input"]))
    assert coarse == example["expected"]
    assert plain(coarsen(coarse)) == coarse


def test_wilson() -> None:
    for x, n, low, high in UNITS["wilson"]:
        assert six(*statistics.wilson(x, n)) == [low, high]


@pytest.mark.parametrize(("unit", "quantile"), [("newcombe95", 0.975), ("newcombe_parity", 0.9)])
def test_newcombe(unit: str, quantile: float) -> None:
    z = NormalDist().inv_cdf(quantile)
    for x1, n1, x2, n2, diff, low, high in UNITS[unit]:
        assert six(x1 / n1 - x2 / n2, *statistics.newcombe(x1, n1, x2, n2, z)) == [diff, low, high]


def test_impact_ratio() -> None:
    for x1, n1, x2, n2, *expected in UNITS["impact_ratio"]:
        assert six(*statistics.impact_ratio(x1, n1, x2, n2)) == expected


def test_fisher() -> None:
    for x1, n1, x2, n2, p in UNITS["fisher"]:
        assert rounded(tails.fisher(x1, n1, x2, n2)) == p


def test_benjamini_hochberg() -> None:
    for p_values, q, expected in UNITS["bh"]:
        assert tails.benjamini_hochberg(p_values, q) == expected


def test_min_successes() -> None:
    for tau, table in UNITS["min_successes"].items():
        for n, expected in table.items():
            assert statistics.min_successes(int(n), float(tau)) == expected


def test_fragility_stuffing_and_tipping() -> None:
    for x, n, tau, expected in UNITS["fragility"]:
        assert statistics.fragility(x, n, tau) == expected
    for x, n, tau, expected in UNITS["stuffing"]:
        assert statistics.stuffing(x, n, tau) == expected
    for x, n, tau, expected in UNITS["tipping"]:
        assert rounded(statistics.tipping(x, n, tau)) == expected


def test_shrink() -> None:
    for units, *expected in UNITS["shrink"]:
        mean, strength, estimates = statistics.shrink(units)
        # One example has its three results in a list of their own.
        wanted = expected[0] if len(expected) == 1 else expected
        assert [*six(mean, strength), six(*estimates)] == wanted


def test_poststratify() -> None:
    for cells, expected in UNITS["poststratify"]:
        assert rounded(statistics.poststratify([Cell(*cell) for cell in cells])) == expected


def test_mantel_haenszel() -> None:
    for strata, expected in UNITS["mh_dif"]:
        found = mh_dif(Stratum(*stratum) for stratum in strata)
        assert found is not None
        assert six(*found) == expected


def test_ewma_and_cusum() -> None:
    for weeks, p0, expected in UNITS["ewma"]:
        assert warning.ewma_alarm(weeks, p0) == expected
    for days, mean, sd, expected in UNITS["cusum"]:
        assert warning.cusum_alarm(days, mean, sd) == expected


def test_themes() -> None:
    for themes, expected in UNITS["theme"]:
        assert warning.theme_surges(themes) == expected


def test_survival_and_forecast() -> None:
    cases, horizon, expected = UNITS["survival"][0]
    table = warning.survival(cases, horizon)
    assert six(*table) == expected
    for ages, forecast in UNITS["forecast"]:
        found = warning.miss_forecast(ages, table, target=6)
        assert {key: rounded(value) for key, value in found._asdict().items()} == forecast


def test_every_unit_has_a_test() -> None:
    covered = {
        "wilson", "newcombe95", "newcombe_parity", "impact_ratio", "fisher", "bh",
        "min_successes", "fragility", "stuffing", "tipping", "shrink", "poststratify",
        "mh_dif", "ewma", "cusum", "theme", "survival", "forecast",
    }  # fmt: skip
    assert set(UNITS) == covered
