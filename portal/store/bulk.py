"""Inserting many rows at once, in the way that is quick on each database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ARRAY, Insert, Table, bindparam, func, insert, select
from sqlalchemy.orm import Session

from portal.models import Base

Item = TypeVar("Item")
BATCH = 2000


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[Sequence[Item]]:
    """The items in lists of at most `size`."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


def insert_rows(
    session: Session, model: type[Base], rows: Iterable[Mapping[str, Any]]
) -> Iterator[int]:
    """Insert rows, all with the same columns, in their order; yields after each batch how many.

    Ids follow the order. Nothing is inserted before the iterator is used.
    """
    table: Table = model.__table__  # type: ignore[assignment]
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    for batch in batches(rows):
        if is_postgresql:
            # One statement with an array per column: a tenth of the work of a statement per row.
            columns = {name: [row[name] for row in batch] for name in batch[0]}
            session.execute(_from_arrays(table, list(columns)), columns)
        else:
            session.execute(insert(table), list(batch))
        yield len(batch)


def insert_all(session: Session, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert rows as `insert_rows` does; returns how many."""
    return sum(insert_rows(session, model, rows))


def _from_arrays(table: Table, names: Sequence[str]) -> Insert:
    arrays = (bindparam(name, type_=ARRAY(table.c[name].type)) for name in names)
    return insert(table).from_select(list(names), select(*(func.unnest(array) for array in arrays)))
