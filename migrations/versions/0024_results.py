"""Quarterly results of services and of the city."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "service_result",
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("quarter_on", sa.Date(), nullable=False),
        sa.Column("batch_on", sa.Date(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "batch_on >= quarter_on", name=op.f("ck_service_result_not_before_quarter")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_service_result_service_id_service")
        ),
        sa.PrimaryKeyConstraint("service_id", "quarter_on", name=op.f("pk_service_result")),
    )
    op.create_table(
        "city_result",
        sa.Column("quarter_on", sa.Date(), nullable=False),
        sa.Column("batch_on", sa.Date(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "batch_on >= quarter_on", name=op.f("ck_city_result_not_before_quarter")
        ),
        sa.PrimaryKeyConstraint("quarter_on", name=op.f("pk_city_result")),
    )


def downgrade() -> None:
    op.drop_table("city_result")
    op.drop_table("service_result")
