"""Keyed digests of the figures that the worker puts out, written down as they are put out."""

import sqlalchemy as sa
from alembic import op

from portal.store.append_only import protect, unprotect

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "seal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sealed_on", sa.Date(), nullable=False),
        sa.Column("kept", sa.String(40), nullable=False),
        sa.Column("owner", BIG, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal")),
    )
    op.create_index("ix_seal_kept_owner_id", "seal", ["kept", "owner", "id"])
    protect("seal")


def downgrade() -> None:
    unprotect("seal")
    op.drop_index("ix_seal_kept_owner_id", table_name="seal")
    op.drop_table("seal")
