"""What the city's monitors say of comparisons between languages (METHOD.md 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.appraisals import CityFigure


@dataclass(frozen=True)
class Comparison:
    """What speaks against comparing answers between languages, in `domain/monitors.py`'s shapes.

    `agreeing` is the acquiescence monitor, `questions` the DIF monitor.
    """

    agreeing: Mapping[str, Any]
    questions: Mapping[str, Any]

    @property
    def is_doubtful(self) -> bool:
        """Whether people of some language agree so much more readily that nothing compares."""
        return bool(self.agreeing["fires"])

    def differing(self, only: str | None = None) -> Sequence[Mapping[str, Any]]:
        """Questions (or the one that is compared) that mean something else in some language."""
        rows = self.questions["items"]
        return [row for row in rows if row["differs"] and only in (None, row["item"])]


def find_comparison(session: Session) -> Comparison | None:
    """What the newest figures say; None before the worker's first day."""
    row = session.execute(
        select(CityFigure.figures["agreeing"], CityFigure.figures["items"])
        .order_by(CityFigure.as_of.desc())
        .limit(1)
    ).one_or_none()
    return Comparison(*row) if row is not None else None


def do_languages_differ(session: Session, as_of: date | None = None) -> bool:
    """Whether people of some language agree so much more readily that answers cannot be compared.

    Then L4.3 is information only (`portal/domain/information.py`). As the newest figures say that
    were there when the day began: so evidence of a day is the same whenever it is gathered.
    Without a day it is what they say now, for whoever reads a comparison.
    """
    statement = (
        select(CityFigure.figures[("agreeing", "fires")].as_boolean())
        .order_by(CityFigure.as_of.desc())
        .limit(1)
    )
    if as_of is not None:
        statement = statement.where(CityFigure.as_of < as_of)
    return bool(session.scalar(statement))
