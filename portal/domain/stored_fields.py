"""What is stored, field by field: about whom each field says something, and how long it is kept.

The fields themselves are data (portal/data/stored_fields.json); a guard compares them with the
models, so that a new column has to be accounted for before it can be used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ABOUT = ("resident", "case", "staff", "city", "technical")
PERIODS = (
    "lasting", "words", "contact", "partner", "period", "two_days", "typing", "sign_in", "leaving",
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Fields with one purpose. `fields` are written `table.column`."""

    key: str
    about: str  # one of ABOUT
    period: str  # one of PERIODS
    fields: tuple[str, ...]


def parse_groups(raw: Mapping[str, Any]) -> Sequence[Group]:
    """The groups from their file, in its order. Raises KeyError for a group without a head."""
    fields: dict[str, list[str]] = {key: [] for key in raw["groups"]}
    for table, by_group in raw["tables"].items():
        for key, columns in by_group.items():
            fields[key] += [f"{table}.{column}" for column in columns.split()]
    return [
        Group(key, head["about"], head["period"], tuple(fields[key]))
        for key, head in raw["groups"].items()
    ]
