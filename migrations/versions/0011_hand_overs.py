"""Handing a case to another service: a request may name it, and hand-overs are found quickly."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

IS_HAND_OVER = sa.text("kind = 'transferred'")


def upgrade() -> None:
    with op.batch_alter_table("exclusion_request", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "to_service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_foreign_key(
            op.f("fk_exclusion_request_to_service_id_service"), "service", ["to_service_id"], ["id"]
        )
        batch_op.create_check_constraint(
            op.f("ck_exclusion_request_names_right_service"),
            "(reason = 'wrong_service') = (to_service_id IS NOT NULL)",
        )
    op.create_index(
        "ix_loop_event_hand_over", "loop_event", ["submission_id", "service_id"],
        sqlite_where=IS_HAND_OVER, postgresql_where=IS_HAND_OVER,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_loop_event_hand_over", table_name="loop_event")
    # What only a hand-over could decide can no longer be asked for.
    op.execute("DELETE FROM exclusion_request WHERE reason = 'wrong_service'")
    with op.batch_alter_table("exclusion_request", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_exclusion_request_names_right_service"), type_="check")
        batch_op.drop_constraint(
            op.f("fk_exclusion_request_to_service_id_service"), type_="foreignkey"
        )
        batch_op.drop_column("to_service_id")
