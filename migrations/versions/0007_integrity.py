"""Commitments and the signed daily list."""

import sqlalchemy as sa
from alembic import op

from portal.store.append_only import protect, unprotect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PROTECTED = ("signed_day", "rating_list")


def upgrade() -> None:
    op.create_table(
        "signed_day",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("entries >= 0", name=op.f("ck_signed_day_entries_counted")),
        sa.CheckConstraint("id > 0", name=op.f("ck_signed_day_id_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_day")),
        sa.UniqueConstraint("day", name=op.f("uq_signed_day_day")),
    )
    op.create_table(
        "rating_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("quarter_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Float(), nullable=False),
        sa.CheckConstraint("count >= 10", name=op.f("ck_rating_list_enough_to_publish")),
        sa.CheckConstraint("mean BETWEEN 1 AND 5", name=op.f("ck_rating_list_mean_range")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_rating_list_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_list")),
        sa.UniqueConstraint(
            "quarter_on", "service_id", name=op.f("uq_rating_list_quarter_on_service_id")
        ),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("commitment", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("comment_commitment", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("comment_salt", sa.String(length=32), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_submission_salt_goes_with_comment"),
            "comment_salt IS NULL OR comment IS NOT NULL",
        )

    for table in PROTECTED:
        protect(table)


def downgrade() -> None:
    for table in PROTECTED:
        unprotect(table)
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_submission_salt_goes_with_comment"), type_="check")
        batch_op.drop_column("comment_salt")
        batch_op.drop_column("comment_commitment")
        batch_op.drop_column("commitment")

    op.drop_table("rating_list")
    op.drop_table("signed_day")
