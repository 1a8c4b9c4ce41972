"""Themes that were merged into others."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("theme", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "merged_into_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
            )
        )
        batch_op.create_foreign_key(
            op.f("fk_theme_merged_into_id_theme"), "theme", ["merged_into_id"], ["id"]
        )
        batch_op.create_check_constraint(
            op.f("ck_theme_merged_into_another"), "merged_into_id <> id"
        )
        batch_op.create_index("ix_theme_merged_into_id", ["merged_into_id"])


def downgrade() -> None:
    with op.batch_alter_table("theme", schema=None) as batch_op:
        batch_op.drop_index("ix_theme_merged_into_id")
        batch_op.drop_constraint(op.f("ck_theme_merged_into_another"), type_="check")
        batch_op.drop_constraint(op.f("fk_theme_merged_into_id_theme"), type_="foreignkey")
        batch_op.drop_column("merged_into_id")
