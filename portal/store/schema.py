"""The database's schema: brought to the pinned head by migrations, and checked."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def alembic_config(engine: Engine) -> Config:
    """Alembic's configuration for this engine, without a file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine
    return config


def pinned_head() -> str:
    """The revision that this code is written for."""
    return (MIGRATIONS / "HEAD").read_text().strip()


def current_revision(engine: Engine) -> str | None:
    """The revision that the database is at, None when it was never migrated."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to a revision (or, for an earlier one, see `downgrade`).

    An SQLite file that is not there is made, readable by its owner alone.
    """
    if engine.dialect.name == "sqlite" and engine.url.database:
        file = Path(engine.url.database)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    command.upgrade(alembic_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to an earlier revision, `base` for an empty database."""
    command.downgrade(alembic_config(engine), revision)
