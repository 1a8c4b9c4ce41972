"""The database's schema, brought to the pinned head by migrations."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from portal.domain.commitments import leaf
from portal.models.running import Setting
from portal.store.engine import SEALING_KEY, Store
from portal.store.integrity.own_seals import seal_rows_as_found
from portal.store.integrity.seals import seal_as_found
from portal.store.revision import MIGRATIONS, current_revision

_FIRST_SEALED = "0035"
"""The revision from which on figures are sealed when they are put out."""
_FIRST_CARRIED = "0038"
"""The revision from which on rows carry seals of their own."""
_ORIGIN = "upgraded_from"
"""The setting that says from which revision an upgrade began that is not finished."""


def alembic_config(engine: Engine) -> Config:
    """Alembic's configuration for this engine, without a file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine
    return config


def upgrade(store: Store, today: date) -> None:
    """Bring an installation up to this version; what it published before is sealed as found.

    It may be killed in between: what it came from is written down until everything is sealed.
    """
    _make_file(store.engine)
    before = current_revision(store.engine)
    if before is not None and before < _FIRST_CARRIED:
        store.write(_note_origin, before)
    migrate(store.engine)
    store.write(_seal_as_found, today)


def _note_origin(session: Session, revision: str) -> None:
    """An earlier note stays: it is of an upgrade that was not finished."""
    if _noted_origin(session) is None:
        session.merge(Setting(name=_ORIGIN, value=_sealed(session, revision)))


def _seal_as_found(session: Session, today: date) -> None:
    origin = _noted_origin(session)
    if origin is None:
        return
    if origin < _FIRST_SEALED:
        seal_as_found(session, today)
    seal_rows_as_found(session)
    session.execute(delete(Setting).where(Setting.name == _ORIGIN))


def _noted_origin(session: Session) -> str | None:
    """The revision of a note that the portal wrote: anyone else's would make forgeries stand."""
    note = session.get(Setting, _ORIGIN)
    revision = note.value.partition(" ")[0] if note else ""
    return revision if note and note.value == _sealed(session, revision) else None


def _sealed(session: Session, revision: str) -> str:
    return f"{revision} {leaf(session.info[SEALING_KEY], 'upgraded from', [revision])}"


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
