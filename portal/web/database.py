"""The database in a request: reading is lazy and never commits, writing goes through one door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from flask import Flask, g, request
from sqlalchemy.orm import Session

from portal.web.context import portal

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class UncommittedChangesError(RuntimeError):
    """A view changed objects it had read and left them: nothing of it would ever be stored."""


def read() -> Session:
    """The request's session for reading, opened at the first use."""
    if "read_session" not in g:
        g.read_session = portal().store.read()
    session: Session = g.read_session
    return session


def write(
    operation: Callable[Concatenate[Session, Parameters], Result],
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    """Run one operation in one transaction; when this returns, it is committed.

    The reading session is closed first: it would go on seeing the time before the change.
    """
    if request.method in _SAFE_METHODS:
        raise RuntimeError(f"{request.method} {request.endpoint} must not write")
    _close()
    return portal().store.write(operation, *args, **kwargs)


def register(app: Flask) -> None:
    """Close the reading session after every request."""
    app.teardown_appcontext(lambda _error: _close())


def _close() -> None:
    session: Session | None = g.pop("read_session", None)
    if session is None:
        return
    changed = bool(session.new or session.dirty or session.deleted)
    session.close()
    if changed:
        raise UncommittedChangesError("a view left changes that nobody will commit")
