"""The words of responses, for searching."""

import sqlalchemy as sa
from alembic import op

from portal.domain.search_words import words_column
from portal.store.word_index_schema import create_word_index, drop_word_index

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("response_text", schema=None) as batch_op:
        batch_op.add_column(sa.Column("words", sa.Text(), nullable=True))
    _fill(op.get_bind())
    create_word_index("response_text")


def _fill(connection: sa.Connection) -> None:
    names = ("id", "you_said", "we_did", "why_not", "words")
    table = sa.table("response_text", *(sa.column(name) for name in names))
    put = table.update().where(table.c.id == sa.bindparam("key"))
    rows = connection.execute(sa.select(table)).all()
    found = [
        {"key": row.id, "found": words_column(f"{row.you_said} {row.we_did} {row.why_not}")}
        for row in rows
    ]
    if found:
        connection.execute(put.values(words=sa.bindparam("found")), found)


def downgrade() -> None:
    drop_word_index("response_text")
    with op.batch_alter_table("response_text", schema=None) as batch_op:
        batch_op.drop_column("words")
