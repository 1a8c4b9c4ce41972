"""Finding rows by their words (domain.search_words), alike on both databases.

A table that can be searched has a column `words`: the words of its text, with spaces between. It
is written with the text, and the database keeps an index of it (store.word_index_schema): a GIN
index on PostgreSQL, a table of FTS5 kept by triggers on SQLite. Neither cuts or folds anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Text, bindparam, false, text
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import TypeDecorator

from portal.domain.search_words import Wanted, wanted_words

PREFIX = "fts_"  # of everything that an index is made of: not in the models, and not compared
# No parser of PostgreSQL's reads the words, so none changes them.
VECTOR = "array_to_tsvector(string_to_array({words}, ' '))"


def has_words(key: Any, words: Any, query: str) -> ColumnElement[bool]:
    """Whether the row's words hold all that the query asks for; never, where it asks for nothing.

    `key` and `words` are columns of the same table.
    """
    wanted = tuple((one.word, one.is_prefix) for one in wanted_words(query))
    if not wanted:
        return false()
    return _has_words(key, words, bindparam("words", wanted, type_=_WordQuery(), unique=True))


def clear_removed(session: Session, table: str) -> None:
    """Leave nothing of what was taken out of a table's words in the index.

    FTS5 marks words as gone and keeps them until its parts are merged, which this does. PostgreSQL
    takes them out of its pages by itself, as it does with the rows.
    """
    if session.get_bind().dialect.name == "sqlite":
        index = f"{PREFIX}{table}"
        session.execute(text(f"INSERT INTO {index} ({index}) VALUES ('optimize')"))  # noqa: S608


class _WordQuery(TypeDecorator[Iterable[tuple[str, bool]]]):
    """Words in the language in which a database is asked for them.

    They hold letters and digits only, so quotation marks are all that they need.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(
        self, value: Iterable[tuple[str, bool]] | None, dialect: Dialect
    ) -> str | None:
        """All of the words, some of them as beginnings."""
        wanted = [Wanted(*one) for one in value or ()]
        if dialect.name == "sqlite":
            return " AND ".join(f'"{one.word}"{" *" if one.is_prefix else ""}' for one in wanted)
        return " & ".join(f"'{one.word}'{':*' if one.is_prefix else ''}" for one in wanted)


class _has_words(FunctionElement[bool]):  # noqa: N801 - used like an SQL function
    type = Boolean()
    inherit_cache = True
    name = "has_words"

    def self_group(self, against: Any = None) -> Any:
        """As it is: SQLAlchemy would write "… IN (…) = 1", for which SQLite uses no index."""
        return self


@compiles(_has_words, "postgresql")
def _on_postgresql(element: _has_words, compiler: SQLCompiler, **kwargs: Any) -> str:
    _key, words, query = element.clauses
    column, asked = compiler.process(words, **kwargs), compiler.process(query, **kwargs)
    return f"{VECTOR.format(words=column)} @@ CAST({asked} AS tsquery)"


@compiles(_has_words, "sqlite")
def _on_sqlite(element: _has_words, compiler: SQLCompiler, **kwargs: Any) -> str:
    key, _words, query = element.clauses
    index = f"{PREFIX}{getattr(key, 'table').name}"  # noqa: B009 - a column has one
    column, asked = compiler.process(key, **kwargs), compiler.process(query, **kwargs)
    return f"({column} IN (SELECT rowid FROM {index} WHERE {index} MATCH {asked}))"  # noqa: S608
