"""Rows that carry a seal of their own, written into them by whoever writes the row.

Today's evidence of a service is judged anew whenever something has happened to it, an open warning
is refreshed every day, and colleagues' words may have to go again: a day's file can hold none of
them, and a list of seals would grow with every look. So the row itself has a keyed digest of what
it says, put there in the same transaction, and `portal check` computes it again: a row that was
changed or invented in the database, and not by the portal, is found out at once.

Who kept a copy of a row can put it back with its seal: it then says what was so at a time that it
names itself, until the worker writes it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Table, bindparam, select, update
from sqlalchemy.orm import Session

from portal.domain.commitments import leaf
from portal.models import Base
from portal.store.engine import SEALING_KEY

_BATCH = 500


@dataclass(frozen=True)
class Carrier:
    """A table whose rows have a seal in the column `digest`, and what of them is sealed."""

    name: str
    fields: str

    @property
    def table(self) -> Table:
        """As the models have it."""
        return Base.metadata.tables[self.name]

    def rows(self) -> Select[*tuple[Any, ...]]:
        """(seal, id, values…) of every row."""
        column = self.table.c
        fields = (column[name] for name in self.fields.split())
        return select(column.digest, column.id, *fields)


CARRIERS = {
    carrier.name: carrier
    for carrier in (
        # Whether it was used or revoked says the audit trail; how long it is good stands here.
        Carrier("account_link", "person_id kind token_hash made_by made_at expires_at"),
        # What is public of it has seals that stand in the days' files.
        Carrier(
            "assessment",
            "service_id as_of method thresholds evidence result evidence_hash level created_at"
            " last_event_id last_submission_id public_last_event_id public_last_submission_id"
            " workload",
        ),
        Carrier("case_note", "submission_id person_id text written_at struck_at struck_by"),
        # What people make of a warning is explained by the audit trail.
        Carrier("warning", "service_id kind subject raised_on last_seen_on evidence"),
    )
}


def seal_rows(session: Session, name: str, ids: Iterable[int]) -> None:
    """Seal these rows of a table as they stand in the transaction that writes them."""
    session.flush()
    carrier = CARRIERS[name]
    _seal(session, carrier, carrier.rows().where(carrier.table.c.id.in_(list(ids))))


def seal_rows_as_found(session: Session) -> None:
    """Seal all rows of an installation that wrote them before they had seals."""
    for carrier in CARRIERS.values():
        _seal(session, carrier, carrier.rows())


def _seal(session: Session, carrier: Carrier, rows: Select[*tuple[Any, ...]]) -> None:
    key = session.info[SEALING_KEY]
    new = [
        {"number": number, "seal": _digest(key, carrier, number, values)}
        for _old, number, *values in session.execute(rows)
    ]
    if new:
        statement = update(carrier.table).where(carrier.table.c.id == bindparam("number"))
        session.execute(statement.values(digest=bindparam("seal")), new)


def _digest(key: bytes, carrier: Carrier, number: int, values: Iterable[object]) -> str:
    return leaf(key, f"row of {carrier.name}", [number, *values])


def check_own_seals(session: Session, key: bytes) -> Iterator[str]:
    """Every row that carries a seal is as it was when the portal wrote it."""
    for carrier in CARRIERS.values():
        rows = session.execute(carrier.rows().execution_options(yield_per=_BATCH))
        for found, number, *values in rows:
            if found != _digest(key, carrier, number, values):
                yield f"{carrier.name} {number} is not as it was when the portal wrote it"
