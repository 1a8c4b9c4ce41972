"""How migrations run: carefully on SQLite, with timeouts and one at a time on PostgreSQL.

On SQLite a batch migration copies a table and drops the old one: with foreign keys on that
would delete children, and triggers vanish silently. So foreign keys are off, everything happens
in one BEGIN IMMEDIATE, triggers are put back, and foreign_key_check has the last word.
"""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, text

from portal.models import Base
from portal.models.base import UtcDateTime
from portal.store.word_index import PREFIX

LOCK = 4_201_300_711  # any number that nothing else in the database uses
engine = context.config.attributes["engine"]


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    # Migrations outlive the models' own types.
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def include_name(name: str | None, _kind: str, _parents: Any) -> bool:
    # Indexes of words are made of tables, or of expressions, that no model has.
    return name is None or not name.startswith(PREFIX)


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=False,
        render_item=render_item,
        include_name=include_name,
    )
    context.run_migrations()


def run_on_sqlite() -> None:
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.execution_options(portal_writes=True).begin():
                before = triggers(connection)
                run(connection)
                put_back(connection, before)
                broken = connection.execute(text("PRAGMA foreign_key_check")).all()
                if broken:
                    raise RuntimeError(f"migration breaks foreign keys: {broken[:5]}")
        finally:
            raw.execute("PRAGMA foreign_keys=ON")


def triggers(connection: Connection) -> dict[str, tuple[str, str]]:
    rows = connection.execute(
        text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    )
    return {name: (table, sql) for name, table, sql in rows}


def put_back(connection: Connection, before: dict[str, tuple[str, str]]) -> None:
    tables = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))
    for name in sorted(set(before) - set(triggers(connection)) - dropped(connection)):
        table, sql = before[name]
        if table in tables:
            connection.execute(text(sql))


def dropped(connection: Connection) -> set[str]:
    """Triggers that a migration took away on purpose."""
    return set(connection.info.get("dropped_triggers", ()))


def run_on_postgresql() -> None:
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(text("SET LOCAL statement_timeout = '15min'"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        run(connection)


if engine.dialect.name == "sqlite":
    run_on_sqlite()
else:
    run_on_postgresql()
