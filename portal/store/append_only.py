"""Triggers that make a table append-only in the database itself (DESIGN.md section 4).

SQLite: INSERT OR REPLACE deletes without firing DELETE triggers, so inserting over an existing
id is refused too. PostgreSQL: TRUNCATE fires no row triggers, so it has one of its own.
"""

from collections.abc import Sequence

from alembic import op
from sqlalchemy import Connection, text


def protect(table: str) -> None:
    """Refuse UPDATE, DELETE, replacement and TRUNCATE on the table."""
    _dropped(op.get_bind()).difference_update(_names(table))
    for statement in _statements(table):
        op.execute(text(statement))


def missing_triggers(connection: Connection, table: str) -> list[str]:
    """Names of the triggers that should protect the table and are not there as they were made."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(_FIND_SQLITE, {"table": table})
        found = {row.name: row.sql for row in rows}
        wanted = {_name(statement): _plain(statement) for statement in _format(_SQLITE, table)}
        return sorted(name for name in wanted if _plain(found.get(name, "")) != wanted[name])
    names = {f"{table}_append_only", f"{table}_no_truncate"}
    return sorted(names - set(connection.scalars(_FIND_POSTGRESQL, {"table": table})))


def unprotect(table: str) -> None:
    """Take the protection away, for a downgrade that drops the table or rows of it."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        _dropped(connection).update(_names(table))
        for name in sorted(_names(table)):
            op.execute(text(f"DROP TRIGGER {name}"))
    else:
        op.execute(text(f"DROP TRIGGER {table}_append_only ON {table}"))
        op.execute(text(f"DROP TRIGGER {table}_no_truncate ON {table}"))


def _names(table: str) -> set[str]:
    return {f"{table}_no_{what}" for what in ("update", "delete", "replace")}


def _dropped(connection: Connection) -> set[str]:
    """Triggers that SQLite's migrations took away on purpose; env.py puts all others back."""
    names: set[str] = connection.info.setdefault("dropped_triggers", set())
    return names


_SQLITE = (
    "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
    "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
    """CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
       WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {refuse}""",
)
_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
       USING ERRCODE = 'restrict_violation'; END $$""",
    """CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
       FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
)


_FIND_SQLITE = text(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
)
# Switched on for everybody, before the change, and calling what refuses.
_FIND_POSTGRESQL = text(
    """SELECT t.tgname FROM pg_trigger t
       JOIN pg_class c ON c.oid = t.tgrelid AND c.relnamespace = current_schema()::regnamespace
       JOIN pg_proc p ON p.oid = t.tgfoid
       WHERE c.relname = :table AND t.tgenabled IN ('O', 'A') AND NOT t.tgisinternal
         AND t.tgqual IS NULL AND t.tgattr = '' AND p.proname = 'refuse_change'
         AND p.prosrc LIKE '%BEGIN RAISE EXCEPTION ''\\% is append-only''%'
         AND t.tgtype IN (27, 34)"""  # BEFORE UPDATE OR DELETE of each row; BEFORE TRUNCATE
)


def _statements(table: str) -> list[str]:
    return _format(_SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL, table)


def _format(statements: Sequence[str], table: str) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return [statement.format(table=table, refuse=refuse) for statement in statements]


def _name(statement: str) -> str:
    return statement.split()[2]


def _plain(statement: str) -> str:
    return " ".join(statement.split())
