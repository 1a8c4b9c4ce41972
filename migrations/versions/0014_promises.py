"""Reminders of promises, and answers that come out at a chosen time."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OLD_KINDS = ("confirm_address", "digest", "invite", "invite_theme", "tell", "tell_response")
NEW_KINDS = ("promise",)


def upgrade() -> None:
    _offer_kinds((*OLD_KINDS, *NEW_KINDS))
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.add_column(sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column(
                "publisher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_foreign_key(
            op.f("fk_response_publisher_id_person"), "person", ["publisher_id"], ["id"]
        )
        batch_op.create_check_constraint(
            op.f("ck_response_publisher_of_time"),
            "(publish_at IS NULL) = (publisher_id IS NULL)",
        )
        batch_op.create_check_constraint(
            op.f("ck_response_only_drafts_wait"), "publish_at IS NULL OR status = 'draft'"
        )
        batch_op.create_index(
            "ix_response_publish_at",
            ["publish_at"],
            unique=False,
            sqlite_where=sa.text("publish_at IS NOT NULL"),
            postgresql_where=sa.text("publish_at IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_index("ix_response_publish_at")
        batch_op.drop_constraint(op.f("ck_response_only_drafts_wait"), type_="check")
        batch_op.drop_constraint(op.f("ck_response_publisher_of_time"), type_="check")
        batch_op.drop_constraint(op.f("fk_response_publisher_id_person"), type_="foreignkey")
        batch_op.drop_column("publisher_id")
        batch_op.drop_column("publish_at")
    op.execute(sa.text("DELETE FROM outbox WHERE kind = 'promise'"))
    _offer_kinds(OLD_KINDS)


def _offer_kinds(kinds: tuple[str, ...]) -> None:
    words = ", ".join(repr(kind) for kind in kinds)
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outbox_kind"), f"kind IN ({words})")
