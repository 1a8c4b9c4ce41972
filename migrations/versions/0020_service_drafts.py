"""Texts of services that wait for a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "service_draft",
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("lang", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("source_hash", sa.String(64), nullable=True),
        sa.Column("author_id", BIG, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_service_draft_name_given")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_service_draft_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_service_draft_service_id_service")
        ),
        sa.PrimaryKeyConstraint("service_id", "lang", name=op.f("pk_service_draft")),
    )


def downgrade() -> None:
    op.drop_table("service_draft")
