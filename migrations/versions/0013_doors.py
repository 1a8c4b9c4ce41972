"""Doors beside the web: printed forms, entries that are typed twice, kiosks."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def points_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def upgrade() -> None:
    op.create_table(
        "paper_batch",
        sa.Column("id", big(), nullable=False),
        sa.Column("service_id", big(), nullable=False),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("paper", sa.String(length=10), nullable=False),
        sa.Column("forms", sa.SmallInteger(), nullable=False),
        sa.Column("printed_by", big(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_on", sa.Date(), nullable=False),
        sa.CheckConstraint("forms BETWEEN 1 AND 100", name=op.f("ck_paper_batch_forms_range")),
        points_to("paper_batch", "service_id", "service"),
        points_to("paper_batch", "printed_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_batch")),
    )
    op.create_table(
        "paper_form",
        sa.Column("id", big(), nullable=False),
        sa.Column("batch_id", big(), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=True),
        points_to("paper_form", "batch_id", "paper_batch"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_form")),
    )
    op.create_index("ix_paper_form_batch_id", "paper_form", ["batch_id"])
    op.create_table(
        "pending_entry",
        sa.Column("form_id", big(), autoincrement=False, nullable=False),
        sa.Column("entered_by", big(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        points_to("pending_entry", "form_id", "paper_form"),
        points_to("pending_entry", "entered_by", "person"),
        sa.PrimaryKeyConstraint("form_id", name=op.f("pk_pending_entry")),
    )
    op.create_table(
        "entry_check",
        sa.Column("form_id", big(), autoincrement=False, nullable=False),
        sa.Column("first_by", big(), nullable=False),
        sa.Column("second_by", big(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("fields", sa.Integer(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_by <> second_by", name=op.f("ck_entry_check_second_person")),
        sa.CheckConstraint(
            "differences BETWEEN 0 AND fields", name=op.f("ck_entry_check_differences_range")
        ),
        points_to("entry_check", "form_id", "paper_form"),
        points_to("entry_check", "first_by", "person"),
        points_to("entry_check", "second_by", "person"),
        sa.PrimaryKeyConstraint("form_id", name=op.f("pk_entry_check")),
    )
    op.create_table(
        "kiosk",
        sa.Column("id", big(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("service_id", big(), nullable=True),
        sa.Column("hourly_limit", sa.SmallInteger(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("closed_on >= opened_on", name=op.f("ck_kiosk_closed_after_opened")),
        sa.CheckConstraint("hourly_limit BETWEEN 1 AND 1000", name=op.f("ck_kiosk_limit_range")),
        points_to("kiosk", "service_id", "service"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_kiosk_key_hash")),
    )


def downgrade() -> None:
    op.drop_table("kiosk")
    op.drop_table("entry_check")
    op.drop_table("pending_entry")
    op.drop_index("ix_paper_form_batch_id", table_name="paper_form")
    op.drop_table("paper_form")
    op.drop_table("paper_batch")
