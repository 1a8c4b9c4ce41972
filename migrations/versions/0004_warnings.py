"""Early warnings and who wants to be told of them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OPEN = "state IN ('new', 'looked_at')"


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "warning",
        sa.Column("id", big, nullable=False),
        sa.Column("service_id", big, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("last_seen_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("owner_id", big, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('ratings', 'time_to_told', 'disparity', 'theme', 'forecast')",
            name=op.f("ck_warning_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('new', 'looked_at', 'dealt_with', 'not_useful')",
            name=op.f("ck_warning_state"),
        ),
        sa.CheckConstraint("last_seen_on >= raised_on", name=op.f("ck_warning_seen_after_raised")),
        sa.CheckConstraint(
            "(state = 'new') OR changed_at IS NOT NULL", name=op.f("ck_warning_changed_has_time")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_warning_version_positive")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_warning_service_id_service")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_warning_owner_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning")),
    )
    op.create_index("ix_warning_service_id_raised_on", "warning", ["service_id", "raised_on"])
    op.create_index(
        "uq_warning_open",
        "warning",
        ["service_id", "kind", "subject"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_table(
        "digest_subscription",
        sa.Column("person_id", big, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_digest_subscription_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_digest_subscription")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_digest_subscription_token_hash")),
    )
    _allow("'confirm_address', 'digest', 'tell', 'tell_response'")


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE kind = 'digest'")
    _allow("'confirm_address', 'tell', 'tell_response'")
    op.drop_table("digest_subscription")
    op.drop_table("warning")


def _allow(kinds: str) -> None:
    """Which kinds of messages the outbox takes."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outbox_kind"), f"kind IN ({kinds})")
