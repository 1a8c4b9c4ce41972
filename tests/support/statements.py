"""Statements compiled once in a test process instead of once for every test.

SQLAlchemy keeps what it compiled with the engine and its dialect, and every test has an engine of
its own, on a database of its own. The text of a statement depends on neither.
"""

from __future__ import annotations

from sqlalchemy import Engine

_first: dict[str, Engine] = {}


def share_compiled(engine: Engine) -> None:
    """Let the engine use what the process's first engine for this kind of database compiled.

    The first one must have been connected, for that is when a dialect learns about its server.
    """
    first = _first.setdefault(engine.dialect.name, engine)
    engine.dialect = first.dialect
    engine._compiled_cache = first._compiled_cache
