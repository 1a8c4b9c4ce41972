"""How fast a city means to answer, its holidays, and the day that each resident was told."""

import sqlalchemy as sa
from alembic import op

from portal.store.append_only import protect, unprotect

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OF_ACKNOWLEDGED = "ck_loop_event_target_of_acknowledged"


def upgrade() -> None:
    op.create_table(
        "target_change",
        sa.Column("id", BIG, nullable=False),
        sa.Column("service_id", BIG, nullable=True),
        sa.Column("working_days", sa.SmallInteger(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "working_days BETWEEN 1 AND 30", name=op.f("ck_target_change_working_days_range")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_target_change_service_id_service")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_target_change_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_change")),
    )
    op.create_index("ix_target_change_service_id", "target_change", ["service_id"])
    protect("target_change")
    op.create_table(
        "holiday",
        sa.Column("id", BIG, nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_holiday_has_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday")),
        sa.UniqueConstraint("day_on", name=op.f("uq_holiday_day_on")),
    )
    # Rebuilding the table on SQLite would take its triggers away within the same run.
    unprotect("loop_event")
    with op.batch_alter_table("loop_event") as batch_op:
        batch_op.add_column(sa.Column("target_on", sa.Date(), nullable=True))
        batch_op.create_check_constraint(
            op.f(_OF_ACKNOWLEDGED), "target_on IS NULL OR kind = 'acknowledged'"
        )
    protect("loop_event")
    with op.batch_alter_table("loop") as batch_op:
        batch_op.add_column(sa.Column("target_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM setting WHERE name = 'working_weekdays'"))
    with op.batch_alter_table("loop") as batch_op:
        batch_op.drop_column("target_on")
    unprotect("loop_event")
    with op.batch_alter_table("loop_event") as batch_op:
        batch_op.drop_constraint(op.f(_OF_ACKNOWLEDGED), type_="check")
        batch_op.drop_column("target_on")
    protect("loop_event")
    op.drop_table("holiday")
    unprotect("target_change")
    op.drop_index("ix_target_change_service_id", table_name="target_change")
    op.drop_table("target_change")
