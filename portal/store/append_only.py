"""Triggers that make a table append-only in the database itself (DESIGN.md section 4).

SQLite: INSERT OR REPLACE deletes without firing DELETE triggers, so inserting over an existing
id is refused too. PostgreSQL: TRUNCATE fires no row triggers, so it has one of its own.
"""

from alembic import op
from sqlalchemy import text


def protect(table: str) -> None:
    """Refuse UPDATE, DELETE, replacement and TRUNCATE on the table."""
    for statement in _statements(table):
        op.execute(text(statement))


def unprotect(table: str) -> None:
    """Take the protection away, for a downgrade that drops the table."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        names = {f"{table}_no_{what}" for what in ("update", "delete", "replace")}
        connection.info.setdefault("dropped_triggers", set()).update(names)
        for name in sorted(names):
            op.execute(text(f"DROP TRIGGER {name}"))
    else:
        op.execute(text(f"DROP TRIGGER {table}_append_only ON {table}"))
        op.execute(text(f"DROP TRIGGER {table}_no_truncate ON {table}"))


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


def _statements(table: str) -> list[str]:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return [
        statement.format(table=table, refuse=refuse)
        for statement in (_SQLITE if is_sqlite else _POSTGRESQL)
    ]
