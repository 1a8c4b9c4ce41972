"""What is sent to the database: watched, and compiled once in a test process, not for every test.

SQLAlchemy keeps what it compiled with the engine and its dialect, and every test has an engine of
its own, on a database of its own. The text of a statement depends on neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from portal.store.engine import Store

_first: dict[str, Engine] = {}


def share_compiled(engine: Engine) -> None:
    """Let the engine use what the process's first engine for this kind of database compiled.

    The first one must have been connected, for that is when a dialect learns about its server.
    """
    first = _first.setdefault(engine.dialect.name, engine)
    engine.dialect = first.dialect
    engine._compiled_cache = first._compiled_cache


@contextmanager
def watch_statements(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that is sent inside the `with`, each with its parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        sent.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
