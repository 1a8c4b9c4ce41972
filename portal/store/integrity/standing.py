"""What figures rest on beside the records: set up by people, and allowed to change with a reason.

Rows of these tables may be changed at any time, so no day's file can hold them once and for all.
Instead, when a day is signed, a digest of what stands there is written down for every service,
department, person… whose rows are not as they were. `portal check` then wants three things: what
stands there now is what was written down last, or somebody has since done what changes it; every
change that was written down has such an entry of the audit trail; and nothing that was written down
is gone. So whoever changes such a row in the database, and not through the portal, is found out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.commitments import leaf
from portal.domain.loop import EventKind
from portal.models.integrity import SignedDay, Standing
from portal.models.loops import LoopEvent
from portal.models.running import AuditEvent
from portal.store.integrity.set_up import CITY, OF_ALL_SERVICES, OF_TWO_THEMES, STANDS

OVERLAP = timedelta(hours=1)
"""An entry of the audit trail may be this much older than the signing that missed its change."""
LOOKED_AT = -1
"""Stands for the table itself: it is looked at from that day on."""
Key = tuple[str, int]
"""What is kept, and whose of it: of which service, person, …"""
Deed = tuple[datetime, str]
"""When somebody did something, and what: an action of the audit trail."""


def list_changed(session: Session, key: bytes, day: date) -> list[dict[str, Any]]:
    """Rows for `Standing`: what is not as it was written down last. Gone rows have no digest."""
    rows = session.scalars(select(Standing).order_by(Standing.id))
    known = {(row.kept, row.owner): row.digest for row in rows}
    current = read_standing(session, key)
    known_tables = {table for table, _owner in known}
    # From now on this table is looked at, even where there is nothing in it yet.
    new = {(stands.name, LOOKED_AT): "" for stands in STANDS if stands.name not in known_tables}
    return [
        {"signed_on": day, "kept": table, "owner": owner, "digest": current.get((table, owner), "")}
        for table, owner in sorted(known.keys() | current.keys() | new.keys())
        if (table, owner) in new or known.get((table, owner), "") != current.get((table, owner), "")
    ]


def read_standing(session: Session, key: bytes) -> dict[Key, str]:
    """A keyed digest of what stands there now; what has no rows is left out."""
    found: dict[Key, str] = {}
    for stands in STANDS:
        rows: dict[int, list[str]] = defaultdict(list)
        for owner, *values in session.execute(stands.statement):
            rows[owner].append(leaf(key, stands.table, [_plain(value) for value in values]))
        for owner, leaves in rows.items():
            found[stands.name, owner] = leaf(key, "standing", sorted(leaves))
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
    begun, trail = _first_days(rows), Trail(session)
    for row in rows:
        at = signed.get(row.signed_on)
        if row.signed_on == begun[row.kept] or at is None:
            continue  # taken as it was; or not in a file, which the records' check says
        since = moments[bisect_left(moments, at) - 1]
        if not trail.explains((row.kept, row.owner), since, at):
            yield f"{_name(row.kept, row.owner)} was changed by {row.signed_on}, and nobody did it"
    last = {(row.kept, row.owner): row.digest for row in rows}
    current = read_standing(session, key)
    for place in sorted(current.keys() | last.keys()):
        is_same = current.get(place, "") == last.get(place, "")
        if place[0] not in begun or is_same:
            continue  # of a table that was not looked at when the last day was signed
        if not trail.explains(place, moments[-1], None):
            yield f"{_name(*place)} is not as it was when it was signed, and nobody changed it"


def _name(table: str, owner: int) -> str:
    return (
        f"{table} of {_STANDS[table].subject} {owner}" if owner != CITY else f"{table} of the city"
    )


_STANDS = {stands.name: stands for stands in STANDS}


def _first_days(rows: Iterable[Standing]) -> dict[str, date]:
    """When each table was written down for the first time: it was taken as it was found."""
    found: dict[str, date] = {}
    for row in rows:
        found.setdefault(row.kept, row.signed_on)
    return found


class Trail:
    """What somebody did about what, and when, as the audit trail says; read at once."""

    def __init__(self, session: Session) -> None:
        """Of all entries, and of residents who took a case back: nobody is named for that."""
        self._deeds: dict[tuple[str, int | None], list[Deed]] = defaultdict(list)
        events = select(AuditEvent.at, AuditEvent.action, AuditEvent.subject, AuditEvent.subject_id)
        for at, action, subject, subject_id in session.execute(events):
            self._deeds[subject, subject_id].append((at, action))
            if action in OF_ALL_SERVICES:
                self._deeds["service", None].append((at, action))
        of_two = select(AuditEvent.at, AuditEvent.action, AuditEvent.detail).where(
            AuditEvent.action.in_(OF_TWO_THEMES)
        )
        for at, action, detail in session.execute(of_two):
            self._deeds["theme", detail.get("from_theme")].append((at, action))
        withdrawn = select(LoopEvent.at, LoopEvent.kind, LoopEvent.submission_id).where(
            LoopEvent.kind == EventKind.WITHDRAWN
        )
        for at, kind, submission_id in session.execute(withdrawn):
            self._deeds["submission", submission_id].append((at, kind))
        for deeds in self._deeds.values():
            deeds.sort()

    def explains(self, place: Key, since: datetime, until: datetime | None) -> bool:
        """Whether somebody did what changes it in that time, to it or to a list that it is in."""
        kept, owner = place
        stands = _STANDS[kept]
        return any(
            action in stands.actions
            for number in (owner, None)
            for action in self._list_deeds((stands.subject, number), since - OVERLAP, until)
        )

    def _list_deeds(
        self, about: tuple[str, int | None], since: datetime, until: datetime | None
    ) -> Iterator[str]:
        deeds = self._deeds.get(about, [])
        for at, action in deeds[bisect_left(deeds, (since, "")) :]:
            if until is not None and at > until:
                return
            yield action
