"""The database itself: its guards, its file, its references."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.store.append_only import missing_triggers

APPEND_ONLY = (
    "loop_event",
    "audit_event",
    "response_correction",
    "appraisal",
    "threshold_change",
    "engage_claim",
    "attestation",
    "signed_day",
    "rating_list",
    "standing",
    "seal",
    "target_change",
)


def check_protection(session: Session) -> Iterator[str]:
    """No append-only table has lost the triggers that keep it so."""
    for table in APPEND_ONLY:
        if missing_triggers(session.connection(), table):
            yield f"the table {table} is not protected against changes"


def check_integrity(session: Session) -> Iterator[str]:
    """What SQLite says of its own file."""
    if session.get_bind().dialect.name != "sqlite":
        return
    for (line,) in session.execute(text("PRAGMA integrity_check")):
        if line != "ok":
            yield f"SQLite: {line}"
    for row in session.execute(text("PRAGMA foreign_key_check")):
        yield f"SQLite: a row of {row[0]} points to nothing"
