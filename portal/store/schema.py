"""The database's schema, brought to the pinned head by migrations."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from portal.store.engine import Store
from portal.store.integrity.own_seals import seal_rows_as_found
from portal.store.integrity.seals import seal_as_found
from portal.store.revision import MIGRATIONS, current_revision

_FIRST_SEALED = "0035"
"""The revision from which on figures are sealed when they are put out."""
_FIRST_CARRIED = "0038"
"""The revision from which on rows carry seals of their own."""


def alembic_config(engine: Engine) -> Config:
    """Alembic's configuration for this engine, without a file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine
    return config


def upgrade(store: Store, today: date) -> None:
    """Bring an installation up to this version; what it published before is sealed as found."""
    _make_file(store.engine)
    before = current_revision(store.engine)
    migrate(store.engine)
    if before is not None and before < _FIRST_SEALED:
        store.write(seal_as_found, today)
    if before is not None and before < _FIRST_CARRIED:
        store.write(seal_rows_as_found)


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to a revision (or, for an earlier one, see `downgrade`).

    An SQLite file that is not there is made, readable by its owner alone.
    """
    _make_file(engine)
    command.upgrade(alembic_config(engine), revision)


def _make_file(engine: Engine) -> None:
    if engine.dialect.name == "sqlite" and engine.url.database:
        file = Path(engine.url.database)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to an earlier revision, `base` for an empty database."""
    command.downgrade(alembic_config(engine), revision)
