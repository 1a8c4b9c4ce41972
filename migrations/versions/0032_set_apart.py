"""Hours whose ratings were set apart, why, and who looked at them."""

from collections import Counter
from datetime import UTC, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
BURST_MIN = 10


def upgrade() -> None:
    table = op.create_table(
        "set_apart",
        sa.Column("id", BIG, nullable=False),
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("hour_at", MOMENT, nullable=False),
        sa.Column("cause", sa.String(8), nullable=False),
        sa.Column("ratings", sa.Integer(), nullable=False),
        sa.Column("marked", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Float(), nullable=True),
        sa.Column("shared", sa.Integer(), nullable=True),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(16), nullable=True),
        sa.Column("asked_by", BIG, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.CheckConstraint("cause IN ('burst', 'form')", name=op.f("ck_set_apart_cause")),
        sa.CheckConstraint(
            "reason IN ('asked', 'place', 'usual', 'alike', 'unexplained')",
            name=op.f("ck_set_apart_reason"),
        ),
        sa.CheckConstraint("ratings > 0", name=op.f("ck_set_apart_ratings_counted")),
        sa.CheckConstraint(
            "marked BETWEEN 0 AND ratings", name=op.f("ck_set_apart_marked_among_ratings")
        ),
        sa.CheckConstraint(
            "(reason IS NULL) = (asked_by IS NULL) AND (reason IS NULL) = (asked_at IS NULL)",
            name=op.f("ck_set_apart_finding_is_complete"),
        ),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)"
            " AND (decided_by IS NULL OR reason IS NOT NULL)",
            name=op.f("ck_set_apart_decision_is_complete"),
        ),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_set_apart_second_person")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{other}.id"], name=op.f(f"fk_set_apart_{column}_{other}")
            )
            for column, other in (
                ("service_id", "service"), ("asked_by", "person"), ("decided_by", "person")
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_apart")),
        sa.UniqueConstraint("service_id", "hour_at", name=op.f("uq_set_apart_service_id_hour_at")),
    )  # fmt: skip
    _keep_known(table)


def _keep_known(table: sa.Table) -> None:
    """What was set apart until now: how usual it was is not known any more."""
    submission = sa.table(
        "submission", sa.column("service_id", BIG), sa.column("received_at", MOMENT),
        sa.column("is_quarantined", sa.Boolean()), sa.column("import_id", BIG),
    )  # fmt: skip
    rows = op.get_bind().execute(
        sa.select(submission.c.service_id, submission.c.received_at).where(
            submission.c.is_quarantined, submission.c.import_id.is_(None)
        )
    )
    hours = Counter(
        (service_id, at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC).replace(
            minute=0, second=0, microsecond=0
        ))
        for service_id, at in rows
    )  # fmt: skip
    known = [
        {
            "service_id": service_id, "hour_at": hour, "ratings": count,
            "cause": "burst" if count >= BURST_MIN else "form",
            "marked": 0 if count >= BURST_MIN else count, "found_at": hour + timedelta(hours=1),
        }
        for (service_id, hour), count in sorted(hours.items())
    ]  # fmt: skip
    if known:
        op.bulk_insert(table, known)


def downgrade() -> None:
    op.drop_table("set_apart")
