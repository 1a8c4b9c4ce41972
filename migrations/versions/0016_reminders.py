"""Reminders to a random half, their comparison, and acknowledgements by mail."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OLD_KINDS = (
    "confirm_address", "digest", "invite", "invite_theme", "promise", "tell", "tell_response",
)  # fmt: skip
NEW_KINDS = ("acknowledge", "remind")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTS = (
    "reminded", "reminded_replied", "reminded_helped", "others", "others_replied", "others_helped",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("submission_id", BIG, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.Column("is_reminded", sa.Boolean(), nullable=False),
        sa.Column("chosen_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "chosen_on IS NULL OR is_settled", name=op.f("ck_reminder_chosen_is_settled")
        ),
        sa.CheckConstraint(
            "chosen_on IS NOT NULL OR NOT is_reminded", name=op.f("ck_reminder_reminded_is_chosen")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_reminder_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_reminder")),
    )
    op.create_index(
        "ix_reminder_due",
        "reminder",
        ["due_on"],
        sqlite_where=sa.text("NOT is_settled"),
        postgresql_where=sa.text("NOT is_settled"),
    )
    op.create_index("ix_reminder_chosen_on", "reminder", ["chosen_on"])
    op.create_table(
        "reminder_summary",
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        *(
            sa.CheckConstraint(
                f"0 <= {half}_helped AND {half}_helped <= {half}_replied"
                f" AND {half}_replied <= {half}",
                name=op.f(f"ck_reminder_summary_{half}_counts"),
            )
            for half in ("reminded", "others")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_reminder_summary_service_id_service")
        ),
        sa.PrimaryKeyConstraint("service_id", name=op.f("pk_reminder_summary")),
    )
    _offer_kinds((*OLD_KINDS, *NEW_KINDS))


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM outbox WHERE kind IN ('acknowledge', 'remind')"))
    _offer_kinds(OLD_KINDS)
    op.drop_table("reminder_summary")
    op.drop_table("reminder")


def _offer_kinds(kinds: tuple[str, ...]) -> None:
    words = ", ".join(repr(kind) for kind in kinds)
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outbox_kind"), f"kind IN ({words})")
