"""The indexes of words as migrations make them (store.word_index says what they are)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from alembic import op
from sqlalchemy import text

from portal.store.word_index import PREFIX, VECTOR

# FTS5's tokenizer "ascii" takes every other character as part of a word.
_CREATE_SQLITE = (
    """CREATE VIRTUAL TABLE {index} USING fts5(
       words, content='{table}', content_rowid='id', tokenize='ascii', detail='none')""",
    """CREATE TRIGGER {index}_insert AFTER INSERT ON {table} WHEN NEW.words IS NOT NULL BEGIN
       INSERT INTO {index}(rowid, words) VALUES (NEW.id, NEW.words); END""",
    """CREATE TRIGGER {index}_delete AFTER DELETE ON {table} WHEN OLD.words IS NOT NULL BEGIN
       INSERT INTO {index}({index}, rowid, words) VALUES ('delete', OLD.id, OLD.words); END""",
    # One trigger for both, for of two it is not said which comes first.
    """CREATE TRIGGER {index}_update AFTER UPDATE OF words ON {table} BEGIN
       INSERT INTO {index}({index}, rowid, words)
       SELECT 'delete', OLD.id, OLD.words WHERE OLD.words IS NOT NULL;
       INSERT INTO {index}(rowid, words) SELECT NEW.id, NEW.words WHERE NEW.words IS NOT NULL;
       END""",
    "INSERT INTO {index}(rowid, words) SELECT id, words FROM {table} WHERE words IS NOT NULL",
)
_DROP_SQLITE = (
    "DROP TRIGGER {index}_update",
    "DROP TRIGGER {index}_delete",
    "DROP TRIGGER {index}_insert",
    "DROP TABLE {index}",
)


def create_word_index(table: str) -> None:
    """For a migration: index the column `words` of a table with the key `id`."""
    if op.get_bind().dialect.name == "sqlite":
        _run(_CREATE_SQLITE, table)
    else:
        vector = VECTOR.format(words="words")
        _run((f"CREATE INDEX {{index}} ON {{table}} USING gin ({vector})",), table)


def drop_word_index(table: str) -> None:
    """For a downgrade: take the index away."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        names = {f"{PREFIX}{table}_{what}" for what in ("update", "delete", "insert")}
        connection.info.setdefault("dropped_triggers", set()).update(names)
        _run(_DROP_SQLITE, table)
    else:
        _run(("DROP INDEX {index}",), table)


@contextmanager
def without_word_index(table: str) -> Iterator[None]:
    """For a migration that changes a table which SQLite has to copy: a copy has no triggers."""
    is_copied = op.get_bind().dialect.name == "sqlite"
    if is_copied:
        drop_word_index(table)
    yield
    if is_copied:
        create_word_index(table)


def _run(statements: Iterable[str], table: str) -> None:
    for statement in statements:
        op.execute(text(statement.format(index=f"{PREFIX}{table}", table=table)))
