"""What responses refer to: links, pictures and partners, in each language."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = ("response_text", "pending_correction", "response_correction")
COLUMNS = ("links", "pictures", "partners")


def upgrade() -> None:
    for table in TABLES:
        for column in COLUMNS:
            op.add_column(
                table, sa.Column(column, sa.Text(), server_default=sa.text("''"), nullable=False)
            )


def downgrade() -> None:
    for table in TABLES:
        for column in COLUMNS:
            op.drop_column(table, column)
