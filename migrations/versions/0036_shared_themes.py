"""Themes that take cases of all services, and the further services that a response concerns."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("theme") as batch_op:
        batch_op.add_column(
            sa.Column("is_shared", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("theme") as batch_op:
        batch_op.alter_column("is_shared", server_default=None)
    op.create_table(
        "response_service",
        sa.Column("response_id", BIG, nullable=False),
        sa.Column("service_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_response_service_response_id_response")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_response_service_service_id_service")
        ),
        sa.PrimaryKeyConstraint("response_id", "service_id", name=op.f("pk_response_service")),
    )
    op.create_index("ix_response_service_service_id", "response_service", ["service_id"])


def downgrade() -> None:
    """Cases leave the themes of other services, whose staff would read their words there."""
    op.execute(
        "DELETE FROM theme_case WHERE"
        " (SELECT service_id FROM loop WHERE loop.submission_id = theme_case.submission_id)"
        " <> (SELECT service_id FROM theme WHERE theme.id = theme_case.theme_id)"
    )
    op.drop_table("response_service")
    with op.batch_alter_table("theme") as batch_op:
        batch_op.drop_column("is_shared")
