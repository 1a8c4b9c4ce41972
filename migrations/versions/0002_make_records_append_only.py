"""Make what happened append-only, in the database itself."""

from portal.store.append_only import protect, unprotect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("loop_event", "audit_event", "response_correction")


def upgrade() -> None:
    for table in TABLES:
        protect(table)


def downgrade() -> None:
    for table in TABLES:
        unprotect(table)
