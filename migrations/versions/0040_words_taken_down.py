"""What staff take down for somebody who calls about an answer: how it came, and who wrote it."""

import sqlalchemy as sa
from alembic import op

from portal.store.word_index_schema import without_word_index

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FOREIGN = "fk_remark_taken_by_person"
_BOTH = "ck_remark_taken_down_by_somebody"
_CHANNEL = "ck_remark_channel"


def upgrade() -> None:
    with without_word_index("remark"), op.batch_alter_table("remark") as batch_op:
        batch_op.add_column(sa.Column("channel", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("taken_by", BIG, nullable=True))
        batch_op.create_foreign_key(op.f(_FOREIGN), "person", ["taken_by"], ["id"])
        batch_op.create_check_constraint(op.f(_BOTH), "(channel IS NULL) = (taken_by IS NULL)")
        batch_op.create_check_constraint(op.f(_CHANNEL), "channel IN ('phone', 'counter', 'mail')")
    where = sa.text("taken_by IS NOT NULL")
    op.create_index(
        "ix_remark_taken_down",
        "remark",
        ["submission_id"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    """The words go: those that the revision before knows belong to a verdict."""
    op.execute(
        "DELETE FROM redaction WHERE remark_id IN"
        " (SELECT id FROM remark WHERE taken_by IS NOT NULL)"
    )
    op.execute("DELETE FROM remark WHERE taken_by IS NOT NULL")
    op.drop_index("ix_remark_taken_down", "remark")
    with without_word_index("remark"), op.batch_alter_table("remark") as batch_op:
        batch_op.drop_constraint(op.f(_CHANNEL), type_="check")
        batch_op.drop_constraint(op.f(_BOTH), type_="check")
        batch_op.drop_constraint(op.f(_FOREIGN), type_="foreignkey")
        batch_op.drop_column("taken_by")
        batch_op.drop_column("channel")
