"""Since when a job of the worker fails, whom that was told; mail that was refused, found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

KINDS = (
    "'account_link', 'account_notice', 'acknowledge', 'confirm_address', 'confirm_news', 'digest', "
    "'invite', 'invite_theme', 'news', 'partner_link', 'promise', 'remind', 'tell', 'tell_response'"
)
_CHECKS = {
    "ck_worker_job_fault_has_beginning": "(fault IS NULL) = (failing_since IS NULL)",
    "ck_worker_job_told_of_fault": "told_at IS NULL OR fault IS NOT NULL",
}


def upgrade() -> None:
    for name in ("failing_since", "told_at"):
        op.add_column("worker_job", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE worker_job SET failing_since = failed_at WHERE fault IS NOT NULL")
    with op.batch_alter_table("worker_job") as batch_op:
        for name, rule in _CHECKS.items():
            batch_op.create_check_constraint(op.f(name), rule)
    _allow(f"{KINDS}, 'job_fault'")
    where = sa.text("submission_id IS NULL AND substr(last_error, 1, 7) IN ('refused', 'bounced')")
    op.create_index(
        "ix_outbox_undelivered",
        "outbox",
        ["done_at"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_undelivered", "outbox")
    op.execute("DELETE FROM outbox WHERE kind = 'job_fault'")
    _allow(KINDS)
    with op.batch_alter_table("worker_job") as batch_op:
        for name in _CHECKS:
            batch_op.drop_constraint(op.f(name), type_="check")
        for name in ("told_at", "failing_since"):
            batch_op.drop_column(name)


def _allow(kinds: str) -> None:
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outbox_kind"), f"kind IN ({kinds})")
