"""What the worker counts and publishes, sealed in the transaction that puts it out.

Figures that move in batches cannot be counted again later: cases are answered, set aside and
withdrawn afterwards, and a batch says what was so on its day. So whoever puts figures out writes
down a keyed digest of them in the same transaction (`seal`, append-only), and every seal is an
entry of its day's file. `portal check` then wants every figure to be the one that was sealed last,
and nothing that was sealed to be gone: a figure that was changed, taken away or invented in the
database, and not by the worker, is found out at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from portal.domain.commitments import leaf
from portal.models import Base
from portal.models.integrity import Seal
from portal.store.engine import SEALING_KEY


@dataclass(frozen=True)
class Sealed:
    """Figures of a table that move together: those with the same value of the column `owner`.

    That is a number or a day. Rows where the column `only` is NULL are not out.
    """

    table: str
    owner: str
    fields: str
    only: str = ""

    def rows(self, owners: Iterable[int] | None = None) -> Select[*tuple[Any, ...]]:
        """(owner, values…) of every row, or of those of these owners."""
        columns = Base.metadata.tables[self.table].c
        owner = columns[self.owner]
        statement = select(owner, *(columns[name] for name in self.fields.split()))
        if self.only:
            statement = statement.where(columns[self.only].is_not(None))
        if owners is None:
            return statement
        return statement.where(owner.in_([self.as_kept(one) for one in owners]))

    def as_kept(self, owner: int) -> int | date:
        """An owner as its column has it; seals know days by their number."""
        column = Base.metadata.tables[self.table].c[self.owner]
        return date.fromordinal(owner) if column.type.python_type is date else owner


# Earlier records have no signed day of their own: each import is sealed as it came.
_IMPORTED = (
    Sealed("history_import", "id", "service_id source channels imported_at"),
    Sealed(
        "co_decision",
        "import_id",
        "import_ref service_id decided_on partner partner_external partner_signed"
        " linked_submissions invited_all decision_record attest_fair attest_unfair",
        only="import_id",
    ),
    Sealed(
        "loop_event",
        "import_id",
        "id submission_id kind at happened_on actor lang verdict reason outcome due_on done_on"
        " theme_id response_id service_id",
        only="import_id",
    ),
    Sealed(
        "response",
        "import_id",
        "import_ref service_id outcome due_on done_on status published_on",
        only="import_id",
    ),
    Sealed(
        "submission",
        "import_id",
        "id import_ref service_id instrument lang channel received_at received_on person_key"
        " q0 q1 q2 q3 q4 q5 q6 kind is_case district age_band is_rating is_verified"
        " is_rating_excluded",
        only="import_id",
    ),
)
SEALED = {
    sealed.table: sealed
    for sealed in (
        Sealed(
            "assessment",
            "id",
            "service_id as_of public_on public_level public_evidence public_result",
            only="public_on",
        ),
        Sealed("calibration", "appraisal_id", "method asked standing drawn"),
        Sealed("city_figure", "as_of", "figures"),
        Sealed("city_result", "quarter_on", "batch_on figures"),
        Sealed("reaction", "response_id", "as_of replies yes partly no"),
        Sealed(
            "reminder_summary",
            "service_id",
            "as_of reminded reminded_replied reminded_helped others others_replied others_helped",
        ),
        Sealed("service_result", "service_id", "quarter_on batch_on counts"),
        *_IMPORTED,
        Sealed("theme_district", "theme_id", "district people"),
        Sealed("theme_figure", "theme_id", "as_of people"),
    )
}
Place = tuple[str, int]
"""A table, and whose figures of it."""


def seal(session: Session, day: date, table: str, owners: Iterable[int | date]) -> None:
    """Seal these figures as they stand in the transaction that puts them out."""
    session.flush()
    numbers = [owner.toordinal() if isinstance(owner, date) else owner for owner in owners]
    _keep(session, day, {(table, number): "" for number in numbers}, numbers)


def seal_import(session: Session, day: date, import_id: int) -> None:
    """Seal what an import has brought in so far."""
    for sealed in _IMPORTED:
        seal(session, day, sealed.table, [import_id])


def seal_as_found(session: Session, day: date) -> None:
    """Seal all figures of an installation that published before there were seals."""
    for table in SEALED:
        found = read_figures(session, session.info[SEALING_KEY], table)
        _keep(session, day, found, None)


def _keep(session: Session, day: date, wanted: dict[Place, str], owners: list[int] | None) -> None:
    tables = {table for table, _owner in wanted}
    current = wanted | {
        place: digest
        for table in tables
        for place, digest in read_figures(session, session.info[SEALING_KEY], table, owners).items()
    }
    known = _read_seals(session, tables, owners)
    rows = [
        {"sealed_on": day, "kept": table, "owner": owner, "digest": digest}
        for (table, owner), digest in sorted(current.items())
        if digest != known.get((table, owner), "")
    ]
    if rows:
        session.execute(insert(Seal), rows)


def read_figures(
    session: Session, key: bytes, table: str, owners: list[int] | None = None
) -> dict[Place, str]:
    """A keyed digest of the figures that stand there now; what has no rows is left out."""
    leaves: dict[int, list[str]] = defaultdict(list)
    for owner, *values in session.execute(SEALED[table].rows(owners)):
        number = owner.toordinal() if isinstance(owner, date) else owner
        leaves[number].append(leaf(key, table, values))
    return {(table, number): leaf(key, "seal", sorted(found)) for number, found in leaves.items()}


def _read_seals(
    session: Session, tables: Iterable[str], owners: list[int] | None = None
) -> dict[Place, str]:
    statement = select(Seal.kept, Seal.owner, Seal.digest).where(Seal.kept.in_(tables))
    if owners is not None:
        statement = statement.where(Seal.owner.in_(owners))
    rows = session.execute(statement.order_by(Seal.id))
    return {(kept, owner): digest for kept, owner, digest in rows}  # the newest one stays


def check_seals(session: Session, key: bytes) -> Iterator[str]:
    """Every figure is as it was when it was put out, and none that was put out is gone."""
    known = _read_seals(session, SEALED)
    current: dict[Place, str] = {}
    for table in SEALED:
        current |= read_figures(session, key, table)
    for place in sorted(current.keys() | known.keys()):
        if current.get(place, "") != known.get(place, ""):
            yield f"{_name(*place)} is not as it was when the worker put it out"


def _name(table: str, owner: int) -> str:
    return f"{table} of {SEALED[table].owner} {SEALED[table].as_kept(owner)}"
