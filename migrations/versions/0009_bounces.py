"""Deliveries that came back: a kind of event that undoes told."""

import sqlalchemy as sa
from alembic import op

from portal.store.append_only import protect, unprotect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OLD_KINDS = (
    "received", "acknowledged", "themed", "excluded", "restored", "transferred", "responded",
    "told", "confirmed", "disputed", "retold", "invited", "attested", "corrected", "redacted",
    "withdrawn",
)  # fmt: skip
NEW_KINDS = ("bounced",)


def upgrade() -> None:
    # Rebuilding the table on SQLite would take its triggers away within the same run.
    unprotect("loop_event")
    _offer_kinds((*OLD_KINDS, *NEW_KINDS))
    protect("loop_event")


def downgrade() -> None:
    unprotect("loop_event")
    # The older portal has no word for it, and takes every told for delivered.
    op.execute(sa.text("DELETE FROM loop_event WHERE kind = 'bounced'"))
    _offer_kinds(OLD_KINDS)
    protect("loop_event")


def _offer_kinds(kinds: tuple[str, ...]) -> None:
    words = ", ".join(repr(kind) for kind in kinds)
    with op.batch_alter_table("loop_event", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_loop_event_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_loop_event_kind"), f"kind IN ({words})")
