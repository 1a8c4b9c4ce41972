"""All rows of all tables, to see that something changed nothing."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from portal.models import Base
from portal.store.engine import Store


def fingerprint(store: Store) -> dict[str, str]:
    """A hash of every table's rows, whatever their order."""
    found = {}
    with store.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found
