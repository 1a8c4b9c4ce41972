"""Which source a proposed correction of a translation was made from."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pending_correction", sa.Column("source_hash", sa.String(64), nullable=True))
    # Which source its writer read is not known any more: what is out of date stays so.
    op.execute(
        "UPDATE pending_correction SET source_hash = (SELECT source_hash FROM response_text"
        " WHERE response_text.response_id = pending_correction.response_id"
        " AND response_text.lang = pending_correction.lang)"
    )


def downgrade() -> None:
    op.drop_column("pending_correction", "source_hash")
