"""Digests of what people set up, written down when a day is signed."""

import sqlalchemy as sa
from alembic import op

from portal.store.append_only import protect, unprotect

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "standing",
        sa.Column("id", BIG, nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("kept", sa.String(40), nullable=False),
        sa.Column("owner", BIG, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing")),
        sa.UniqueConstraint(
            "signed_on", "kept", "owner", name=op.f("uq_standing_signed_on_kept_owner")
        ),
    )
    protect("standing")


def downgrade() -> None:
    unprotect("standing")
    op.drop_table("standing")
