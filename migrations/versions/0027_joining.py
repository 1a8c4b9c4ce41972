"""Me too: a case without rating that joins a theme."""

import sqlalchemy as sa
from alembic import op

from portal.store.word_index_schema import without_word_index

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

Q0_GIVEN = "ck_submission_q0_given"
NO_RATING = "ck_submission_joining_is_no_rating"
THEME = "fk_submission_joined_theme_id_theme"
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with without_word_index("submission"), op.batch_alter_table("submission") as batch_op:
        batch_op.add_column(sa.Column("joined_theme_id", BIG, nullable=True))
        batch_op.create_foreign_key(op.f(THEME), "theme", ["joined_theme_id"], ["id"])
        batch_op.drop_constraint(op.f(Q0_GIVEN), type_="check")
        batch_op.create_check_constraint(
            op.f(Q0_GIVEN), "q0 IS NOT NULL OR import_id IS NOT NULL OR joined_theme_id IS NOT NULL"
        )
        batch_op.create_check_constraint(
            op.f(NO_RATING),
            "joined_theme_id IS NULL OR (q0 IS NULL AND is_rating = false AND wants_answer)",
        )
    with op.batch_alter_table("loop") as batch_op:
        batch_op.add_column(
            sa.Column("is_joined", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("loop") as batch_op:
        batch_op.alter_column("is_joined", server_default=None)


def downgrade() -> None:
    # Without its theme such a case is nothing that the earlier table can hold.
    _forget_joined(op.get_bind())
    with op.batch_alter_table("loop") as batch_op:
        batch_op.drop_column("is_joined")
    with without_word_index("submission"), op.batch_alter_table("submission") as batch_op:
        batch_op.drop_constraint(op.f(NO_RATING), type_="check")
        batch_op.drop_constraint(op.f(Q0_GIVEN), type_="check")
        batch_op.create_check_constraint(op.f(Q0_GIVEN), "q0 IS NOT NULL OR import_id IS NOT NULL")
        batch_op.drop_constraint(op.f(THEME), type_="foreignkey")
        batch_op.drop_column("joined_theme_id")


def _forget_joined(connection: sa.Connection) -> None:
    """They are given the middle of the scale, and stay out of what is counted."""
    connection.execute(
        sa.text(
            "UPDATE submission SET q0 = 3, is_rating_excluded = true, joined_theme_id = NULL"
            " WHERE joined_theme_id IS NOT NULL"
        )
    )
