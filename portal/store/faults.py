"""What went wrong with the database, in words for whoever runs the portal."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

_NO_TABLE = {"42P01"}  # undefined_table (PostgreSQL)
_NO_RIGHT = {"42501"}  # insufficient_privilege
_BUSY = {"55P03"}  # lock_not_available
_TOO_LONG = {"57014"}  # query_canceled: its statement timeout was over


def explain(error: DBAPIError) -> str:
    """One line: what is wrong and, where that is known, what to do."""
    original: Any = error.orig
    # PostgreSQL's details quote the row, which may hold what residents wrote.
    diagnosis = getattr(original, "diag", None)
    said = " ".join((getattr(diagnosis, "message_primary", None) or str(original)).split())
    state = _state_of(error)
    if state in _NO_TABLE or "no such table" in said or "unable to open" in said:
        return "the database is not there or not of this version: run `portal init`"
    if state in _NO_RIGHT or "readonly database" in said:
        return f"this may not be written with the database account or file given: {said}"
    if is_busy(error):
        return "somebody else is changing the same just now: try again in a moment"
    if isinstance(error, OperationalError | InterfaceError):
        return f"the database does not answer: {said}"
    return f"the database refused: {said}"


def is_busy(error: DBAPIError) -> bool:
    """Whether somebody else kept what was to be changed for too long."""
    return _state_of(error) in _BUSY or "database is locked" in str(error.orig)


def is_away(error: DBAPIError) -> bool:
    """Whether the database cannot be asked for anything just now."""
    is_of_database = isinstance(error, OperationalError | InterfaceError)
    return is_of_database and _state_of(error) not in _BUSY | _TOO_LONG


def _state_of(error: DBAPIError) -> str | None:
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state
