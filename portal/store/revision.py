"""Which revision the database is at, and which this code is written for.

Apart from `schema`, which needs the migrations' own library: a web process only asks.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def pinned_head() -> str:
    """The revision that this code is written for."""
    return (MIGRATIONS / "HEAD").read_text().strip()


def current_revision(engine: Engine) -> str | None:
    """The revision that the database is at, None when it was never migrated."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version"))
        return found.scalar_one_or_none()
