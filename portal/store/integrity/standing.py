"""What figures rest on beside the records: set up by people, and allowed to change with a reason.

Rows of these tables may be changed at any time, so no day's file can hold them once and for all.
Instead, when a day is signed, a digest of what stands there is written down for every service,
department, person… whose rows are not as they were. `portal check` then wants three things: what
stands there now is what was written down last, or somebody has done something about it since; every
change that was written down has an entry of the audit trail; and nothing that was written down is
gone. So whoever changes such a row in the database, and not through the portal, is found out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.commitments import leaf
from portal.models import Base
from portal.models.integrity import SignedDay, Standing
from portal.models.operations import AuditEvent

OVERLAP = timedelta(hours=1)
"""An entry of the audit trail may be this much older than the signing that missed its change."""
CITY = 0
"""Stands for what belongs to the whole city."""
Key = tuple[str, int]
"""A table, and whose rows of it: of which service, person, …"""


@dataclass(frozen=True)
class Stands:
    """Rows of a table that belong together, and what the audit trail calls whom they belong to."""

    table: str
    owner: str
    fields: str
    subject: str

    @property
    def statement(self) -> Select[*tuple[Any, ...]]:
        """(owner, values…) of every row."""
        columns = Base.metadata.tables[self.table].c
        owner = func.coalesce(columns[self.owner], CITY)
        return select(owner, *(columns[name] for name in self.fields.split()))


STANDS = (
    Stands("city_logo", "id", "url kind width height content", "logo"),
    Stands("department", "id", "slug", "department"),
    Stands("department_text", "department_id", "lang name", "department"),
    Stands("district", "id", "slug closed_on", "district"),
    Stands("district_text", "district_id", "lang name", "district"),
    Stands("kiosk", "id", "name key_hash service_id hourly_limit opened_on closed_on", "kiosk"),
    Stands("membership", "person_id", "role department_id", "person"),
    Stands("page_check", "service_id", "lang checked_on person_id", "service"),
    Stands("partner", "id", "name is_external", "partner"),
    Stands("passkey", "person_id", "credential_id public_key", "person"),
    Stands("person", "id", "email name password active", "person"),
    Stands("population_share", "service_id", "lang share position", "service"),
    Stands("service", "id", "slug code department_id is_active", "service"),
    Stands("service_channel", "service_id", "channel opened_on closed_on", "service"),
    Stands("service_language", "service_id", "lang role opened_on closed_on", "service"),
    Stands("service_text", "service_id", "lang name summary about status", "service"),
)


def list_changed(session: Session, key: bytes, day: date) -> list[dict[str, Any]]:
    """Rows for `Standing`: what is not as it was written down last. Gone rows have no digest."""
    rows = session.scalars(select(Standing).order_by(Standing.id))
    known = {(row.kept, row.owner): row.digest for row in rows}
    current = read_standing(session, key)
    return [
        {"signed_on": day, "kept": table, "owner": owner, "digest": current.get((table, owner), "")}
        for table, owner in sorted(known.keys() | current.keys())
        if known.get((table, owner), "") != current.get((table, owner), "")
    ]


def read_standing(session: Session, key: bytes) -> dict[Key, str]:
    """A keyed digest of what stands there now; what has no rows is left out."""
    found: dict[Key, str] = {}
    for stands in STANDS:
        rows: dict[int, list[str]] = defaultdict(list)
        for owner, *values in session.execute(stands.statement):
            rows[owner].append(leaf(key, stands.table, [_plain(value) for value in values]))
        for owner, leaves in rows.items():
            found[stands.table, owner] = leaf(key, "standing", sorted(leaves))
    return found


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value


def check_standing(session: Session, key: bytes) -> Iterator[str]:
    """What people have set up is as it was written down, but for what the audit trail explains."""
    rows = session.scalars(select(Standing).order_by(Standing.id)).all()
    if not rows:
        return
    files = session.execute(select(SignedDay.day, SignedDay.signed_at))
    signed = {row.day: row.signed_at for row in files}
    moments = sorted(set(signed.values()))
    begun = rows[0].signed_on
    for row in rows:
        at = signed.get(row.signed_on)
        if row.signed_on == begun or at is None:
            continue  # taken as it was; or not in a file, which the records' check says
        since = moments[bisect_left(moments, at) - 1]
        if not _is_explained(session, (row.kept, row.owner), since, at):
            yield f"{_name(row.kept, row.owner)} was changed by {row.signed_on}, and nobody did it"
    last = {(row.kept, row.owner): row.digest for row in rows}
    current = read_standing(session, key)
    for place in sorted(current.keys() | last.keys()):
        is_same = current.get(place, "") == last.get(place, "")
        if not is_same and not _is_explained(session, place, moments[-1], None):
            yield f"{_name(*place)} is not as it was when it was signed, and nobody changed it"


def _name(table: str, owner: int) -> str:
    return f"{table} of {_SUBJECTS[table]} {owner}" if owner != CITY else f"{table} of the city"


_SUBJECTS = {stands.table: stands.subject for stands in STANDS}


def _is_explained(session: Session, place: Key, since: datetime, until: datetime | None) -> bool:
    """Whether the audit trail names somebody who did something about it in that time."""
    table, owner = place
    query = select(AuditEvent.id).where(
        AuditEvent.subject == _SUBJECTS[table],
        or_(AuditEvent.subject_id == owner, AuditEvent.subject_id.is_(None)),  # one, or a list
        AuditEvent.at >= since - OVERLAP,
    )
    if until is not None:
        query = query.where(AuditEvent.at <= until)
    return session.scalar(query.limit(1)) is not None
