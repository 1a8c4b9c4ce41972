"""Published levels: appraisals, stricter thresholds, monthly figures."""

import sqlalchemy as sa
from alembic import op

from portal.store.append_only import protect, unprotect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PROTECTED = ("appraisal", "threshold_change")


def upgrade() -> None:
    op.create_table(
        "city_figure",
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("as_of", name=op.f("pk_city_figure")),
    )
    op.create_table(
        "threshold_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("raised", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_threshold_change_reason_given")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_threshold_change_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threshold_change")),
    )
    op.create_table(
        "appraisal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("quarter_on", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("thresholds", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("evidence_hash", sa.String(length=64), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("raw", sa.SmallInteger(), nullable=False),
        sa.Column("flag", sa.String(length=24), nullable=True),
        sa.Column("quarters_flagged", sa.SmallInteger(), nullable=False),
        sa.Column("awaiting_second_look", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "flag IN ('in_doubt', 'not_enough_evidence')", name=op.f("ck_appraisal_flag")
        ),
        sa.CheckConstraint(
            "(flag IS NULL) = (quarters_flagged = 0)", name=op.f("ck_appraisal_flag_is_counted")
        ),
        sa.CheckConstraint("as_of >= quarter_on", name=op.f("ck_appraisal_within_quarter")),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_appraisal_level_range")),
        sa.CheckConstraint(
            "quarters_flagged BETWEEN 0 AND 2", name=op.f("ck_appraisal_flagged_range")
        ),
        sa.CheckConstraint("raw BETWEEN 0 AND 4", name=op.f("ck_appraisal_raw_range")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_appraisal_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal")),
        sa.UniqueConstraint(
            "service_id", "quarter_on", name=op.f("uq_appraisal_service_id_quarter_on")
        ),
    )
    op.create_table(
        "monthly_figure",
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("instrument", sa.String(length=40), nullable=False),
        sa.Column("breakdown", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "(breakdown = 'all') = (value = '')", name=op.f("ck_monthly_figure_value_of_breakdown")
        ),
        sa.CheckConstraint(
            "breakdown IN ('all', 'lang', 'district', 'channel', 'kind')",
            name=op.f("ck_monthly_figure_breakdown"),
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_monthly_figure_service_id_service")
        ),
        sa.PrimaryKeyConstraint(
            "service_id",
            "month_on",
            "instrument",
            "breakdown",
            "value",
            name=op.f("pk_monthly_figure"),
        ),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("workload", sa.JSON(), nullable=True))

    for table in PROTECTED:
        protect(table)


def downgrade() -> None:
    for table in PROTECTED:
        unprotect(table)
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_column("workload")

    op.drop_table("monthly_figure")
    op.drop_table("appraisal")
    op.drop_table("threshold_change")
    op.drop_table("city_figure")
