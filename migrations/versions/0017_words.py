"""The words of comments, for searching."""

import sqlalchemy as sa
from alembic import op

from portal.domain.search_words import words_column
from portal.store.word_index_schema import create_word_index, drop_word_index

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BATCH = 1000


def upgrade() -> None:
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("words", sa.Text(), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_submission_words_go_with_comment"), "words IS NULL OR comment IS NOT NULL"
        )
    _fill(op.get_bind())
    create_word_index("submission")


def _fill(connection: sa.Connection) -> None:
    submission = sa.table("submission", sa.column("id"), sa.column("comment"), sa.column("words"))
    put = (
        submission.update()
        .where(submission.c.id == sa.bindparam("key"))
        .values(words=sa.bindparam("found"))
    )
    last = 0
    while rows := connection.execute(
        sa.select(submission.c.id, submission.c.comment)
        .where(submission.c.comment.is_not(None), submission.c.id > last)
        .order_by(submission.c.id)
        .limit(BATCH)
    ).all():
        connection.execute(put, [{"key": one, "found": words_column(said)} for one, said in rows])
        last = rows[-1].id


def downgrade() -> None:
    drop_word_index("submission")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_submission_words_go_with_comment"), type_="check")
        batch_op.drop_column("words")
