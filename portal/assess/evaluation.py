"""`portal evaluate`: the level that follows from given evidence, for anybody who doubts one.

It needs neither settings nor database, and imports nothing that does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from portal.domain.criteria import DEFAULTS, Thresholds
from portal.domain.level import evaluate as evaluate_evidence
from portal.store.files import read_json


@click.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def evaluate(file: Path) -> None:
    """Judge the evidence in FILE, as anybody can who doubts a published level.

    FILE holds evidence alone, or an object with the evidence under "evidence", such as
    `portal assess --json` and the open data give.
    """
    click.echo(in_json(evaluate_data(read_json(file))))


def evaluate_data(data: object) -> dict[str, Any]:
    """The result for evidence, bare or in an object with the thresholds in force beside it.

    Raises ValueError, in one line, when it makes no sense.
    """
    if not isinstance(data, Mapping) or "evidence" not in data:
        return evaluate_evidence(data)  # type: ignore[arg-type] # says so itself when it is none
    return evaluate_evidence(data["evidence"], _parse_thresholds(data.get("thresholds")))


def in_json(value: object) -> str:
    """Evidence and results as other programs read them."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)


def _parse_thresholds(raised: object) -> Thresholds:
    if raised is None:
        return DEFAULTS
    if not isinstance(raised, Mapping) or not all(
        isinstance(numbers, Mapping) for numbers in raised.values()
    ):
        raise ValueError("thresholds must give each criterion its numbers")
    return Thresholds(raised)
