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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from portal.domain.commitments import leaf
from portal.domain.loop import EventKind
from portal.models import Base
from portal.models.integrity import SignedDay, Standing
from portal.models.loops import LoopEvent
from portal.models.operations import AuditEvent

OVERLAP = timedelta(hours=1)
"""An entry of the audit trail may be this much older than the signing that missed its change."""
CITY = 0
"""Stands for what belongs to the whole city."""
LOOKED_AT = -1
"""Stands for the table itself: it is looked at from that day on."""
Key = tuple[str, int]
"""A table, and whose rows of it: of which service, person, …"""


@dataclass(frozen=True)
class Stands:
    """Rows of a table that belong together, and what the audit trail calls whom they belong to."""

    table: str
    owner: str
    fields: str
    subject: str
    only: str = ""
    besides: str = ""

    @property
    def statement(self) -> Select[*tuple[Any, ...]]:
        """(owner, values…) of every row.

        Left out are rows where the column `only` is NULL, those whose first value is one of
        `besides`, and imported ones, which are sealed as they come.
        """
        columns = Base.metadata.tables[self.table].c
        owner = func.coalesce(columns[self.owner], CITY) if self.owner else literal(CITY)
        fields = [columns[name] for name in self.fields.split()]
        statement = select(owner, *fields)
        if self.only:
            statement = statement.where(columns[self.only].is_not(None))
        if self.besides:
            statement = statement.where(fields[0].not_in(self.besides.split()))
        if "import_id" in columns:
            statement = statement.where(columns.import_id.is_(None))
        return statement


_WORKERS = (
    "calibration_asked city_logo content_version levels_public_since quarantine_looked_until"
    " upgraded_from warned_day warned_week"
)
"""Settings that the portal itself keeps up; since when levels are public is checked apart."""
_WORDING = "you_said we_did why_not links pictures partners"

STANDS = (
    Stands(
        "authenticator",
        "person_id",
        "secret_encrypted confirmed_at",
        "person",
        only="confirmed_at",
    ),
    Stands(
        "barrier", "id", "service_id block gap barrier owner next_step due_on closed_on", "barrier"
    ),
    Stands("barrier_criterion", "barrier_id", "criterion", "barrier"),
    Stands("city_logo", "id", "url kind width height content", "logo"),
    Stands("department", "id", "slug", "department"),
    Stands("department_text", "department_id", "lang name", "department"),
    Stands("district", "id", "slug closed_on", "district"),
    Stands("district_text", "district_id", "lang name", "district"),
    Stands("exclusion_request", "submission_id", "reason to_service_id person_id", "submission"),
    Stands("holiday", "", "day_on name", "holiday"),
    Stands("inbox_view", "id", "person_id department_id name filters", "inbox_view"),
    Stands("kiosk", "id", "name key_hash service_id hourly_limit opened_on closed_on", "kiosk"),
    Stands("membership", "person_id", "role department_id", "person"),
    Stands("next_step", "id", "theme_id happens_on", "next_step"),
    Stands("next_step_text", "next_step_id", "lang what place", "next_step"),
    Stands("page_check", "service_id", "lang checked_on person_id", "service"),
    Stands("partner", "id", "name is_external", "partner"),
    Stands("passkey", "person_id", "credential_id public_key", "person"),
    Stands(
        "pending_correction",
        "response_id",
        f"lang reason text_version author_id {_WORDING}",
        "response",
    ),
    Stands("person", "id", "email name password active", "person"),
    Stands("phrase", "id", "department_id lang kind title text", "phrase"),
    Stands("population_share", "service_id", "lang share position", "service"),
    Stands("recovery_code", "person_id", "code_hash used_at", "person"),
    Stands(
        "response",
        "id",
        "service_id theme_id follows_id source_lang author_id published_on",
        "response",
        only="published_at",
    ),
    Stands(
        "self_assessment_evidence",
        "self_assessment_id",
        "position kind reference dated_on note",
        "self_assessment",
    ),
    Stands("service", "id", "slug code department_id is_active", "service"),
    Stands("service_channel", "service_id", "channel opened_on closed_on", "service"),
    Stands("service_draft", "service_id", "lang name summary about author_id", "service"),
    Stands("service_language", "service_id", "lang role opened_on closed_on", "service"),
    Stands("service_text", "service_id", "lang name summary about status", "service"),
    Stands("setting", "", "name value", "setting", besides=_WORKERS),
    Stands("theme", "id", "service_id merged_into_id is_shared", "theme"),
    Stands("theme_text", "theme_id", "lang name", "theme"),
    Stands("warning", "id", "state owner_id note", "warning", only="changed_at"),
    Stands("webhook", "id", "url events disabled_at", "webhook"),
)


def list_changed(session: Session, key: bytes, day: date) -> list[dict[str, Any]]:
    """Rows for `Standing`: what is not as it was written down last. Gone rows have no digest."""
    rows = session.scalars(select(Standing).order_by(Standing.id))
    known = {(row.kept, row.owner): row.digest for row in rows}
    current = read_standing(session, key)
    known_tables = {table for table, _owner in known}
    # From now on this table is looked at, even where there is nothing in it yet.
    new = {(stands.table, LOOKED_AT): "" for stands in STANDS if stands.table not in known_tables}
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
    return f"{table} of {_SUBJECTS[table]} {owner}" if owner != CITY else f"{table} of the city"


_SUBJECTS = {stands.table: stands.subject for stands in STANDS}


def _first_days(rows: Iterable[Standing]) -> dict[str, date]:
    """When each table was written down for the first time: it was taken as it was found."""
    found: dict[str, date] = {}
    for row in rows:
        found.setdefault(row.kept, row.signed_on)
    return found


class Trail:
    """When somebody did something about what, as the audit trail says; read at once."""

    def __init__(self, session: Session) -> None:
        """Of all entries, and of residents who took a case back: nobody is named for that."""
        self._moments: dict[tuple[str, int | None], list[datetime]] = defaultdict(list)
        events = select(AuditEvent.at, AuditEvent.action, AuditEvent.subject, AuditEvent.subject_id)
        for at, action, subject, subject_id in session.execute(events):
            self._moments[subject, subject_id].append(at)
            if action in _OF_ALL_SERVICES:
                self._moments["service", None].append(at)
        merged = select(AuditEvent.at, AuditEvent.detail).where(AuditEvent.action.in_(_OF_TWO))
        for at, detail in session.execute(merged):
            self._moments["theme", detail.get("from_theme")].append(at)
        withdrawn = select(LoopEvent.at, LoopEvent.submission_id).where(
            LoopEvent.kind == EventKind.WITHDRAWN
        )
        for at, submission_id in session.execute(withdrawn):
            self._moments["submission", submission_id].append(at)
        for moments in self._moments.values():
            moments.sort()

    def explains(self, place: Key, since: datetime, until: datetime | None) -> bool:
        """Whether somebody did something about it in that time, or about a list that it is in."""
        table, owner = place
        subject = _SUBJECTS[table]
        return any(
            self._is_within(self._moments.get((subject, number), []), since - OVERLAP, until)
            for number in (owner, None)
        )

    @staticmethod
    def _is_within(moments: list[datetime], since: datetime, until: datetime | None) -> bool:
        place = bisect_left(moments, since)
        return place < len(moments) and (until is None or moments[place] <= until)


_OF_ALL_SERVICES = ("city_language_closed", "city_language_opened")
"""Actions about the city that change the languages of its services."""
_OF_TWO = ("theme_merged", "theme_split", "grouping_undone")
"""Actions after which two themes may stand otherwise; the second is `from_theme`."""
