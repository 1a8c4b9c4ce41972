"""What went wrong with the database, in words for whoever runs the portal."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

_NO_TABLE = {"42P01"}  # undefined_table (PostgreSQL)
_NO_RIGHT = {"42501"}  # insufficient_privilege
_BUSY = {"55P03"}  # lock_not_available
# Where no statement gets through. All else is the fault of one: its deadlock, its memory, its size.
_AWAY = (
    "08",  # connection exceptions
    "57P",  # shut down, starting up, dropped
    "58",  # errors of the machine below it
    "53100",  # disk_full
    "53300",  # too_many_connections
    "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_FULL",
    "SQLITE_READONLY", "SQLITE_NOTADB", "SQLITE_CORRUPT",
)  # fmt: skip


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
    state = _state_of(error)
    if state is None:  # the connection broke off, or there was none
        return isinstance(error, OperationalError | InterfaceError)
    return state.startswith(_AWAY)


def _state_of(error: DBAPIError) -> str | None:
    """The code of what went wrong: PostgreSQL's SQLSTATE, or SQLite's name for it."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state or getattr(error.orig, "sqlite_errorname", None)
