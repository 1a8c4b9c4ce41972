"""Mail about what changed in somebody's account."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

KINDS = (
    "'account_link', 'acknowledge', 'confirm_address', 'confirm_news', 'digest', 'invite', "
    "'invite_theme', 'news', 'promise', 'remind', 'tell', 'tell_response'"
)


def upgrade() -> None:
    _allow(f"'account_notice', {KINDS}")


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE kind = 'account_notice'")
    _allow(KINDS)


def _allow(kinds: str) -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outbox_kind"), f"kind IN ({kinds})")
