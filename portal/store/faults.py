"""What went wrong with the database, in words for whoever runs the portal."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

_NO_TABLE = {"42P01"}  # undefined_table (PostgreSQL)
_NO_RIGHT = {"42501"}  # insufficient_privilege
_BUSY = {"55P03"}  # lock_not_available


def explain(error: DBAPIError) -> str:
    """One line: what is wrong and, where that is known, what to do."""
    original: Any = error.orig
    # PostgreSQL's details quote the row, which may hold what residents wrote.
    diagnosis = getattr(original, "diag", None)
    said = " ".join((getattr(diagnosis, "message_primary", None) or str(original)).split())
    state = getattr(original, "sqlstate", None)
    if state in _NO_TABLE or "no such table" in said or "unable to open" in said:
        return "the database is not there or not of this version: run `portal init`"
    if state in _NO_RIGHT or "readonly database" in said:
        return f"this may not be written with the database account or file given: {said}"
    if state in _BUSY or "is locked" in said:
        return "somebody else is changing the same just now: try again in a moment"
    if isinstance(error, OperationalError | InterfaceError):
        return f"the database does not answer: {said}"
    return f"the database refused: {said}"
