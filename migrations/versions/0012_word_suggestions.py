"""Warnings of words that many more people write: suggestions for a theme."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEFORE = "'ratings', 'time_to_told', 'disparity', 'theme', 'forecast'"


def upgrade() -> None:
    _allow(f"{BEFORE}, 'word'")


def downgrade() -> None:
    op.execute("DELETE FROM warning WHERE kind = 'word'")
    _allow(BEFORE)


def _allow(kinds: str) -> None:
    """Which kinds of warnings there are."""
    with op.batch_alter_table("warning", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_warning_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_warning_kind"), f"kind IN ({kinds})")
