"""Withdrawing a case by a receipt that staff have seen: a request, and who saw the receipt."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_ENTRY = sa.text("action = 'entered'")


def upgrade() -> None:
    op.create_table(
        "withdrawal_request",
        sa.Column("submission_id", BIG, nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("refused_on", sa.Date(), nullable=True),
        sa.Column("refused_by", BIG, nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "reason IN ('unsure', 'denied', 'staff')", name=op.f("ck_withdrawal_request_reason")
        ),
        sa.CheckConstraint(
            "(refused_on IS NULL) = (reason IS NULL)",
            name=op.f("ck_withdrawal_request_refused_for_reason"),
        ),
        sa.CheckConstraint(
            "(refused_on IS NULL) = (refused_by IS NULL)",
            name=op.f("ck_withdrawal_request_refused_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"],
            name=op.f("fk_withdrawal_request_submission_id_submission"),
        ),
        sa.ForeignKeyConstraint(
            ["refused_by"], ["person.id"], name=op.f("fk_withdrawal_request_refused_by_person")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_withdrawal_request")),
    )  # fmt: skip
    op.create_index(
        "ix_audit_event_entered", "audit_event", ["subject_id", "at"],
        sqlite_where=IS_ENTRY, postgresql_where=IS_ENTRY,
    )  # fmt: skip


def downgrade() -> None:
    """What was asked for is asked for no more: the cases stay as they are."""
    op.drop_index("ix_audit_event_entered", table_name="audit_event")
    op.drop_table("withdrawal_request")
